"""How many programs can run in parallel: CPUs by affinity and control groups, memory; a container has less than its machine."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

CGROUP_ROOT = Path("/sys/fs/cgroup")
CGROUP_FILE = Path("/proc/self/cgroup")
MEMORY_PER_JOB = 400 * 1024 * 1024  # bytes: what a tool needs for one batch of files in most cases


def available_parallelism(
    cgroup_root: Path = CGROUP_ROOT, cgroup_file: Path = CGROUP_FILE, machine_memory: int | None = None
) -> int:
    """How many programs to run at a time, at least 1. ``machine_memory``: bytes, by default as the system reports it."""
    count = min([usable_cpus(), *map(math.ceil, _cpu_quotas(cgroup_root, cgroup_file))])
    limits = [machine_memory if machine_memory is not None else _machine_memory(), *_memory_limits(cgroup_root, cgroup_file)]
    memory = min((limit for limit in limits if limit), default=MEMORY_PER_JOB * count)
    return max(min(count, memory // MEMORY_PER_JOB), 1)


def usable_cpus() -> int:
    """The CPUs that this process may run on; all of the machine's where the system has no affinity (macOS)."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu_quotas(root: Path, cgroup_file: Path) -> Iterator[float]:
    """The CPU quota of each control group of this process: version 2, then version 1."""
    for folder in _cgroup_folders(root, cgroup_file, ""):
        words = _read_text(folder / "cpu.max").split()
        if len(words) == 2 and all(map(str.isdigit, words)):
            yield int(words[0]) / int(words[1])
    for folder in _cgroup_folders(root, cgroup_file, "cpu"):
        quota, period = _read_text(folder / "cpu.cfs_quota_us"), _read_text(folder / "cpu.cfs_period_us")
        if quota.isdigit() and period.isdigit() and int(quota) and int(period):
            yield int(quota) / int(period)


def _memory_limits(root: Path, cgroup_file: Path) -> Iterator[int]:
    files = [folder / "memory.max" for folder in _cgroup_folders(root, cgroup_file, "")]
    files += [folder / "memory.limit_in_bytes" for folder in _cgroup_folders(root, cgroup_file, "memory")]
    yield from (int(text) for text in map(_read_text, files) if text.isdigit())


def _machine_memory() -> int:
    """Bytes; 0 if the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return 0


def _cgroup_folders(root: Path, cgroup_file: Path, controller: str) -> Iterator[Path]:
    """The folders of this process's control group and its ancestors, for a controller of version 1 or, if empty, version 2."""
    for line in _read_text(cgroup_file).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controller in controllers.split(","):
            joint = root / controllers  # version 1 may mount several controllers in one folder: cpu,cpuacct
            top = joint if joint.is_dir() else root / controller
            group = top / path.lstrip("/")
            while group != top and group.is_relative_to(top):
                yield group
                group = group.parent
            yield top  # in a container the path may be the host's, and only the top exists


def _read_text(file: Path) -> str:
    try:
        return file.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
