"""The road of a scan, step by step: policy, files, scanners, verdict, report."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
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

from scangate import __version__, ci
from scangate.app.base_revision import BaseRevision
from scangate.app.base_scan import HeadScan, scan_base
from scangate.app.interruption import Interruption
from scangate.assets import folder
from scangate.errors import ScanError, UsageError
from scangate.judge.codeowners import CodeOwners
from scangate.judge.error_text import suggest
from scangate.judge.evaluation import evaluate
from scangate.judge.finding_matching import KnownFinding, mark_known_findings
from scangate.judge.policy import Policy, ScannerSettings
from scangate.judge.scan_scope import record_scope
from scangate.model import EXIT_CODES, Gap, GapKind, Report
from scangate.plugin import Scanner
from scangate.scan.discovery import Listing, interrupted_listing, list_files, list_staged
from scangate.scan.engine import scan
from scangate.scan.git import Repository, find_repository
from scangate.scan.plan import PathExclusion, ScannerTask, ScanPlan
from scangate.scan.process import ProcessRunner
from scangate.scan.result_cache import ResultCache
from scangate.tools import CommandOptions, SarifCommand

__all__ = [
    "EXIT_CODES",
    "PlanTransform",
    "ScanRequest",
    "Session",
    "build_plan",
    "digest_bundled_rules",
    "find_commit",
    "format_timestamp",
    "list_targets",
    "open_session",
    "run_scan",
    "scanner_option_types",
    "today",
    "utc_now",
]

FALLBACK_TEMP_DIRS = ("/tmp", "/var/tmp")  # noqa: S108 -- a folder of a random name is made there


class Session(msgspec.Struct, frozen=True):
    """Where a scan takes place: the root, the repository it lies in if there is one, and what is private to the run.

    ``began``: when that was, by the calendar and in seconds of the monotonic clock; a file that comes later need not be seen.
    """

    root: Path
    scratch_dir: Path
    processes: ProcessRunner
    repository: Repository | None
    started: tuple[dt.datetime, float]

    @property
    def worktree(self) -> Path:
        """The folder whose content is not ours to trust: the repository's work tree, else the root."""
        return self.repository.top if self.repository is not None else self.root

    @property
    def subdirectory(self) -> str:
        """The folder of the repository that the root is; empty where it is all of it."""
        part = self.root.relative_to(self.worktree).as_posix()
        return "" if part == "." else part

    def is_tracked(self, path: Path) -> bool:
        """Whether the repository holds ``path``, or anything in it. UsageError where git does not say."""
        try:
            return self.repository is not None and self.repository.tracks(path)
        except ScanError as fault:
            message = f"git does not say whether {path} is a file of the repository: {fault.reason}"
            raise UsageError(message, "let reports go to a place outside the repository") from fault


@contextmanager
def open_session(root: Path) -> Iterator[Session]:
    """A private folder and the programs started from it; when it ends, both are gone."""
    with _scratch_directory(root) as folder:
        processes = ProcessRunner(folder, root, os.environ)
        try:
            yield Session(root, folder, processes, find_repository(root, processes), (utc_now(), time.monotonic()))
        finally:
            processes.cancel()  # git may still look ahead for what nobody wants any more
            processes.kill_leftovers()


class ScanRequest(msgspec.Struct, frozen=True):
    """What the command line asks for. ``staged`` is None for a scan of the work tree, else the names given with it (none: all).

    ``known``: what was known before, by the sources that ``compared`` names with their files; ``salt``: that of its digests.
    ``past``, ``owners``, ``beyond`` and ``notes`` are the law's, see `law.Law`.
    """

    policy: Policy
    scanners: Mapping[str, Scanner[Any]]
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    staged: tuple[str, ...] | None = None
    jobs: int = 1
    own_files: tuple[Path, ...] = ()
    known_findings: tuple[KnownFinding, ...] = ()
    compared_sources: Mapping[str, str] = MappingProxyType({})
    salt: bytes = b""
    base: BaseRevision = BaseRevision()
    owners: CodeOwners | None = None
    forced_gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    cache: ResultCache | None = None


