"""Versions of PyPI (PEP 440), by the library that pip uses."""

from __future__ import annotations

from functools import lru_cache

from packaging.version import InvalidVersion, Version

from scangate.advisories.versions.ordered import MAX_LENGTH


@lru_cache(maxsize=1 << 17)
def parse_version(text: str) -> Version | None:
    """Parses a version (PEP 440); None if it is invalid."""
    try:
        return Version(text) if len(text) <= MAX_LENGTH else None
    except InvalidVersion:
        return None
