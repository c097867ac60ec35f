"""CODEOWNERS as GitHub reads it: the example of its documentation, line by line, and what it skips."""

from __future__ import annotations

import pytest

from scangate.judge.codeowners import CodeOwners, find_codeowners
from scangate.model import Note, NoteKind

GITHUB = """\
# This is a comment.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
"""
EXPECTED = [
    ("a.py", ["@global-owner1", "@global-owner2"]),
    ("src/a.js", ["@js-owner"]),
    ("src/a.go", ["docs@example.com"]),
    ("a.txt", ["@octo-org/octocats"]),
    ("build/logs/deep/a.py", ["@octocat"]),
    ("x/build/logs/a.py", ["@octocat"]),
    ("docs/a.md", ["@doctocat"]),
    ("docs/deep/a.md", ["@doctocat"]),
    ("x/docs/a.md", ["@global-owner1", "@global-owner2"]),
    ("x/apps/a.js", ["@octocat"]),
    ("apps/a.py", ["@octocat"]),
    ("apps/github", []),
    ("apps/github/a.py", []),
    ("scripts/a.sh", ["@doctocat", "@octocat"]),
]


def owners(text: str, **more: str) -> CodeOwners:
    found = find_codeowners({"CODEOWNERS": text}.get, **more)
    assert found is not None
    return found


@pytest.mark.parametrize(("path", "expected"), EXPECTED)
def test_the_example_of_the_documentation(path: str, expected: list[str]) -> None:
    assert list(owners(GITHUB).owners_of(path)) == expected


CASES = [
    ("docs/* @a", "docs/a.md", True),
    ("docs/* @a", "docs/deep/a.md", False),
    ("/*.py @a", "a.py", True),
    ("/*.py @a", "src/a.py", False),
    ("* @a", "deep/er/a.py", True),
    ("src/**/x @a", "src/x", True),
    ("src/**/x @a", "src/b/c/x/y", True),
    (r"a\ b/ @a", "a b/c", True),
    ("*.py @a\n*.py", "a.py", False),
    ("*.py", "a.py", False),
    ("*.PY @a", "a.py", False),
    ("*.py @A", "a.py", True),
    ("# *.py @a", "a.py", False),
    ("*.py #@a", "a.py", False),
    ("*.py a@b#c @a", "a.py", True),
    ("/ @a", "a.py", False),
    ("\ufeff*.py @a", "a.py", False),
]


@pytest.mark.parametrize(("text", "path", "owned"), CASES)
def test_patterns(text: str, path: str, owned: bool) -> None:
    assert owners(text).owns("@a", path) is owned


@pytest.mark.parametrize(
    "line", ["!*.py @b", "*.py nobody", "*.py @b @", "a***b @b", "a//b @b", "../a @b", "*.py @b/c/d", "x" * 2000 + " @b"]
)
def test_line_that_github_skips_assigns_no_owner_and_is_reported(line: str) -> None:
    found = owners(f"* @a\n{line}\n")
    assert found.owners_of("a.py") == ("@a",)
    assert found.list_notes() == [Note(NoteKind.CODEOWNERS_INVALID, path="CODEOWNERS", lines=(2,))]


def test_a_bracket_is_a_bracket() -> None:
    assert owners("[ab].py @a").owns("@a", "[ab].py")
    assert not owners("[ab].py @a").owns("@a", "a.py")


def test_the_first_of_the_places_is_the_one() -> None:
    files = {".github/CODEOWNERS": "* @a", "CODEOWNERS": "* @b", "docs/CODEOWNERS": "* @c", "mine": "* @d"}
    found = []
    while len(files) > 1:
        owned = find_codeowners(files.get)
        assert owned is not None
        found.append((owned.path, owned.owners_of("x")))
        files.pop(owned.path)
    assert found == [(".github/CODEOWNERS", ("@a",)), ("CODEOWNERS", ("@b",)), ("docs/CODEOWNERS", ("@c",))]
    assert find_codeowners(files.get) is None
    named = find_codeowners(files.get, "mine")
    assert named is not None
    assert (named.path, named.owners_of("x")) == ("mine", ("@d",))


def test_a_hostile_file_comes_to_an_end() -> None:
    text = "".join(f"{'*a' * 400}{number} @a\n" for number in range(200)) + "**/" * 300 + "x @a\n"
    assert owners(text).owners_of("a" * 3000) == ()
