"""Versions of Composer: up to four numbers and a stability. A branch, such as ``dev-main``, has no place in the order.

https://getcomposer.org/doc/articles/versions.md, https://www.php.net/manual/en/function.version-compare.php
"""

from __future__ import annotations

import re
from typing import Self

from scangate.advisories.versions.ordered import OrderedVersion

_VERSION = re.compile(
    r"v?(\d{1,20})(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?"
    r"(?:[._-]?(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?\d+)*)?)?([.-]?dev)?(?:\+[^\s]*)?",
    re.ASCII | re.IGNORECASE,
)
STABILITIES = {"alpha": 1, "a": 1, "beta": 2, "b": 2, "rc": 3, "": 4, "stable": 4, "patch": 5, "pl": 5, "p": 5}
DEVELOPMENT = 0


class ComposerVersion(OrderedVersion):
    """A version of Composer."""

    @classmethod
    def parse_text(cls, text: str) -> Self | None:
        """See `OrderedVersion`."""
        match = _VERSION.fullmatch(text.strip())
        if match is None:
            return None
        numbers = tuple(int(part or 0) for part in match.group(1, 2, 3, 4))
        stability = STABILITIES[(match[5] or "").lower()]
        if match[7] and not match[5]:
            stability = DEVELOPMENT
        counts = tuple(map(int, re.findall(r"\d+", match[6] or "")))
        key = (numbers, stability, counts, not match[7])
        return cls(text.strip(), key, is_prerelease=stability < STABILITIES["stable"] or bool(match[7]))
