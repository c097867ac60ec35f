"""Path patterns: the documented cases, parity with git's own reading, and no pattern that takes for ever."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate.globs import matches, pattern_error


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("tests/**", "tests/a/b.py", True),
        ("tests/**", "tests", False),
        ("tests/**", "x/tests/a.py", False),
        ("**/*.py", "a.py", True),
        ("**/*.py", "x/y/a.py", True),
        ("*.py", "x/a.py", True),
        ("*.py", "x/a.pyc", False),
        ("build", "x/build/a", True),
        ("build", "x/builds", False),
        ("build/", "x/build/a", True),
        ("build/", "x/build", False),
        ("/build", "build/a", True),
        ("/build", "x/build", False),
        ("a/b", "a/b/c/d", True),
        ("a/b", "x/a/b", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/*/b", "a/x/y/b", False),
        ("**", "a", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[a-c]x", "bx", True),
        ("[!a-c]x", "bx", False),
        (r"\*x", "*x", True),
        (r"\*x", "ax", False),
        ("*.txt", "a\nb.txt", True),
        ("A", "a", False),
    ],
)
def test_documented_cases(pattern: str, path: str, covered: bool) -> None:
    assert matches(pattern, path) is covered


@pytest.mark.parametrize("pattern", ["", " ", "/", "!a", "[a", "a\\", "../x", "./x", "a//b", "[z-a]", "[[:alpha:]]", "a" * 1025])
def test_a_pattern_that_could_never_match_is_refused(pattern: str) -> None:
    assert pattern_error(pattern)
    with pytest.raises(ValueError, match=r".+"):
        matches(pattern, "a")


def test_hostile_patterns_end_soon() -> None:
    start = time.monotonic()
    assert not matches("*a" * 300 + "b", "a" * 4000)
    assert not matches("**/a/" * 100 + "b", "a/" * 2000 + "c")
    assert time.monotonic() - start < 2


SEGMENT = st.sampled_from(["a", "b", "ab", "*", "a*", "*b", "?", "[ab]", "[!a]b", "**", "a*b*", "*a*b"])
PATTERNS = st.builds(
    lambda lead, segments, tail: lead + "/".join(segments) + tail,
    st.sampled_from(["", "/"]),
    st.lists(SEGMENT, min_size=1, max_size=4),
    st.sampled_from(["", "/"]),
)
PATHS = ["/".join(parts) for a in ("a", "b", "ab", "aab") for parts in ([a], [a, "b"], ["a", a, "b"], [a, "ab", "b", "a"])]


@pytest.mark.integration
@settings(max_examples=60, deadline=None)
@given(pattern=PATTERNS)
def test_parity_with_git(tmp_path_factory: pytest.TempPathFactory, pattern: str) -> None:
    """git is asked about files only, so a trailing-slash pattern speaks of the folders above them."""
    root = repository(tmp_path_factory)
    (root / ".git" / "info" / "exclude").write_text(pattern + "\n", encoding="utf-8")
    command = ["git", "-C", str(root), "-c", "core.excludesFile=/dev/null", "check-ignore", "--no-index", "--stdin", "-z"]
    answer = subprocess.run(command, input="\0".join(PATHS).encode(), capture_output=True, check=False)
    assert answer.returncode in (0, 1), answer.stderr
    assert {path for path in PATHS if matches(pattern, path)} == set(answer.stdout.decode().split("\0")) - {""}


def repository(factory: pytest.TempPathFactory) -> Path:
    root = factory.getbasetemp() / "globs"
    if not root.exists():
        subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    return root
