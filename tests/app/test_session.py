"""What a run has begun ends with it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scangate.app.session import open_session
from scangate.errors import ScanError
from scangate.model import GapKind


def test_git_is_not_waited_for_where_the_policy_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, programs = tmp_path / "root", tmp_path / "bin"
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    programs.mkdir()
    slow = programs / "git"
    slow.write_text("#!/bin/sh\nexec sleep 600\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    with open_session(root) as session:
        repository = session.repository
        assert repository is not None
        repository.prefetch_entries()
    with pytest.raises(ScanError) as fault:
        repository.list_entries()
    assert fault.value.kind is GapKind.INTERRUPTED


def test_the_directory_of_a_killed_session_is_removed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, temp = tmp_path / "root", tmp_path / "temp"
    for folder in (root, temp):
        folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temp))
    killed, of_others = temp / "scangate-killed", temp / "scangate-cache"
    for folder in (killed, of_others):
        folder.mkdir()
        (folder / "copy.py").write_text("x = 1\n")
    (killed / "session.lock").touch()
    linked = temp / "scangate-link"
    linked.symlink_to(killed)
    with open_session(root) as first, open_session(root) as second:
        assert first.scratch_dir.exists()
        assert second.scratch_dir != first.scratch_dir
        assert not killed.exists()
    assert sorted(temp.iterdir()) == [of_others, linked]
