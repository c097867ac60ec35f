"""Runs ``scangate`` without the start of Python and the imports, which take most of the time of a short run.

What runs is the command itself, in a process of its own: a fork of one that has loaded the modules, see `preloaded_server`. The
launcher is left out, which has tests of its own; so are runs whose environment changes Python itself.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

SERVER = Path(__file__).with_name("preloaded_server.py")
OF_PYTHON = ("PYTHON", "LC_", "LANG", "LD_", "TZ")  # variables that a process reads once, at its start


class PreloadedCommand:
    """The command, loaded: one run at a time."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._environment = _of_python(env)
        self._lock = threading.Lock()
        self._connection, theirs = socket.socketpair()
        with theirs:
            argv = [sys.executable, "-I", str(SERVER), str(theirs.fileno())]
            self._server = subprocess.Popen(
                argv,
                env=dict(env),
                pass_fds=[theirs.fileno()],
                stdout=subprocess.PIPE,  # as each run has it: Python treats other streams differently
                stderr=subprocess.STDOUT,
            )
        self._answers = self._connection.makefile("r")

    def close(self) -> None:
        """Ends the process."""
        self._answers.close()
        self._connection.close()
        self._server.communicate()

    def run(self, arguments: Sequence[str], cwd: Path, env: Mapping[str, str], timeout: float) -> tuple[int, bytes, bytes] | None:
        """The exit code and what was printed; None if another process has to be started for it.

        Raises TimeoutExpired after ``timeout`` seconds.
        """
        if _of_python(env) != self._environment or _is_measured(env) or not self._lock.acquire(blocking=False):
            return None
        try:
            return self._run(json.dumps({"arguments": arguments, "cwd": str(cwd), "env": dict(env)}).encode(), timeout)
        finally:
            self._lock.release()

    def _run(self, request: bytes, timeout: float) -> tuple[int, bytes, bytes]:
        ends = [os.pipe() for _ in range(2)]
        self._connection.sendall(len(request).to_bytes(4))
        socket.send_fds(self._connection, [b"\0"], [write for _, write in ends])
        self._connection.sendall(request)
        for _, write in ends:
            os.close(write)
        process = int(self._answers.readline())
        timer = threading.Timer(timeout, os.kill, (process, 9))
        timer.start()
        outputs = [b"", b""]
        reader = threading.Thread(target=_read, args=(os.fdopen(ends[1][0], "rb"), outputs, 1))
        reader.start()
        _read(os.fdopen(ends[0][0], "rb"), outputs, 0)
        reader.join()
        code = int(self._answers.readline())
        if timer.finished.is_set():
            raise subprocess.TimeoutExpired("scangate", timeout)
        timer.cancel()
        return code, outputs[0], outputs[1]


def _read(stream: IO[bytes], outputs: list[bytes], index: int) -> None:
    with stream:
        outputs[index] = stream.read()


def _is_measured(env: Mapping[str, str]) -> bool:
    """Whether coverage is measured, which follows processes that are started, not forks."""
    return any(name.startswith("COVERAGE_") for name in env)


def _of_python(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith(OF_PYTHON)}
