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
