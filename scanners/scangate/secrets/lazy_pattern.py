"""A regular expression that is compiled when it is first used: most files need few of the detectors' expressions."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator


class LazyPattern:
    """Has the methods of `re.Pattern` that detectors use."""

    def __init__(self, expression: str, flags: int = 0) -> None:
        self.expression = expression
        self.flags = flags

    @functools.cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(self.expression, self.flags)

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """All matches that do not overlap."""
        return self._compiled.finditer(text, start, end)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """The first match."""
        return self._compiled.search(text, start, end)

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """A match at the start."""
        return self._compiled.match(text, start, end)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """A match of all of the text."""
        return self._compiled.fullmatch(text)

    def split(self, text: str, maxsplit: int = 0) -> list[str]:
        """The text between the matches."""
        return self._compiled.split(text, maxsplit)
