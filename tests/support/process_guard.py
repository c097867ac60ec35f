"""Fails a unit test that starts a process or opens a socket, so that the marks of tests are true."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["forbid_processes"]

EVENTS = {"subprocess.Popen", "os.posix_spawn", "os.exec", "os.fork", "os.system", "socket.bind", "socket.connect"}
_test: list[str] = []  # the unit test that runs; an audit hook cannot be removed, so it looks here


def _check(event: str, _arguments: tuple[object, ...]) -> None:
    if _test and event in EVENTS:
        raise AssertionError(f"{_test[0]} is marked as a unit test and raises {event}; mark it with @pytest.mark.integration")


@contextmanager
def forbid_processes(test: str) -> Iterator[None]:
    """Raise AssertionError where ``test`` starts a process or opens a socket, in any thread of this process.

    Not noticed: multiprocessing with the spawn method, which raises no audit event.
    """
    _test.append(test)
    try:
        yield
    finally:
        _test.clear()


sys.addaudithook(_check)
