"""Programs that make sockets get a temporary folder whose path is short enough for one."""

from __future__ import annotations

import socket
from pathlib import Path

from scangate.tools.socket_folder import MAX_LENGTH, socket_folder

SOCKET = "pymp-12345678/listener-12345678"


def test_a_socket_can_be_made_in_it_whatever_the_length_of_the_given_folder(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    with socket_folder(long) as folder, socket.socket(socket.AF_UNIX) as listener:
        (folder / SOCKET).parent.mkdir()
        listener.bind(str(folder / SOCKET))
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


def test_a_short_folder_is_used_as_it_is() -> None:
    short = Path("/x")
    assert len(bytes(short)) <= MAX_LENGTH
    with socket_folder(short) as folder:
        assert folder == short
