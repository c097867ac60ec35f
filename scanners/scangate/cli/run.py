"""The road of a scan, step by step: policy, files, scanners, verdict, report."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from scangate import __version__
from scangate.assets import folder
from scangate.cli.before import Newer, known_before
from scangate.cli.interruption import Interruption
from scangate.cli.since import Past
from scangate.errors import Unreadable, UsageError
from scangate.judge.codeowners import CodeOwners
from scangate.judge.gate import judge
from scangate.judge.hints import nearest
from scangate.judge.matching import Known, recognised
from scangate.judge.policy import Policy, ScannerSetting
from scangate.judge.scope import scope_of
from scangate.model import EXIT_CODES, Gap, GapKind, Report
from scangate.scan.engine import scan
from scangate.scan.git import Repository, find
from scangate.scan.memory import Memory
from scangate.scan.plan import Exclude, Plan, Task
from scangate.scan.plugin import Scanner
from scangate.scan.process import Processes
from scangate.scan.targets import Listing, interrupted, list_files, list_staged
from scangate.tools import CommandOptions, SarifCommand

__all__ = [
    "EXIT_CODES",
    "Replay",
    "Site",
    "Wish",
    "commit_of",
    "listing_of",
    "now",
    "option_types",
    "plan_of",
    "rule_digests",
    "run",
    "site",
    "stamp",
    "today",
]

TEMPORARY = ("/tmp", "/var/tmp")  # noqa: S108 -- a folder of a random name is made there
COMMIT = re.compile(r"[0-9a-f]{40,64}")


class Site(msgspec.Struct, frozen=True):
    """Where a scan takes place: the root, the repository it lies in if there is one, and what is private to the run.

    ``began``: when that was, by the calendar and in seconds of the monotonic clock; a file that comes later need not be seen.
    """

    root: Path
    folder: Path
    processes: Processes
    repository: Repository | None
    began: tuple[dt.datetime, float]

    @property
    def top(self) -> Path:
        """The folder whose content is not ours to trust: the repository's work tree, else the root."""
        return self.repository.top if self.repository is not None else self.root

    @property
    def part(self) -> str:
        """The folder of the repository that the root is; empty where it is all of it."""
        part = self.root.relative_to(self.top).as_posix()
        return "" if part == "." else part

    def tracks(self, path: Path) -> bool:
        """Whether the repository holds ``path``, or anything in it. UsageError where git does not say."""
        try:
            return self.repository is not None and self.repository.tracks(path)
        except Unreadable as fault:
            message = f"git does not say whether {path} is a file of the repository: {fault.reason}"
            raise UsageError(message, "let reports go to a place outside the repository") from fault


@contextmanager
def site(root: Path) -> Iterator[Site]:
    """A private folder and the programs started from it; when it ends, both are gone."""
    with _private_folder(root) as folder:
        processes = Processes(folder, root, os.environ)
        try:
            yield Site(root, folder, processes, find(root, processes), (now(), time.monotonic()))
        finally:
            processes.cancel()  # git may still look ahead for what nobody wants any more
            processes.sweep()


class Wish(msgspec.Struct, frozen=True):
    """What the command line asks for. ``staged`` is None for a scan of the work tree, else the names given with it (none: all).

    ``known``: what was known before, by the sources that ``compared`` names with their files; ``salt``: that of its digests.
    ``past``, ``owners``, ``beyond`` and ``notes`` are the law's, see `law.Law`.
    """

    policy: Policy
    scanners: Mapping[str, Scanner]
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    staged: tuple[str, ...] | None = None
    jobs: int = 1
    ours: tuple[Path, ...] = ()
    known: tuple[Known, ...] = ()
    compared: Mapping[str, str] = MappingProxyType({})
    salt: bytes = b""
    past: Past = Past()
    owners: CodeOwners | None = None
    beyond: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    memory: Memory | None = None


Replay = Callable[[Plan, Listing], Plan]
"""Puts what was said of a listing elsewhere in the place of the scanners of a plan."""


def run(
    wish: Wish,
    place: Site,
    interruption: Interruption,
    progress: Callable[[str, int, int], None],
    replay: Replay | None = None,
) -> Report:
    """Scans, judges and returns the report. Raises UsageError for what cannot be carried out; then nothing was scanned."""
    started, clock = place.began
    interruption.then(place.processes.cancel)
    plan, listing = plan_of(wish), listing_of(wish, place)
    # What a shard said holds for this listing alone: the older side of a change is scanned by the scanners themselves.
    answering = plan if replay is None else replay(plan, listing)
    results, facts = scan(listing, answering, place.processes, place.folder, progress)
    old, notes = _before(wish, place, Newer(listing, results, plan, whole=wish.staged is None), progress)
    compared = {**wish.compared, **({wish.past.label: ""} if wish.past.is_compared else {})}
    before = (*wish.known, *old)
    results, known = recognised(results, facts, before, compared, _absent(wish, place, before))
    commit = commit_of(place)
    name, code = interruption.name, interruption.code
    if name:
        facts = msgspec.structs.replace(facts, gaps=(*facts.gaps, _interrupted(name)))
    facts = msgspec.structs.replace(facts, notes=(*facts.notes, *wish.notes, *notes))
    verdict = judge(results, facts, wish.policy, started.date(), beyond=wish.beyond, owners=wish.owners, known=known)
    return Report(
        verdict=verdict,
        results=results,
        targets=facts,
        tool_version=__version__,
        root=place.root.name,
        part=place.part,
        commit=commit,
        started=stamp(started),
        finished=stamp(now()),
        seconds=round(time.monotonic() - clock, 3),
        interrupted=name,
        exit_code=code or EXIT_CODES[verdict.outcome],
        scope=tuple(scope_of(wish.policy, results, rule_digests()).items()),
        known=known,
        since=wish.past.since,
    )


