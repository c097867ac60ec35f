"""Runs a program and measures wall clock, CPU time and memory of it and all its children."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scangate.model import EXIT_CODES, SCOPED_PASS

__all__ = ["VERDICTS", "Cost", "clean_environment", "run"]

VERDICTS = (*EXIT_CODES.values(), SCOPED_PASS)
"""The exit codes of a scan that ran to its end."""
TICK = 0.1  # seconds between two samples of the memory
PAGE = resource.getpagesize()


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a run.

    wall, cpu: seconds; ``cpu`` is user and system time of the program and of every child that was waited for.
    memory: bytes; the highest sum of the resident sets of the program and its children, sampled every 100 ms (a shared page counts
    once per process), or the largest single process if that is more.
    """

    wall: float
    cpu: float
    memory: int
    code: int = 0

    def __add__(self, other: Cost) -> Cost:
        """The cost of running both in sequence."""
        return Cost(self.wall + other.wall, self.cpu + other.cpu, max(self.memory, other.memory), self.code or other.code)


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """An environment without the user's settings and caches."""
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "SEMGREP_SEND_METRICS": "off",
        "GIT_CONFIG_NOSYSTEM": "1",
        **more,
    }


def run(
    argv: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str], out: Path | None = None, codes: Sequence[int] = (0,)
) -> Cost:
    """Run a program to its end with standard output to ``out``. Raises RuntimeError for an exit code not in ``codes``."""
    with (out or Path(os.devnull)).open("wb") as stdout, Path(os.devnull).open("rb") as stdin:
        started = time.perf_counter()
        child = subprocess.Popen(
            list(map(str, argv)),
            cwd=cwd,
            env=dict(env),
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        watch = _Watch(child.pid)
        _, status, usage = os.wait4(child.pid, 0)  # includes the children that it waited for
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        peak = watch.end()
    if child.returncode not in codes:
        raise RuntimeError(f"exit code {child.returncode} of: {' '.join(map(str, argv))}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, max(peak, usage.ru_maxrss * 1024), child.returncode)


class _Watch:
    """Samples the memory of a program and its children until ``end``."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> int:
        """The highest sum seen, in bytes."""
        self._over.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        while not self._over.wait(TICK):
            self._peak = max(self._peak, sum(map(_resident, _family(self._pid))))


def _family(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        each = waiting.pop()
        found.append(each)
        for file in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                waiting += map(int, file.read_text().split())
            except OSError:  # it has ended since
                continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0
