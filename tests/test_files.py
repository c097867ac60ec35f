"""Regular files are read within a limit, and files are written completely or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from scangate.files import FileTooLargeError, NotRegularFileError, read_regular_file, write_atomically


def test_a_file_up_to_the_limit_is_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert read_regular_file(file, 5) == b"12345"
    with pytest.raises(FileTooLargeError) as error:
        read_regular_file(file, 4)
    assert error.value.size == 5


def test_a_link_is_followed_only_on_request(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"1")
    (tmp_path / "link").symlink_to("file")
    assert read_regular_file(tmp_path / "link", 9, follow_links=True) == b"1"
    with pytest.raises(OSError, match="link"):
        read_regular_file(tmp_path / "link", 9)


def test_a_pipe_and_a_directory_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(NotRegularFileError):
            read_regular_file(path, 9)


def test_a_written_file_replaces_the_old_one_with_the_usual_mode(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    write_atomically(file, b"new")
    mask = os.umask(0)
    os.umask(mask)
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"new", 0o666 & ~mask)
    assert list(tmp_path.iterdir()) == [file]


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "folder", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
