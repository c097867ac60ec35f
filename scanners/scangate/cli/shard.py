"""The road of one shard: it scans its share of the files and writes a part; there is no verdict before all parts are merged."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from scangate import __version__
from scangate.cli import output
from scangate.cli.interruption import Interruption
from scangate.cli.listener import remark, write_page
from scangate.cli.run import Site, Wish, commit_of, listing_of, plan_of, rule_digests
from scangate.errors import UsageError
from scangate.judge.policy import Policy
from scangate.model import EXIT_CODES, Outcome
from scangate.report import FORMATS
from scangate.report.escape import ci
from scangate.scan.asking import Progress
from scangate.scan.engine import answers
from scangate.scan.parts import PURPOSE, Header, write
from scangate.scan.repeated import Repeated
from scangate.scan.shards import Inventory, Shard, limited, take_inventory
from scangate.scan.signing import KEY, signing_key

__all__ = ["Share", "header", "key", "refuse_inside"]

HINT = "scangate scan --shard 1/4 --output-dir DIR, DIR outside of what is scanned"


class Share:
    """What one of ``count`` machines scans, and the file that its part goes to. UsageError where that cannot be."""

    def __init__(self, number: int, count: int, folder: Path | None, place: Site) -> None:
        self._shard = Shard(number, count)
        self._file = _prepared(self._shard, folder, place)

    def scan(self, wish: Wish, place: Site, interruption: Interruption, progress: Progress) -> int:
        """Scans it and puts the part where it belongs; the exit code. UsageError where the files change meanwhile."""
        return _end(self._shard, _part(self._shard, wish, place, interruption, progress), self._file, interruption)


def _prepared(shard: Shard, folder: Path | None, place: Site) -> Path:
    """The file that the part goes to; an earlier one of it, and earlier reports beside it, are gone. UsageError."""
    if folder is None:
        raise UsageError("--shard needs a directory to write its part to", HINT)
    refuse_inside(folder, place)
    file = folder / f"part-{shard.number}-of-{shard.count}.json"
    reports = [output.Output(name, folder / form.file) for name, form in FORMATS.items() if form.file is not None]
    output.prepare([*reports, output.Output("json", file)], folder, place.top, place.tracks)
    return file


def refuse_inside(path: Path, place: Site) -> None:
    """UsageError where ``path`` lies in the scanned tree: a part that lies there could have come with it."""
    if path.resolve().is_relative_to(place.root):
        raise UsageError(f"{path} lies in the scanned tree, where a part may have come with the source", HINT)


def key(policy: Policy) -> bytes:
    """What parts are signed with, empty where the environment holds no key.

    UsageError for a key that is too short, and for none where ``policy`` believes signed answers alone.
    """
    secret = os.environ.get(KEY, "")
    if policy.keyed_only and not secret:
        told = f"the policy believes signed answers alone (cache: keyed-only), and {KEY} is not set: no part can be believed"
        raise UsageError(told, f"give all shards and merge the same key: {KEY}")
    return signing_key(secret, PURPOSE)


def header(wish: Wish, place: Site, shards: int, inventory: Inventory) -> Header:
    """What this scan says of itself to the machines that scan the other shards."""
    return Header(
        scangate=__version__,
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        commit=commit_of(place),
        policy=wish.policy.digest,
        environment=wish.policy.environment,
        only=tuple(sorted(wish.only)),
        skip=tuple(sorted(wish.skip)),
        rules=dict(rule_digests()),
        files=len(inventory.sizes),
        inventory=inventory.digest,
        shards=shards,
    )


def _part(shard: Shard, wish: Wish, place: Site, interruption: Interruption, progress: Progress) -> str | None:
    """Scans the shard and gives its part as text, None where it was interrupted. UsageError where the files change meanwhile."""
    interruption.then(place.processes.cancel)
    signed = key(wish.policy)
    plan, listing = plan_of(wish), listing_of(wish, place)
    inventory = take_inventory(listing, plan)
    repeated = Repeated(limited(plan, shard, inventory), place.processes.environ)
    told = answers(listing, repeated.plan, place.processes, place.folder, progress)
    repeated.keep(told)
    if interruption.code:
        return None
    if take_inventory(listing, plan) != inventory:
        raise UsageError("the files were changed while they were scanned", "scan when nothing else writes to the tree")
    return write(shard, header(wish, place, shard.count, inventory), told, listing, plan.max_bytes, key=signed)


def _end(shard: Shard, part: str | None, file: Path, interruption: Interruption) -> int:
    """Puts the part where it belongs and says so. The exit code tells whether that was done, and nothing of what was found."""
    if part is None:
        remark(f"scangate: interrupted by {interruption.name}: shard {shard} has no part")
        return interruption.code
    try:
        output.put(file, part.encode())
    except OSError as error:
        remark(f"scangate: the part of shard {shard} cannot be written: {error.strerror or type(error).__name__}")
        remark("hint: make room, or choose another place: --output-dir DIR")
        return EXIT_CODES[Outcome.INCOMPLETE]
    # Another word than a verdict opens with, so that nobody and nothing takes it for a pass.
    line = f"PART {shard.number} of {shard.count}: written to {ci(str(file))}; no verdict before all parts are merged\n"
    with contextlib.suppress(OSError):  # the part is there, whoever listens
        write_page(line)
    return 0
