"""Versions of NuGet: up to four numbers, and labels whose letter case does not count.

https://learn.microsoft.com/en-us/nuget/concepts/package-versioning
"""

from __future__ import annotations

import re
from typing import Self

from scangate.advisories.versions.ordered import OrderedVersion
from scangate.advisories.versions.semantic import identifier_key

_VERSION = re.compile(r"(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]*)?", re.ASCII)


class NuGetVersion(OrderedVersion):
    """A version of NuGet."""

    @classmethod
    def parse_text(cls, text: str) -> Self | None:
        """See `OrderedVersion`."""
        match = _VERSION.fullmatch(text.strip())
        if match is None:
            return None
        numbers = tuple(int(part or 0) for part in match.group(1, 2, 3, 4))
        before = tuple(map(identifier_key, match[5].lower().split("."))) if match[5] else ()
        return cls(text.strip(), (numbers, not before, before), is_prerelease=bool(before))
