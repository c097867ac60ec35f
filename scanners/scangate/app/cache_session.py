"""Opens the cache for a scan, or says on standard error why it does without one."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from scangate.app.scan import digest_bundled_rules
from scangate.cli.console import warn
from scangate.errors import ScangateError
from scangate.judge.policy import Policy
from scangate.scan.cache import Cache, default_cache_directory
from scangate.scan.key_derivation import KEY_VARIABLE
from scangate.scan.result_cache import ResultCache

__all__ = ["open_cache"]


@contextlib.contextmanager
def open_cache(folder: Path | None, policy: Policy, worktree: Path, environ: Mapping[str, str]) -> Iterator[ResultCache | None]:
    """What earlier scans found, from the cache in ``folder`` (None: the usual place); None where it may not be used.

    ``tree``: the folder whose content is not ours to trust. A cache that is refused costs time, and never the scan.
    """
    secret = environ.get(KEY_VARIABLE, "")
    if policy.signed_cache_only and not secret:
        warn(f"scangate: the cache is not used: the policy accepts signed entries only, and {KEY_VARIABLE} is not set")
        yield None
        return
    now = time.time()
    try:
        cache = Cache.open(folder or default_cache_directory(environ), worktree, secret=secret, now=now)
    except ScangateError as fault:
        warn(f"scangate: {fault.message}")
        warn(f"hint: {fault.hint}")
        yield None
        return
    try:
        yield ResultCache(cache, digest_bundled_rules(), now)
    finally:
        cache.close()
        for note in cache.notes:
            warn(f"scangate: {note}")
