"""How much of a machine is ours: processors and memory by affinity and control groups; a container has less than the machine."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["processors"]

GROUPS = Path("/sys/fs/cgroup")
OWN_GROUPS = Path("/proc/self/cgroup")
MACHINE = Path("/proc/meminfo")
A_JOB = 400 * 1024 * 1024  # bytes: what a tool over one part of the files takes in the worst of the usual cases


def processors(groups: Path = GROUPS, own: Path = OWN_GROUPS, machine: Path = MACHINE) -> int:
    """How many programs can work at a time; at least 1. The paths are where Linux tells it."""
    count = min([len(os.sched_getaffinity(0)), *map(math.ceil, _quotas(groups, own))])
    memory = min([*_memories(groups, own), *_all_memory(machine)], default=A_JOB * count)
    return max(min(count, memory // A_JOB), 1)


def _quotas(groups: Path, own: Path) -> Iterator[float]:
    """Processors by the quota of each control group that we are in: version 2, then version 1."""
    for folder in _folders(groups, own, ""):
        words = _text(folder / "cpu.max").split()
        if len(words) == 2 and all(map(str.isdigit, words)):
            yield int(words[0]) / int(words[1])
    for folder in _folders(groups, own, "cpu"):
        quota, period = _text(folder / "cpu.cfs_quota_us"), _text(folder / "cpu.cfs_period_us")
        if quota.isdigit() and period.isdigit() and int(quota) and int(period):
            yield int(quota) / int(period)


def _memories(groups: Path, own: Path) -> Iterator[int]:
    files = [folder / "memory.max" for folder in _folders(groups, own, "")]
    files += [folder / "memory.limit_in_bytes" for folder in _folders(groups, own, "memory")]
    yield from (int(text) for text in map(_text, files) if text.isdigit())


def _all_memory(machine: Path) -> Iterator[int]:
    for line in _text(machine).splitlines():
        name, _, rest = line.partition(":")
        if name == "MemTotal" and rest.split()[:1] and rest.split()[0].isdigit():
            yield int(rest.split()[0]) * 1024


def _folders(groups: Path, own: Path, controller: str) -> Iterator[Path]:
    """The folders of our control group and of all above it, for a controller of version 1, or for version 2 (empty)."""
    for line in _text(own).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controller in controllers.split(","):
            top = groups / controllers if controller else groups
            top = top if top.is_dir() or not controller else groups / controller
            group = top / path.lstrip("/")
            while group != top and group.is_relative_to(top):
                yield group
                group = group.parent
            yield top  # in a container the path may be the host's, and only the top is there


def _text(file: Path) -> str:
    try:
        return file.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
