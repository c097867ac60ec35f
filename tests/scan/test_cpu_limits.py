"""A container's share of the machine is what counts, as Linux tells it in either version of its control groups."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scangate.scan.cpu_limits import available_parallelism

MEGA = 1024 * 1024


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))


def told(root: Path, own: str, files: dict[str, str]) -> int:
    """The jobs where Linux tells ``files`` below /sys/fs/cgroup, ``own`` groups and a machine of 64 GiB."""
    (root / "own").write_text(own)
    (root / "machine").write_text(f"MemTotal:       {64 * 1024 * 1024} kB\nMemFree: 1 kB\n")
    for name, text in files.items():
        file = root / "groups" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
    return available_parallelism(root / "groups", root / "own", root / "machine")


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        ("0::/\n", {}, 16),
        ("0::/\n", {"cpu.max": "max 100000"}, 16),
        ("0::/\n", {"cpu.max": "200000 100000"}, 2),
        ("0::/\n", {"cpu.max": "150000 100000"}, 2),
        ("0::/\n", {"cpu.max": "10000 100000"}, 1),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000", "a/cpu.max": "300000 100000"}, 3),
        ("0::/of/the/host\n", {"cpu.max": "400000 100000"}, 4),
        ("0::/\n", {"memory.max": str(1000 * MEGA)}, 2),
        ("0::/\n", {"memory.max": str(10 * MEGA)}, 1),
        ("0::/\n", {"cpu.max": "what 1", "memory.max": "is this"}, 16),
        ("3:cpu,cpuacct:/x\n", {"cpu,cpuacct/x/cpu.cfs_quota_us": "250000", "cpu,cpuacct/x/cpu.cfs_period_us": "100000"}, 3),
        ("3:cpu,cpuacct:/x\n", {"cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "100000"}, 1),
        ("3:cpu,cpuacct:/\n", {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 16),
        ("4:memory:/\n", {"memory/memory.limit_in_bytes": str(1300 * MEGA)}, 3),
        ("", {"cpu.max": "100000 100000"}, 16),
    ],
)
@pytest.mark.usefixtures("many")
def test_the_share_of_a_container(tmp_path: Path, own: str, files: dict[str, str], expected: int) -> None:
    assert told(tmp_path, own, files) == expected


def test_affinity_counts_where_nothing_else_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5})
    assert available_parallelism(tmp_path / "none", tmp_path / "none", tmp_path / "none") == 2


def test_it_is_told_here() -> None:
    assert 1 <= available_parallelism() <= len(os.sched_getaffinity(0))
