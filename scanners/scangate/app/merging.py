"""Merges the shard files of a scan, and evaluates them as one scan.

A shard file that is missing, doubled or of another scan is a usage error (exit code 2), never a gap. What belongs to one scan is
checked here and in `replay_plan`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec

from scangate.app.events import Events
from scangate.app.file_errors import file_errors
from scangate.app.interruption import Interruption
from scangate.app.report_files import list_report_targets, prepare, write_reports
from scangate.app.requests import MAX_SHARDS, MergeRequest
from scangate.app.scan_setup import ScanSetup
from scangate.app.scanning import load_setup, run_scan
from scangate.app.session import Session, open_session
from scangate.app.sharding import build_header, refuse_inside_tree, shard_signing_key
from scangate.errors import UsageError
from scangate.files import read_regular_file
from scangate.model import Report
from scangate.scan.discovery import Listing
from scangate.scan.plan import ScanPlan
from scangate.scan.replay_scanner import RERUN_HINT, replay_plan
from scangate.scan.shard_file import MAX_CHARACTERS, ShardFile, parse_shard_file
from scangate.scan.shards import take_inventory

HINT = "name the files that the shards wrote: scangate merge DIR/shard-*.json"

LABELS = {
    "scangate": "version of scangate",
    "python": "version of Python",
    "environment": "policy environment",
    "only": "--scanner",
    "skip": "--skip",
    "files": "number of files",
    "inventory": "files",
    "shards": "number of shards",
}
"""The fields of a header that messages do not call by their names."""
TREE_FIELDS = ("scangate", "commit", "policy", "environment", "rules", "inventory")


def merge(request: MergeRequest, events: Events | None = None, interruption: Interruption | None = None) -> Report:
    """Evaluates all shard files of one scan of ``request.root`` as it is now, and writes the requested report files.

    1. Load the policy as for a scan, and read the shard files; each is checked against its digest, and its signature if there is a
       key (`_read_shard`).
    2. Require that they are all shards of one scan, each once (`_check_shards`).
    3. List the files, and require that commit, policy, rules and files are those of the shards (`_replay_shards`).
    4. Put a scanner that repeats the shards' results in the place of each scanner (`replay_plan`).
    5. Go on as in a scan of one machine: redaction, evaluation, reports (`run_scan`).

    Scanners run only over the base of a change. Raises UsageError and PolicyError.
    """
    events, interruption = events or Events(), interruption or Interruption()
    targets = list_report_targets(request.reports, request.output_dir)
    with open_session(request.root) as session:
        prepare(targets, request.output_dir, session)
        setup = load_setup(request, session, events, targets)
        key = shard_signing_key(setup.policy)
        shards = _check_shards([_read_shard(file, session, key) for file in request.shard_files], request.shard_files)
        header = shards[0].header
        request = msgspec.structs.replace(request, only=header.only, skip=header.skip)
        setup = msgspec.structs.replace(setup, request=request, unsigned_shards=not key)
        replay = partial(_replay_shards, shards=shards, setup=setup, session=session)
        report = run_scan(setup, session, interruption, events.on_progress, replay)
        return write_reports(report, targets, events)


def _read_shard(file: Path, session: Session, key: bytes) -> ShardFile:
    """One shard file; ``key`` signs it, empty for none. Raises UsageError."""
    refuse_inside_tree(file, session)
    with file_errors("read", file, HINT):
        return parse_shard_file(read_regular_file(file, 4 * MAX_CHARACTERS, follow_links=True).decode(), str(file), key)


def _check_shards(shards: Sequence[ShardFile], files: Sequence[Path]) -> list[ShardFile]:
    """``shards`` by number. Raises UsageError unless they are all shards of one scan, each once."""
    first = shards[0]
    by_number: dict[int, Path] = {}
    for shard, file in zip(shards, files, strict=True):
        for field in shard.header.__struct_fields__:
            if getattr(shard.header, field) != getattr(first.header, field):
                message = f"{file} and {files[0]} are of different scans: they differ in the {LABELS.get(field, field)}"
                raise UsageError(message, RERUN_HINT)
        if shard.number in by_number:
            raise UsageError(f"{file} and {by_number[shard.number]} are both shard {shard.shard}", "name each shard file once")
        by_number[shard.number] = file
    missing = [str(number) for number in range(1, min(first.header.shards, MAX_SHARDS) + 1) if number not in by_number]
    if missing:
        names = f"shard {missing[0]} is" if len(missing) == 1 else f"shards {', '.join(missing)} are"
        hint = f"scangate scan --shard {missing[0]}/{first.header.shards} --output-dir DIR"
        raise UsageError(f"{names} missing, of {first.header.shards}", hint)
    return sorted(shards, key=lambda shard: shard.number)


def _replay_shards(plan: ScanPlan, listing: Listing, shards: Sequence[ShardFile], setup: ScanSetup, session: Session) -> ScanPlan:
    """``plan`` with the shards' results. Raises UsageError if they do not match the tree, the policy or this scangate."""
    inventory = take_inventory(listing, plan)
    header = build_header(setup, session, len(shards), inventory)
    for field in TREE_FIELDS:
        if getattr(header, field) != getattr(shards[0].header, field):
            hint = "name the policy of the shards: --policy, --env" if field in ("policy", "environment") else RERUN_HINT
            raise UsageError(f"the shards do not match {session.root}: they differ in the {LABELS.get(field, field)}", hint)
    return replay_plan(plan, listing, inventory, shards)
