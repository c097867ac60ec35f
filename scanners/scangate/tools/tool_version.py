"""Finds the version of an installed tool without running it."""

from __future__ import annotations

import functools
import os
import re
import sys

from scangate.errors import ScanError
from scangate.model import GapKind

_DIST_INFO = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)\.dist-info")


def find_installed_version(distribution: str) -> str:
    """The version of ``distribution``. Raises ScanError(TOOL_MISSING) if it is not installed."""
    if found := _installed_distributions().get(_normalize(distribution)):
        return found
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 -- dear, and the names of folders say it, too

    try:
        return version(distribution)
    except PackageNotFoundError:
        raise ScanError(GapKind.TOOL_MISSING, f"{distribution} is not installed", f"pip install {distribution}") from None


@functools.cache
def _installed_distributions() -> dict[str, str]:
    """The versions in the names of the metadata folders, by normalized name."""
    found: dict[str, str] = {}
    for entry in sys.path:
        if os.path.isdir(entry) and entry.endswith("-packages"):  # noqa: PTH112 -- pathlib is slow for thousands of names
            for match in filter(None, map(_DIST_INFO.fullmatch, os.listdir(entry))):  # noqa: PTH208
                found.setdefault(_normalize(match["name"]), match["version"])
    return found


def _normalize(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()
