"""The version of an installed tool, without starting it."""

from __future__ import annotations

import functools
import os
import re
import sys

from scangate.errors import Unreadable
from scangate.model import GapKind

__all__ = ["version_of"]

_METADATA = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+)\.dist-info")


def version_of(distribution: str) -> str:
    """The version of ``distribution``; Unreadable(TOOL_MISSING) where it is not installed beside us."""
    if found := _beside_us().get(_plain(distribution)):
        return found
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 -- dear, and the names of folders say it, too

    try:
        return version(distribution)
    except PackageNotFoundError:
        raise Unreadable(GapKind.TOOL_MISSING, f"{distribution} is not installed", f"pip install {distribution}") from None


@functools.cache
def _beside_us() -> dict[str, str]:
    """The versions of what is installed in an ordinary way, by names as the folders of their metadata have them."""
    found: dict[str, str] = {}
    for entry in sys.path:
        if os.path.isdir(entry) and entry.endswith("-packages"):  # noqa: PTH112 -- pathlib is dear for a few thousand names
            for match in filter(None, map(_METADATA.fullmatch, os.listdir(entry))):  # noqa: PTH208
                found.setdefault(_plain(match["name"]), match["version"])
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()
