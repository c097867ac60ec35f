"""Versions of RubyGems: numbers and letters in any number; letters come before numbers, and a missing part counts as 0.

https://guides.rubygems.org/patterns/#prerelease-gems, https://docs.ruby-lang.org/en/master/Gem/Version.html
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Self

from scangate.advisories.versions.ordered import OrderedVersion

_VERSION = re.compile(r"[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?", re.ASCII)
_SEGMENT = re.compile(r"[0-9]+|[a-z]+", re.IGNORECASE | re.ASCII)
Segment = tuple[int, int, str]
ZERO: Segment = (1, 0, "")


class GemVersion(OrderedVersion):
    """A version of RubyGems."""

    @classmethod
    def parse_text(cls, text: str) -> Self | None:
        """See `OrderedVersion`."""
        plain = text.strip()
        if not _VERSION.fullmatch(plain):
            return None
        segments = [_segment_key(part) for part in _SEGMENT.findall(plain.replace("-", ".pre."))]
        letters = next((number for number, segment in enumerate(segments) if segment[2]), len(segments))
        key = (*_without_zeros(segments[:letters]), *_without_zeros(segments[letters:]))
        return cls(plain, key, is_prerelease=letters < len(segments))

    def __lt__(self, other: OrderedVersion) -> bool:
        for mine, others in zip_longest(self.key, other.key, fillvalue=ZERO):
            if mine != others:
                return bool(mine < others)
        return False


def _segment_key(part: str) -> Segment:
    return (1, int(part), "") if part.isdigit() else (0, 0, part)


def _without_zeros(segments: list[Segment]) -> list[Segment]:
    while segments and segments[-1] == ZERO:
        segments = segments[:-1]
    return segments
