"""Matches names that are not paths (rules, scanners) against a pattern with ``*``; imports nothing of ours."""

from __future__ import annotations

import functools
from fnmatch import fnmatchcase


@functools.lru_cache(maxsize=4096)
def matches_name(pattern: str, name: str) -> bool:
    """Whether ``pattern`` covers ``name``: ``*`` is any run of characters, ``?`` is one, ``[ab]`` one of a set; case counts."""
    return fnmatchcase(name, pattern)
