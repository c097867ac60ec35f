"""How much of a machine is ours: processors and memory by affinity and control groups; a container has less than the machine."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["available_parallelism"]

CGROUP_ROOT = Path("/sys/fs/cgroup")
CGROUP_FILE = Path("/proc/self/cgroup")
MEMINFO = Path("/proc/meminfo")
MEMORY_PER_JOB = 400 * 1024 * 1024  # bytes: what a tool over one part of the files takes in the worst of the usual cases


def available_parallelism(cgroup_root: Path = CGROUP_ROOT, cgroup_file: Path = CGROUP_FILE, meminfo: Path = MEMINFO) -> int:
    """How many programs can work at a time; at least 1. The paths are where Linux tells it."""
    count = min([len(os.sched_getaffinity(0)), *map(math.ceil, _cpu_quotas(cgroup_root, cgroup_file))])
    memory = min([*_memory_limits(cgroup_root, cgroup_file), *_total_memory(meminfo)], default=MEMORY_PER_JOB * count)
    return max(min(count, memory // MEMORY_PER_JOB), 1)


def _cpu_quotas(cgroup_root: Path, cgroup_file: Path) -> Iterator[float]:
    """Processors by the quota of each control group that we are in: version 2, then version 1."""
    for folder in _cgroup_folders(cgroup_root, cgroup_file, ""):
        words = _read_text(folder / "cpu.max").split()
        if len(words) == 2 and all(map(str.isdigit, words)):
            yield int(words[0]) / int(words[1])
    for folder in _cgroup_folders(cgroup_root, cgroup_file, "cpu"):
        quota, period = _read_text(folder / "cpu.cfs_quota_us"), _read_text(folder / "cpu.cfs_period_us")
        if quota.isdigit() and period.isdigit() and int(quota) and int(period):
            yield int(quota) / int(period)


def _memory_limits(cgroup_root: Path, cgroup_file: Path) -> Iterator[int]:
    files = [folder / "memory.max" for folder in _cgroup_folders(cgroup_root, cgroup_file, "")]
    files += [folder / "memory.limit_in_bytes" for folder in _cgroup_folders(cgroup_root, cgroup_file, "memory")]
    yield from (int(text) for text in map(_read_text, files) if text.isdigit())


def _total_memory(meminfo: Path) -> Iterator[int]:
    for line in _read_text(meminfo).splitlines():
        name, _, rest = line.partition(":")
        if name == "MemTotal" and rest.split()[:1] and rest.split()[0].isdigit():
            yield int(rest.split()[0]) * 1024


def _cgroup_folders(cgroup_root: Path, cgroup_file: Path, controller: str) -> Iterator[Path]:
    """The folders of our control group and of all above it, for a controller of version 1, or for version 2 (empty)."""
    for line in _read_text(cgroup_file).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controller in controllers.split(","):
            top = cgroup_root / controllers if controller else cgroup_root
            top = top if top.is_dir() or not controller else cgroup_root / controller
            group = top / path.lstrip("/")
            while group != top and group.is_relative_to(top):
                yield group
                group = group.parent
            yield top  # in a container the path may be the host's, and only the top is there


def _read_text(file: Path) -> str:
    try:
        return file.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
