"""Reads CODEOWNERS as GitHub does: who owns a path. It gets the text, opens no file, and never fails for what is written there.

The last pattern that matches a path names its owners, and one without owners takes them away. Patterns are those of a
``.gitignore`` without ``!`` and ``[...]``, and ``docs/*`` is what lies in that folder itself, not deeper. A line that GitHub would
skip is skipped, and told. Source: docs.github.com, "About code owners" (facts only).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from scangate import globs
from scangate.judge.hints import shown

__all__ = ["LARGEST", "PLACES", "CodeOwners", "read_owners"]

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
LARGEST = 3 * 1024 * 1024  # bytes, GitHub's own limit
OWNER = re.compile(r"@[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?|[^@\s]+@[^@\s]+")
WORD = re.compile(r"(?:[^\s\\]|\\.)++")
COMMENT = re.compile(r"(?:^|(?<=\s))#.*", re.DOTALL)


class _Line(msgspec.Struct, frozen=True):
    """One pattern and who owns what it matches; ``whole``: it matches a path itself and never the folder above it."""

    pattern: str
    whole: bool
    owners: tuple[str, ...]


class CodeOwners(msgspec.Struct, frozen=True):
    """Who owns what by one file; ``place`` is its path, ``skipped`` the numbers of the lines that say nothing GitHub reads.

    ``root`` is the scanned folder as seen from the folder that the patterns start at, empty where they are one.
    """

    place: str
    lines: tuple[_Line, ...] = ()
    skipped: tuple[int, ...] = ()
    root: str = ""

    def of(self, path: str) -> tuple[str, ...]:
        """The owners of a path below the scanned root; none where no pattern matches it, or the last one that does names none."""
        path = f"{self.root}/{path}" if self.root else path
        for line in reversed(self.lines):
            if globs.matches(line.pattern, path, within=not line.whole):
                return line.owners
        return ()

    def owns(self, owner: str, path: str) -> bool:
        """Whether ``owner`` (``@user``, ``@org/team`` or an address, in any case) is one of the owners of ``path``."""
        return owner.strip().casefold() in {name.casefold() for name in self.of(path)}

    def notes(self) -> Iterator[str]:
        """What is to be said of the file itself."""
        if self.skipped:
            told = ", ".join(map(str, self.skipped[:5])) + (" ..." if len(self.skipped) > 5 else "")
            noun = "line" if len(self.skipped) == 1 else "lines"
            yield f"{shown(self.place)}: {noun} {told} cannot be read and {'gives' if noun == 'line' else 'give'} nobody anything"


def read_owners(content: Callable[[str], str | None], place: str = "", root: str = "") -> CodeOwners | None:
    """The owners that the file at ``place``, else the first of GitHub's PLACES that there is, tells; None where there is none.

    ``content`` gives the text of a file by its path from the repository's top, None where there is none: of the work tree, or of a
    revision. ``root`` is the scanned folder, seen from there.
    """
    for path in (place,) if place else PLACES:
        text = content(path)
        if text is not None:
            return _parsed(text, path, root)
    return None


def _parsed(text: str, place: str, root: str) -> CodeOwners:
    lines: list[_Line] = []
    skipped: list[int] = []
    for number, written in enumerate(text.splitlines(), start=1):
        words = WORD.findall(COMMENT.sub("", written.strip()))
        if not words:
            continue
        line = _line(words[0], words[1:])
        if line is None:
            skipped.append(number)
        else:
            lines.append(line)
    return CodeOwners(place, tuple(lines), tuple(skipped), root)


def _line(pattern: str, owners: Iterable[str]) -> _Line | None:
    """A pattern with its owners; None where GitHub would skip the line."""
    owners = tuple(owners)
    if not all(OWNER.fullmatch(owner) for owner in owners) or pattern.startswith("!") or "***" in pattern:
        return None
    glob = _as_glob(pattern)
    return None if globs.problem(glob) else _Line(glob, pattern.endswith("/*"), owners)


def _as_glob(pattern: str) -> str:
    """The pattern in our own spelling, in which ``[`` opens a set."""
    return re.sub(r"\\.|\[", lambda found: found[0] if found[0] != "[" else r"\[", pattern)
