"""The version of an installed tool, without starting it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from scanners.errors import Unreadable
from scanners.model import GapKind

__all__ = ["version_of"]


def version_of(distribution: str) -> str:
    """The version of ``distribution``; Unreadable(TOOL_MISSING) where it is not installed beside us."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        raise Unreadable(GapKind.TOOL_MISSING, f"{distribution} is not installed", f"pip install {distribution}") from None
