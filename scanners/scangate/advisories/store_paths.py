"""Locates the advisory store of the user and the advisories that are bundled with the package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scangate.assets import folder
from scangate.user_folders import user_data_directory


def default_store_path(environ: Mapping[str, str]) -> Path:
    """``SCANGATE_STORE``, else a file in the user's data directory. Raises ScangateError if there is no home directory."""
    named = environ.get("SCANGATE_STORE")
    return Path(named) if named else user_data_directory(environ, "--store FILE") / "advisories.sqlite"


def bundled_file() -> Path:
    """The bundled advisories."""
    return folder("policies") / "advisories" / "bundled.json"
