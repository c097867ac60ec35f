"""The folders for scangate in the user's directories: of the result cache, and of the advisory store.

https://specifications.freedesktop.org/basedir-spec/
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scangate.errors import ScangateError


def user_cache_directory(environ: Mapping[str, str], option: str) -> Path:
    """``scangate`` in the user's cache directory. Raises ScangateError with ``option`` as a hint if there is no home directory."""
    return _directory(environ, "XDG_CACHE_HOME", ".cache", option)


def user_data_directory(environ: Mapping[str, str], option: str) -> Path:
    """``scangate`` in the user's data directory, which no build carries to another as a cache. ``option`` as above."""
    return _directory(environ, "XDG_DATA_HOME", ".local/share", option)


def _directory(environ: Mapping[str, str], variable: str, in_home: str, option: str) -> Path:
    named = Path(environ.get(variable, ""))
    if named.is_absolute():
        return named / "scangate"
    try:
        return Path(environ.get("HOME") or "~").expanduser() / in_home / "scangate"
    except RuntimeError as error:
        raise ScangateError("no home directory, so no user's directories", option) from error
