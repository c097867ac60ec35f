"""Where advisories lie: this user's store, and the starter set of this installation; reads neither."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scangate.assets import folder
from scangate.errors import ScangateError

__all__ = ["bundled_file", "default_store_path"]


def default_store_path(environ: Mapping[str, str]) -> Path:
    """Where the store of this user lies: ``SCANGATE_STORE``, else in the user's cache directory. Raises ScangateError."""
    if environ.get("SCANGATE_STORE"):
        return Path(environ["SCANGATE_STORE"])
    cache = environ.get("XDG_CACHE_HOME", "")
    try:
        base = Path(cache) if cache.startswith("/") else Path(environ.get("HOME") or "~").expanduser() / ".cache"
    except RuntimeError as error:
        raise ScangateError("this user has no home, so there is no usual place for the advisory store", "--store FILE") from error
    return base / "scangate" / "advisories.sqlite"


def bundled_file() -> Path:
    """The few advisories that come with the package."""
    return folder("policies") / "advisories" / "starter.json"
