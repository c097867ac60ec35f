"""Opens the result cache for a scan, or warns why it cannot be used."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from scangate.app.events import Events
from scangate.app.requests import ScanRequest
from scangate.errors import ScangateError
from scangate.judge.policy import Policy
from scangate.scan.cache_store import CacheStore, default_cache_directory
from scangate.scan.mac_key import KEY_VARIABLE
from scangate.scan.result_cache import ResultCache


@contextlib.contextmanager
def open_cache(
    request: ScanRequest, policy: Policy, worktree: Path, events: Events, rules: Mapping[str, str]
) -> Iterator[ResultCache | None]:
    """The results of earlier scans; None where the cache is disabled or unusable. ``worktree`` is untrusted. ``rules``: the digests
    of all rules, by scanner."""
    secret = os.environ.get(KEY_VARIABLE, "")
    if request.ignore_cache:
        yield None
        return
    if policy.signed_cache_only and not secret:
        events.on_warning(f"the cache is not used: the policy accepts signed entries only, and {KEY_VARIABLE} is not set")
        yield None
        return
    now = time.time()
    try:
        cache = CacheStore(request.cache_dir or default_cache_directory(os.environ), worktree, secret=secret, now=now)
    except ScangateError as error:
        events.on_warning(error.message, error.hint)
        yield None
        return
    try:
        yield ResultCache(cache, rules, now)
    finally:
        cache.close()
        for note in cache.notes:
            events.on_warning(note)
