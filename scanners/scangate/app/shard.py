"""The road of one shard: it scans its share of the files and writes a part; there is no verdict before all parts are merged."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from scangate import __version__
from scangate.app import report_files
from scangate.app.interruption import Interruption
from scangate.app.scan import ScanRequest, Session, build_plan, digest_bundled_rules, find_commit, list_targets
from scangate.cli.console import warn, write_page
from scangate.errors import UsageError
from scangate.files import write_atomically
from scangate.judge.policy import Policy
from scangate.model import EXIT_CODES, Outcome
from scangate.report import FORMATS
from scangate.report.escape import ci_log
from scangate.scan.caching_scanner import CachingScanners
from scangate.scan.dispatch import ProgressCallback
from scangate.scan.engine import scan_unredacted
from scangate.scan.key_derivation import KEY_VARIABLE, derive_key
from scangate.scan.shard_file import KEY_PURPOSE, ShardHeader, write_shard_file
from scangate.scan.shards import Inventory, Shard, plan_for_shard, take_inventory

__all__ = ["ShardScan", "build_header", "part_signing_key", "refuse_inside_tree"]

HINT = "scangate scan --shard 1/4 --output-dir DIR, DIR outside of what is scanned"


class ShardScan:
    """What one of ``count`` machines scans, and the file that its part goes to. UsageError where that cannot be."""

    def __init__(self, number: int, count: int, folder: Path | None, session: Session) -> None:
        self._shard = Shard(number, count)
        self._file = _prepare_part_file(self._shard, folder, session)

    def run(self, request: ScanRequest, session: Session, interruption: Interruption, progress: ProgressCallback) -> int:
        """Scans it and puts the part where it belongs; the exit code. UsageError where the files change meanwhile."""
        return _write_part(self._shard, _scan_part(self._shard, request, session, interruption, progress), self._file, interruption)


def _prepare_part_file(shard: Shard, folder: Path | None, session: Session) -> Path:
    """The file that the part goes to; an earlier one of it, and earlier reports beside it, are gone. UsageError."""
    if folder is None:
        raise UsageError("--shard needs a directory to write its part to", HINT)
    refuse_inside_tree(folder, session)
    file = folder / f"part-{shard.number}-of-{shard.count}.json"
    reports = [
        report_files.ReportTarget(name, folder / form.file_name) for name, form in FORMATS.items() if form.file_name is not None
    ]
    report_files.prepare([*reports, report_files.ReportTarget("json", file)], folder, session.worktree, session.is_tracked)
    return file


def refuse_inside_tree(path: Path, session: Session) -> None:
    """UsageError where ``path`` lies in the scanned tree: a part that lies there could have come with it."""
    if path.resolve().is_relative_to(session.root):
        raise UsageError(f"{path} lies in the scanned tree, where a part may have come with the source", HINT)


def part_signing_key(policy: Policy) -> bytes:
    """What parts are signed with, empty where the environment holds no key.

    UsageError for a key that is too short, and for none where ``policy`` believes signed answers alone.
    """
    secret = os.environ.get(KEY_VARIABLE, "")
    if policy.signed_cache_only and not secret:
        told = (
            f"the policy believes signed answers alone (cache: keyed-only), and {KEY_VARIABLE} is not set: no part can be believed"
        )
        raise UsageError(told, f"give all shards and merge the same key: {KEY_VARIABLE}")
    return derive_key(secret, KEY_PURPOSE)


def build_header(request: ScanRequest, session: Session, shards: int, inventory: Inventory) -> ShardHeader:
    """What this scan says of itself to the machines that scan the other shards."""
    return ShardHeader(
        scangate=__version__,
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        commit=find_commit(session),
        policy=request.policy.digest,
        environment=request.policy.environment,
        only=tuple(sorted(request.only)),
        skip=tuple(sorted(request.skip)),
        rules=dict(digest_bundled_rules()),
        files=len(inventory.sizes),
        inventory=inventory.digest,
        shards=shards,
    )


def _scan_part(
    shard: Shard, request: ScanRequest, session: Session, interruption: Interruption, progress: ProgressCallback
) -> str | None:
    """Scans the shard and gives its part as text, None where it was interrupted. UsageError where the files change meanwhile."""
    interruption.on_interrupt(session.processes.cancel)
    signed = part_signing_key(request.policy)
    plan, listing = build_plan(request), list_targets(request, session)
    inventory = take_inventory(listing, plan)
    repeated = CachingScanners(plan_for_shard(plan, shard, inventory), session.processes.environ)
    told = scan_unredacted(listing, repeated.plan, session.processes, session.scratch_dir, progress)
    repeated.save(told)
    if interruption.code:
        return None
    if take_inventory(listing, plan) != inventory:
        raise UsageError("the files were changed while they were scanned", "scan when nothing else writes to the tree")
    return write_shard_file(
        shard, build_header(request, session, shard.count, inventory), told, listing, plan.max_file_bytes, key=signed
    )


def _write_part(shard: Shard, part: str | None, file: Path, interruption: Interruption) -> int:
    """Puts the part where it belongs and says so. The exit code tells whether that was done, and nothing of what was found."""
    if part is None:
        warn(f"scangate: interrupted by {interruption.name}: shard {shard} has no part")
        return interruption.code
    try:
        write_atomically(file, part.encode())
    except OSError as error:
        warn(f"scangate: the part of shard {shard} cannot be written: {error.strerror or type(error).__name__}")
        warn("hint: make room, or choose another place: --output-dir DIR")
        return EXIT_CODES[Outcome.INCOMPLETE]
    # Another word than a verdict opens with, so that nobody and nothing takes it for a pass.
    line = f"PART {shard.number} of {shard.count}: written to {ci_log(str(file))}; no verdict before all parts are merged\n"
    with contextlib.suppress(OSError):  # the part is there, whoever listens
        write_page(line)
    return 0
