"""A file is replaced only where it is still what was read, and never through a link."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from scangate.app.file_replacement import read_to_replace, replace_file
from scangate.errors import UsageError


def test_content_changes_and_the_mode_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"before\r\n")
    file.chmod(0o750)
    replace_file(file, b"before\r\n", b"after\r\n")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"after\r\n", 0o750)
    assert list(tmp_path.iterdir()) == [file]


def test_a_new_file_is_created(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    assert read_to_replace(file) is None
    replace_file(file, None, b"x")
    assert file.read_bytes() == b"x"


@pytest.mark.parametrize("before", [b"other", None])
def test_a_file_that_changed_meanwhile_is_kept(before: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"theirs")
    with pytest.raises(UsageError):
        replace_file(file, before, b"ours")
    assert [(each, each.read_bytes()) for each in tmp_path.iterdir()] == [(file, b"theirs")]


def test_a_link_is_neither_read_nor_replaced(tmp_path: Path) -> None:
    outside, link = tmp_path / "outside", tmp_path / "link"
    outside.write_bytes(b"theirs")
    link.symlink_to(outside)
    with pytest.raises(UsageError):
        read_to_replace(link)
    with pytest.raises(UsageError):
        replace_file(link, b"theirs", b"ours")
    assert link.is_symlink()
    assert outside.read_bytes() == b"theirs"