def _absent(wish: Wish, place: Site, known: Sequence[Known]) -> frozenset[str]:
    """The paths of what was known that the index does not hold, where only some of it is scanned: a file may have been renamed."""
    if wish.staged is None or not known or place.repository is None:
        return frozenset()
    paths = {os.fsencode(entry.path): entry.path for entry in known}
    try:
        return frozenset(paths[entry.raw] for entry in place.repository.staged(list(paths)) if not (entry.blob or entry.mode))
    except (Unreadable, KeyError):
        return frozenset()  # then nothing was renamed, and what was is new


def _before(
    wish: Wish, place: Site, newer: Newer, progress: Callable[[str, int, int], None]
) -> tuple[tuple[Known, ...], tuple[str, ...]]:
    """What was known where the change began, and what is to be said of how it was learnt; nothing where nothing is compared."""
    if place.repository is None or not wish.past.is_compared or place.processes.cancelled:
        return (), ()
    ours = (*wish.ours, place.folder)
    return known_before(wish.past, place.repository, newer, wish.known, ours, place.processes, place.folder / "before", progress)


def _interrupted(name: str) -> Gap:
    """An interrupted run is no pass, even where every scanner had just come to its end; ``gate`` has to see it, too."""
    return Gap("targets", None, GapKind.INTERRUPTED, f"the scan was interrupted by {name}", hint="run the scan again")


@contextmanager
def _private_folder(root: Path) -> Iterator[Path]:
    """Outside the scanned tree wherever that can be: tools look for their settings in the folders above what they read."""
    try:
        usual = tempfile.gettempdir()
        outside = [parent for parent in (usual, *TEMPORARY) if not Path(parent).resolve().is_relative_to(root)]
        parent = next((parent for parent in outside if os.access(parent, os.W_OK | os.X_OK)), usual)
        folder = Path(tempfile.mkdtemp(prefix="scangate-", dir=parent)).resolve()
    except FileNotFoundError as error:
        raise UsageError("there is no temporary folder that can be written to", "make room, or set TMPDIR") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def listing_of(wish: Wish, place: Site) -> Listing:
    """What there is to scan. UsageError where git does not list it."""
    try:
        if wish.staged is not None:
            return list_staged(place.root, place.repository, wish.staged)
        return list_files(place.root, place.repository, (*wish.ours, place.folder))
    except Unreadable as fault:
        if fault.kind is GapKind.INTERRUPTED:
            return interrupted(place.root)
        raise UsageError(fault.reason, "check that git works here: git status") from fault


def plan_of(wish: Wish) -> Plan:
    """What is to be done. UsageError for a scanner that does not exist."""
    excludes = tuple(Exclude(entry.path, entry.reason, entry.scanners) for entry in wish.policy.excludes)
    return Plan(tuple(_tasks(wish)), excludes, wish.policy.max_file_size, wish.jobs, today(), _salt(wish), wish.memory)


def _salt(wish: Wish) -> bytes:
    """The salt of what is known already, else one for this run alone, where its two sides are compared."""
    return wish.salt or (secrets.token_bytes(16) if wish.past.is_compared else b"")


def _tasks(wish: Wish) -> Iterator[Task]:
    """A task for each scanner: those we know first, then the policy's command blocks."""
    settings = {setting.name: setting for setting in wish.policy.scanners}
    unknown = [name for name in (*wish.only, *wish.skip) if name not in {*settings, *wish.scanners}]
    if unknown:
        raise UsageError(f"no such scanner: {unknown[0]}", nearest(unknown[0], {*settings, *wish.scanners}))
    for name, scanner in wish.scanners.items():
        setting = settings.get(name)
        options = setting.options if setting is not None else scanner.Options()
        timeout = setting.timeout if setting is not None else wish.policy.timeout
        yield Task(scanner, options, timeout, _skipped(name, setting, wish))
    for setting in wish.policy.scanners:
        if setting.command:
            block: CommandOptions = setting.options
            yield Task(SarifCommand(setting.name, block), block, setting.timeout, _skipped(setting.name, setting, wish))


def _skipped(name: str, setting: ScannerSetting | None, wish: Wish) -> str:
    if setting is None:
        return "the policy does not name it"
    if not setting.enabled:
        return "the policy switches it off"
    if name in wish.skip:
        return "left out on the command line: --skip"
    return "left out on the command line: --scanner" if wish.only and name not in wish.only else ""


def rule_digests() -> Mapping[str, str]:
    """The digests of the rules that are ours, by scanner."""
    root = folder("policies") / "rules"
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.yaml")):
        digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return {"semgrep": digest.hexdigest()}


def commit_of(place: Site) -> str:
    """The commit that is scanned: what git says, else what CodeBuild says of a source without git."""
    if place.repository is not None and not place.processes.cancelled:
        try:
            return place.repository.commit()
        except Unreadable:
            return ""  # git did not answer; the listing has told it already
    stated = os.environ.get("CODEBUILD_RESOLVED_SOURCE_VERSION", "")
    return stated if COMMIT.fullmatch(stated) else ""


def now() -> dt.datetime:
    """The moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def stamp(moment: dt.datetime) -> str:
    """A moment as reports write it: ISO 8601, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def option_types(scanners: Mapping[str, Scanner]) -> Mapping[str, type[Any]]:
    """The types that a policy's blocks are read into."""
    return {name: scanner.Options for name, scanner in scanners.items()}


def today() -> dt.date:
    """The day, in UTC: an exception ends at the same moment on every machine."""
    return now().date()
