"""The folder for scangate in the user's cache directory: of the result cache, and of the advisory store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scangate.errors import ScangateError


def user_cache_directory(environ: Mapping[str, str], option: str) -> Path:
    """``scangate`` in the user's cache directory (https://specifications.freedesktop.org/basedir-spec/).

    ``option``: for the hint, where there is no home directory. Raises ScangateError then.
    """
    named = Path(environ.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():
        return named / "scangate"
    try:
        return Path(environ.get("HOME") or "~").expanduser() / ".cache" / "scangate"
    except RuntimeError as error:
        raise ScangateError("no home directory, so no user's cache directory", option) from error
