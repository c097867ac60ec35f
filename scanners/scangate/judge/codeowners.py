"""Reads CODEOWNERS as GitHub does: who owns a path. It gets the text, opens no file, and never fails for what is written there.

The last pattern that matches a path names its owners, and one without owners takes them away. Patterns are those of a
``.gitignore`` without ``!`` and ``[...]``, and ``docs/*`` is what is directly in that folder, not deeper. A line that GitHub would
skip is skipped, and noted. Source: docs.github.com, "About code owners" (facts only).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from scangate import globs
from scangate.model import Note, NoteKind, PathOwners

DEFAULT_PATHS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
MAX_BYTES = 3 * 1024 * 1024  # bytes, GitHub's own limit
OWNER_PATTERN = re.compile(r"@[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)?|[^@\s]+@[^@\s]+")
WORD_PATTERN = re.compile(r"(?:[^\s\\]|\\.)++")
COMMENT_PATTERN = re.compile(r"(?:^|(?<=\s))#.*", re.DOTALL)


class _OwnerRule(msgspec.Struct, frozen=True):
    """One pattern and who owns what it matches; ``direct_children_only``: it never matches a folder above a path."""

    pattern: str
    direct_children_only: bool
    owners: tuple[str, ...]


class CodeOwners(msgspec.Struct, frozen=True):
    """The rules of one CODEOWNERS file at ``path``; ``invalid_lines``: the numbers of the lines that GitHub ignores."""

    path: str
    rules: tuple[_OwnerRule, ...] = ()
    invalid_lines: tuple[int, ...] = ()

    def owners_of(self, path: str) -> tuple[str, ...]:
        """The owners of a path; none where no pattern matches it, or the last one that does names none."""
        for line in reversed(self.rules):
            if globs.matches(line.pattern, path, include_contents=not line.direct_children_only):
                return line.owners
        return ()

    def owns(self, owner: str, path: str) -> bool:
        """Whether ``owner`` (``@user``, ``@org/team`` or an address, in any case) is one of the owners of ``path``."""
        return owner.strip().casefold() in {name.casefold() for name in self.owners_of(path)}

    def list_notes(self) -> list[Note]:
        """A note on the lines that are ignored."""
        return [Note(NoteKind.CODEOWNERS_INVALID, path=self.path, lines=self.invalid_lines)] if self.invalid_lines else []


def find_codeowners(read_file: Callable[[str], str | None], path: str = "") -> CodeOwners | None:
    """The CODEOWNERS file at ``path``, else the first of GitHub's DEFAULT_PATHS that exists; None if there is none.

    ``read_file`` returns the text of a file by its path in the repository, None if it does not exist: of the work tree, or of a
    revision.
    """
    for candidate in (path,) if path else DEFAULT_PATHS:
        text = read_file(candidate)
        if text is not None:
            return _parse(text, candidate)
    return None


def list_path_owners(owners: CodeOwners | None, paths: Iterable[str]) -> tuple[PathOwners, ...]:
    """The owners of those of ``paths`` that have any, sorted by path; none without a CODEOWNERS file."""
    found = ((path, owners.owners_of(path)) for path in sorted(set(paths))) if owners is not None else ()
    return tuple(PathOwners(path, names) for path, names in found if names)


def _parse(text: str, place: str) -> CodeOwners:
    lines: list[_OwnerRule] = []
    skipped: list[int] = []
    for number, written in enumerate(text.splitlines(), start=1):
        words = WORD_PATTERN.findall(COMMENT_PATTERN.sub("", written.strip()))
        if not words:
            continue
        line = _parse_rule(words[0], words[1:])
        if line is None:
            skipped.append(number)
        else:
            lines.append(line)
    return CodeOwners(place, tuple(lines), tuple(skipped))


def _parse_rule(pattern: str, owners: Iterable[str]) -> _OwnerRule | None:
    """A pattern with its owners; None where GitHub would skip the line."""
    owners = tuple(owners)
    if not all(OWNER_PATTERN.fullmatch(owner) for owner in owners) or pattern.startswith("!") or "***" in pattern:
        return None
    glob = _to_glob(pattern)
    return None if globs.pattern_error(glob) else _OwnerRule(glob, pattern.endswith("/*"), owners)


def _to_glob(pattern: str) -> str:
    """The pattern in our own spelling, in which ``[`` opens a set."""
    return re.sub(r"\\.|\[", lambda found: found[0] if found[0] != "[" else r"\[", pattern)