PlanTransform = Callable[[ScanPlan, Listing], ScanPlan]
"""Puts what was said of a listing elsewhere in the place of the scanners of a plan."""


def run_scan(
    request: ScanRequest,
    session: Session,
    interruption: Interruption,
    progress: Callable[[str, int, int], None],
    transform_plan: PlanTransform | None = None,
) -> Report:
    """Scans, judges and returns the report. Raises UsageError for what cannot be carried out; then nothing was scanned."""
    started, clock = session.started
    interruption.on_interrupt(session.processes.cancel)
    plan, listing = build_plan(request), list_targets(request, session)
    # What a shard said holds for this listing alone: the older side of a change is scanned by the scanners themselves.
    answering = plan if transform_plan is None else transform_plan(plan, listing)
    results, facts = scan(listing, answering, session.processes, session.scratch_dir, progress)
    old, notes = _scan_base(request, session, HeadScan(listing, results, plan, all_files=request.staged is None), progress)
    compared = {**request.compared_sources, **({request.base.label: ""} if request.base.is_comparable else {})}
    before = (*request.known_findings, *old)
    results, known = mark_known_findings(results, facts, before, compared, _paths_absent_from_index(request, session, before))
    commit = find_commit(session)
    name, code = interruption.name, interruption.code
    if name:
        facts = msgspec.structs.replace(facts, gaps=(*facts.gaps, _interruption_gap(name)))
    facts = msgspec.structs.replace(facts, notes=(*facts.notes, *request.notes, *notes))
    verdict = evaluate(
        results, facts, request.policy, started.date(), forced_gaps=request.forced_gaps, owners=request.owners, known_sources=known
    )
    return Report(
        verdict=verdict,
        results=results,
        targets=facts,
        tool_version=__version__,
        root=session.root.name,
        subdirectory=session.subdirectory,
        commit=commit,
        started=format_timestamp(started),
        finished=format_timestamp(utc_now()),
        seconds=round(time.monotonic() - clock, 3),
        interrupted=name,
        exit_code=code or EXIT_CODES[verdict.outcome],
        scope=tuple(record_scope(request.policy, results, digest_bundled_rules()).items()),
        known_sources=known,
        compared_revision=request.base.since,
    )


def _paths_absent_from_index(request: ScanRequest, session: Session, known: Sequence[KnownFinding]) -> frozenset[str]:
    """The paths of what was known that the index does not hold, where only some of it is scanned: a file may have been renamed."""
    if request.staged is None or not known or session.repository is None:
        return frozenset()
    paths = {os.fsencode(entry.path): entry.path for entry in known}
    try:
        return frozenset(
            paths[entry.raw_path] for entry in session.repository.list_staged(list(paths)) if not (entry.blob or entry.mode)
        )
    except (ScanError, KeyError):
        return frozenset()  # then nothing was renamed, and what was is new


def _scan_base(
    request: ScanRequest, session: Session, head: HeadScan, progress: Callable[[str, int, int], None]
) -> tuple[tuple[KnownFinding, ...], tuple[str, ...]]:
    """What was known where the change began, and what is to be said of how it was learnt; nothing where nothing is compared."""
    if session.repository is None or not request.base.is_comparable or session.processes.cancelled:
        return (), ()
    ours = (*request.own_files, session.scratch_dir)
    return scan_base(
        request.base,
        session.repository,
        head,
        request.known_findings,
        ours,
        session.processes,
        session.scratch_dir / "before",
        progress,
    )


def _interruption_gap(signal_name: str) -> Gap:
    """An interrupted run is no pass, even where every scanner had just come to its end; ``gate`` has to see it, too."""
    return Gap("targets", None, GapKind.INTERRUPTED, f"the scan was interrupted by {signal_name}", hint="run the scan again")


