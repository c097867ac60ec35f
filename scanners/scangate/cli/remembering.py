"""Opens the cache for a scan, or says on standard error why it does without one."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from scangate.cli.listener import remark
from scangate.cli.run import rule_digests
from scangate.errors import ScangateError
from scangate.judge.policy import Policy
from scangate.scan.cache import Cache, usual_place
from scangate.scan.memory import Memory
from scangate.scan.signing import KEY

__all__ = ["remembered"]


@contextlib.contextmanager
def remembered(folder: Path | None, policy: Policy, tree: Path, environ: Mapping[str, str]) -> Iterator[Memory | None]:
    """What earlier scans found, from the cache in ``folder`` (None: the usual place); None where it may not be used.

    ``tree``: the folder whose content is not ours to trust. A cache that is refused costs time, and never the scan.
    """
    secret = environ.get(KEY, "")
    if policy.keyed_only and not secret:
        remark(f"scangate: no cache is used: the policy believes signed answers alone (cache: keyed-only), and {KEY} is not set")
        yield None
        return
    now = time.time()
    try:
        cache = Cache.open(folder or usual_place(environ), tree, secret=secret, now=now)
    except ScangateError as fault:
        remark(f"scangate: {fault.message}")
        remark(f"hint: {fault.hint}")
        yield None
        return
    try:
        yield Memory(cache, rule_digests(), now)
    finally:
        cache.close()
        for note in cache.notes:
            remark(f"scangate: {note}")
