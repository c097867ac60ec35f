"""Finds a file that another one names among the files of the tree."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property


class TreeFiles:
    """The repository paths of a tree; a name that no file has exactly finds the one file that differs in case alone.

    A name written on Windows or macOS may use other case than the file; it is read rather than missed.
    """

    def __init__(self, paths: Collection[str]) -> None:
        self._paths = paths

    def find(self, path: str) -> str | None:
        """The path of the file that ``path`` means; None if there is none, or if several differ only in case."""
        if path in self._paths:
            return path
        found = self._by_folded_name.get(path.casefold(), ())
        return found[0] if len(found) == 1 else None

    @cached_property
    def _by_folded_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self._paths):
            found.setdefault(path.casefold(), []).append(path)
        return found
