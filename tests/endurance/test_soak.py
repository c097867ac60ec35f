"""Commits are taken in even distances; a difference between the two scans fails."""

from __future__ import annotations

from tests.endurance.soak import pick, report

RECORD: dict[str, object] = {"commit": "c", "code": 1, "expected": 1, "different": [], "cache": 1, "seconds": 1.0, "plain": 2.0}


def test_the_first_and_the_last_commit_are_taken() -> None:
    commits = list(map(str, range(300)))
    assert pick(commits, 4) == ["0", "100", "199", "299"]
    assert pick(commits[:2], 4) == ["0", "1"]


def test_the_report_fails_for_a_difference_and_for_a_large_cache() -> None:
    assert report([RECORD], 1) == 0
    assert report([RECORD], 2) == 1
    assert report([RECORD | {"different": ["summary.md"]}], 1) == 1
    assert report([RECORD | {"code": 3}], 1) == 1
    assert report([RECORD | {"cache": 1 << 31}], 1) == 1
