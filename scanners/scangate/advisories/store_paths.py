"""Locates the advisory store of the user and the advisories that are bundled with the package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scangate.assets import folder
from scangate.errors import ScangateError


def default_store_path(environ: Mapping[str, str]) -> Path:
    """``SCANGATE_STORE``, else a file in the user's cache directory. Raises ScangateError if there is no home directory."""
    if environ.get("SCANGATE_STORE"):
        return Path(environ["SCANGATE_STORE"])
    cache = environ.get("XDG_CACHE_HOME", "")
    try:
        base = Path(cache) if cache.startswith("/") else Path(environ.get("HOME") or "~").expanduser() / ".cache"
    except RuntimeError as error:
        raise ScangateError("no home directory, so no default location for the advisory store", "--store FILE") from error
    return base / "scangate" / "advisories.sqlite"


def bundled_file() -> Path:
    """The bundled advisories."""
    return folder("policies") / "advisories" / "bundled.json"