@contextmanager
def _scratch_directory(root: Path) -> Iterator[Path]:
    """Outside the scanned tree wherever that can be: tools look for their settings in the folders above what they read."""
    try:
        usual = tempfile.gettempdir()
        outside = [parent for parent in (usual, *FALLBACK_TEMP_DIRS) if not Path(parent).resolve().is_relative_to(root)]
        parent = next((parent for parent in outside if os.access(parent, os.W_OK | os.X_OK)), usual)
        folder = Path(tempfile.mkdtemp(prefix="scangate-", dir=parent)).resolve()
    except FileNotFoundError as error:
        raise UsageError("there is no temporary folder that can be written to", "make room, or set TMPDIR") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def list_targets(request: ScanRequest, session: Session) -> Listing:
    """What there is to scan. UsageError where git does not list it."""
    try:
        if request.staged is not None:
            return list_staged(session.root, session.repository, request.staged)
        return list_files(session.root, session.repository, (*request.own_files, session.scratch_dir))
    except ScanError as fault:
        if fault.kind is GapKind.INTERRUPTED:
            return interrupted_listing(session.root)
        raise UsageError(fault.reason, "check that git works here: git status") from fault


def build_plan(request: ScanRequest) -> ScanPlan:
    """What is to be done. UsageError for a scanner that does not exist."""
    excludes = tuple(PathExclusion(entry.path, entry.reason, entry.scanners) for entry in request.policy.exclusions)
    return ScanPlan(
        tuple(_build_tasks(request)),
        excludes,
        request.policy.max_file_size,
        request.jobs,
        today(),
        _choose_salt(request),
        request.cache,
    )


def _choose_salt(request: ScanRequest) -> bytes:
    """The salt of what is known already, else one for this run alone, where its two sides are compared."""
    return request.salt or (secrets.token_bytes(16) if request.base.is_comparable else b"")


def _build_tasks(request: ScanRequest) -> Iterator[ScannerTask]:
    """A task for each scanner: those we know first, then the policy's command blocks."""
    settings = {setting.name: setting for setting in request.policy.scanners}
    unknown = [name for name in (*request.only, *request.skip) if name not in {*settings, *request.scanners}]
    if unknown:
        raise UsageError(f"no such scanner: {unknown[0]}", suggest(unknown[0], {*settings, *request.scanners}))
    for name, scanner in request.scanners.items():
        setting = settings.get(name)
        options = setting.options if setting is not None else scanner.Options()
        timeout = setting.timeout if setting is not None else request.policy.timeout
        yield ScannerTask(scanner, options, timeout, _skip_reason(name, setting, request))
    for setting in request.policy.scanners:
        if setting.is_command:
            block: CommandOptions = setting.options
            yield ScannerTask(
                SarifCommand(setting.name, block), block, setting.timeout, _skip_reason(setting.name, setting, request)
            )


def _skip_reason(name: str, setting: ScannerSettings | None, request: ScanRequest) -> str:
    if setting is None:
        return "the policy does not name it"
    if not setting.enabled:
        return "the policy switches it off"
    if name in request.skip:
        return "left out on the command line: --skip"
    return "left out on the command line: --scanner" if request.only and name not in request.only else ""


def digest_bundled_rules() -> Mapping[str, str]:
    """The digests of the rules that are ours, by scanner."""
    root = folder("policies") / "rules"
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.yaml")):
        digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return {"semgrep": digest.hexdigest()}


def find_commit(session: Session) -> str:
    """The commit that is scanned: what git says, else what CodeBuild says of a source without git."""
    if session.repository is not None and not session.processes.cancelled:
        try:
            return session.repository.head_commit()
        except ScanError:
            return ""  # git did not answer; the listing has told it already
    return ci.resolved_commit(os.environ)


def utc_now() -> dt.datetime:
    """The moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def format_timestamp(moment: dt.datetime) -> str:
    """A moment as reports write it: ISO 8601, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def scanner_option_types(scanners: Mapping[str, Scanner[Any]]) -> Mapping[str, type[Any]]:
    """The types that a policy's blocks are read into."""
    return {name: scanner.Options for name, scanner in scanners.items()}


def today() -> dt.date:
    """The day, in UTC: an exception ends at the same moment on every machine."""
    return utc_now().date()
