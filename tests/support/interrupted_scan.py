"""Fake tools that take their time, and a scan that is interrupted while one of them does."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.support.command import TIMEOUT, CommandResult, environment

# says that it has started, leaves a program behind, and never comes to an end by itself
SLOW_TOOL = """
import os, pathlib, signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
subprocess.Popen(["sleep", "600"], start_new_session=True)
pathlib.Path({started!r}).touch()
time.sleep(600)
"""


def interrupt_scan(
    argv: list[str | Path],
    started: Path,
    signals: list[signal.Signals],
    *,
    cwd: Path,
    group: bool = False,
    env: dict[str, str] | None = None,
) -> CommandResult:
    """Runs ``argv`` in a session of its own, and sends it the signals once the file ``started`` is there."""
    child = subprocess.Popen(
        list(map(str, argv)),
        cwd=cwd,
        env=env or environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + TIMEOUT
    while not started.exists() and child.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    for number in signals:
        (os.killpg if group else os.kill)(child.pid, number)
        time.sleep(0.05)
    out, err = child.communicate(timeout=TIMEOUT)
    return CommandResult(child.returncode, out, err)
