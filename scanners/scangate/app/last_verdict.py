"""Keeps the verdict of the last scan of a tree in the user's cache, so that ``explain`` and ``waive`` work after a hook."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from scangate.errors import ScangateError
from scangate.model import Report
from scangate.report import FORMATS
from scangate.report.schema import MAX_CHARACTERS, parse_report
from scangate.scan.cache_store import CacheStore, default_cache_directory
from scangate.scan.mac_key import KEY_VARIABLE

MAX_FINDINGS = 2000
"""A larger verdict is not kept: the scan would become slower for what a report file does better."""
FAST = 1  # the level of zlib


def keep_last_verdict(report: Report, root: Path, cache_dir: Path | None) -> bool:
    """Whether the verdict of this scan of ``root`` is kept: not one in a cache of its own, which ``explain`` would not find.

    ``cache_dir``: what the scan was given, None for the default.
    """
    if len(report.verdict.rulings) > MAX_FINDINGS:
        return False
    data = zlib.compress(FORMATS["json"].render(report).encode("utf-8", "backslashreplace"), FAST)
    with _open_cache(root) as cache:
        if cache is None or (cache_dir is not None and cache_dir != default_cache_directory(os.environ)):
            return False
        cache.put({_make_key(root): data})
        return not cache.notes


def load_last_verdict(root: Path) -> Report | None:
    """The verdict of the last scan of ``root`` that was kept; None without one, and for one of another version."""
    with _open_cache(root) as cache:
        data = cache.get([_make_key(root)], for_results=False).get(_make_key(root)) if cache is not None else None
    if data is None:
        return None
    try:
        return parse_report(zlib.decompressobj().decompress(data, 4 * MAX_CHARACTERS).decode("utf-8"))
    except (ScangateError, zlib.error, UnicodeDecodeError):
        return None


@contextlib.contextmanager
def _open_cache(root: Path) -> Iterator[CacheStore | None]:
    """The default cache; None where it cannot be used, of which the scan itself warns."""
    try:
        folder = default_cache_directory(os.environ)
        cache = CacheStore(folder, root, secret=os.environ.get(KEY_VARIABLE, ""), now=time.time())
    except ScangateError:
        yield None
        return
    try:
        yield cache
    finally:
        cache.close()


def _make_key(root: Path) -> bytes:
    return hashlib.sha256(b"last verdict\0" + os.fsencode(root)).digest()
