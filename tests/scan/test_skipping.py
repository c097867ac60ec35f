"""Skipped files: each with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.model import SkippedPath, SkipReason
from scangate.scan.skipping import (
    ExcludedPaths,
    is_git_data,
    own_output_test,
    skip_absent,
    skip_excluded,
    skip_git_data,
    skip_link,
    skip_own_output,
)


@pytest.mark.parametrize(
    ("path", "scanner", "detail"),
    [
        ("gen/a.py", "bandit", "generated"),
        ("gen/a.py", "semgrep", "of both"),
        ("src/a.py", "bandit", None),
    ],
)
def test_the_first_exclusion_that_matches_gives_the_reason(path: str, scanner: str, detail: str | None) -> None:
    exclusions = [ExcludedPaths("gen/", "generated", ("bandit",)), ExcludedPaths("gen/", "of both")]
    expected = None if detail is None else SkippedPath(path, SkipReason.EXCLUDED, scanner, detail)
    assert skip_excluded(path, exclusions, scanner) == expected


def test_each_reason_to_skip_a_file_has_its_function() -> None:
    assert skip_own_output("scangate/verdict.json") == SkippedPath("scangate/verdict.json", SkipReason.OWN_OUTPUT)
    assert skip_git_data("a/.git") == SkippedPath("a/.git", SkipReason.GIT_DATA)
    assert skip_absent("gone.py") == SkippedPath("gone.py", SkipReason.NOT_IN_WORK_TREE)
    assert skip_link("link") == SkippedPath("link", SkipReason.LINK_WITHIN_TREE)


@pytest.mark.parametrize(
    ("folder", "expected"), [(b".git", True), (b"a/b/.git", True), (b".git/a", False), (b"a.git", False), (b".GIT", False)]
)
def test_folder_of_git_is_known_by_its_name(folder: bytes, expected: bool) -> None:
    assert is_git_data(folder) is expected


def test_own_outputs_are_known_by_their_place(tmp_path: Path) -> None:
    is_own = own_output_test(tmp_path, [tmp_path / "out", tmp_path.parent / "elsewhere", tmp_path / "a" / "base.json"])
    paths = (b"out", b"out/verdict.json", b"outer", b"a/base.json", b"a/other.json", b"elsewhere")
    assert [is_own(path) for path in paths] == [True, True, False, True, False, False]
    assert not own_output_test(tmp_path, [])(b"out")
