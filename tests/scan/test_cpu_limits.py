"""A container's share of the machine is what counts, as Linux shows it in either version of its control groups."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scangate.scan.cpu_limits import available_parallelism, usable_cpus

MEGA = 1024 * 1024


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))


def raises(error: Exception) -> Callable[[object], int]:
    def call(_: object) -> int:
        raise error

    return call


def limits_of(root: Path, own: str, files: dict[str, str]) -> int:
    """The parallelism with ``files`` below /sys/fs/cgroup, in the ``own`` groups, on a machine with 64 GiB."""
    (root / "own").write_text(own)
    for name, text in files.items():
        file = root / "groups" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")
    return available_parallelism(root / "groups", root / "own", 64 * 1024 * MEGA)


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
def test_control_groups_limit_the_parallelism(tmp_path: Path, own: str, files: dict[str, str], expected: int) -> None:
    assert limits_of(tmp_path, own, files) == expected


def test_affinity_counts_where_nothing_else_is_limits_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5})
    assert available_parallelism(tmp_path / "none", tmp_path / "none", 64 * 1024 * MEGA) == 2


def test_this_machine_has_a_limit() -> None:
    assert 1 <= available_parallelism() <= usable_cpus()


def test_all_cpus_count_without_affinity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    monkeypatch.setattr(os, "sysconf", raises(ValueError("unrecognized configuration name")))
    assert available_parallelism(tmp_path / "none", tmp_path / "none") == 6
