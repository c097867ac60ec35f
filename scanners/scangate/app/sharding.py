"""Scans one shard and writes its results to a file; there is no verdict before all shards are merged."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

from scangate import __version__
from scangate.app.cache_session import open_cache
from scangate.app.events import Events
from scangate.app.interruption import Interruption
from scangate.app.report_files import SPACE_HINT, ReportTarget, list_report_targets, prepare
from scangate.app.requests import ShardRequest
from scangate.app.scan_setup import ScanSetup
from scangate.app.scanning import find_commit, load_setup
from scangate.app.session import Session, open_session
from scangate.errors import UsageError
from scangate.files import write_atomically
from scangate.judge.policy import Policy
from scangate.scan.engine import scan_unredacted
from scangate.scan.mac_key import KEY_VARIABLE, derive_mac_key
from scangate.scan.shard_cache import ShardCache
from scangate.scan.shard_file import KEY_PURPOSE, ShardHeader, write_shard_file
from scangate.scan.shards import Inventory, Shard, plan_for_shard, take_inventory

HINT = "scangate scan --shard 1/4 --output-dir DIR, with DIR outside the scanned tree"


class ShardResult(msgspec.Struct, frozen=True):
    """The outcome of one shard's scan: its file is complete unless it was interrupted, or ``error`` says why not."""

    shard: Shard
    file: Path
    error: str = ""
    interrupted: bool = False


def scan_shard(request: ShardRequest, events: Events | None = None, interruption: Interruption | None = None) -> ShardResult:
    """Scans one shard and writes its file. Raises UsageError and PolicyError, also if files change during the scan."""
    events, interruption = events or Events(), interruption or Interruption()
    shard = Shard(*request.shard)
    with open_session(request.root) as session:
        file = _prepare_file(shard, request.output_dir, session)
        setup = load_setup(request, session, events)
        with open_cache(request, setup.policy, session.root, events, setup.rule_digests) as cache:
            text = _scan(shard, msgspec.structs.replace(setup, cache=cache), session, interruption, events)
        if text is None:
            return ShardResult(shard, file, interrupted=True)
        try:
            write_atomically(file, text.encode())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            events.on_warning(f"the file of shard {shard} cannot be written: {reason}", SPACE_HINT)
            return ShardResult(shard, file, error=reason)
    return ShardResult(shard, file)


def _prepare_file(shard: Shard, directory: Path | None, session: Session) -> Path:
    """The shard's file; removes an earlier one, and earlier reports next to it. Raises UsageError."""
    if directory is None:
        raise UsageError("--shard needs a directory to write its shard file to", HINT)
    refuse_inside_tree(directory, session)
    file = directory / f"shard-{shard.number}-of-{shard.count}.json"
    prepare([*list_report_targets((), directory), ReportTarget("json", file)], directory, session)
    return file


def refuse_inside_tree(path: Path, session: Session) -> None:
    """Raises UsageError for a path in the scanned tree: a shard file there could have come with the source."""
    if path.resolve().is_relative_to(session.root):
        raise UsageError(f"{path} is in the scanned tree, so it may be part of the source instead of a result", HINT)


def shard_signing_key(policy: Policy) -> bytes:
    """The key that signs shard files; empty if the environment has none.

    Raises UsageError for a key that is too short, and for a missing one if the policy accepts signed entries only.
    """
    secret = os.environ.get(KEY_VARIABLE, "")
    if policy.signed_cache_only and not secret:
        message = f"the policy accepts signed shard files only (cache: keyed-only), and {KEY_VARIABLE} is not set"
        raise UsageError(message, f"set the same {KEY_VARIABLE} for all shards and for merge")
    return derive_mac_key(secret, KEY_PURPOSE)


def build_header(setup: ScanSetup, session: Session, shards: int, inventory: Inventory) -> ShardHeader:
    """What all shards of one scan must have in common."""
    return ShardHeader(
        scangate=__version__,
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        commit=find_commit(session),
        policy=setup.policy.digest,
        environment=setup.policy.environment,
        only=tuple(sorted(setup.request.only)),
        skip=tuple(sorted(setup.request.skip)),
        rules=dict(setup.rule_digests),
        files=len(inventory.sizes),
        inventory=inventory.digest,
        shards=shards,
    )


def _scan(shard: Shard, setup: ScanSetup, session: Session, interruption: Interruption, events: Events) -> str | None:
    """The content of the shard's file; None if the scan was interrupted."""
    interruption.on_interrupt(session.processes.cancel)
    key = shard_signing_key(setup.policy)
    plan, listing = setup.build_plan(), setup.list_targets(session)
    inventory = take_inventory(listing, plan)
    caching = ShardCache(plan_for_shard(plan, shard, inventory), session.processes.environ)
    results = scan_unredacted(listing, caching.plan, session.processes, session.scratch_dir, events.on_progress)
    caching.save(results)
    if interruption.code:
        return None
    if take_inventory(listing, plan) != inventory:
        raise UsageError("files changed during the scan", "scan again while nothing else writes to the tree")
    header = build_header(setup, session, shard.count, inventory)
    return write_shard_file(shard, header, results, listing, plan.max_file_bytes, key=key)
