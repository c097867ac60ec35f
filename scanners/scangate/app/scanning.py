"""Scans a directory: policy, files, scanners, verdict, report."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Sequence

import msgspec

from scangate import __version__, ci
from scangate.app.base_scan import BaseScan, HeadScan, scan_base
from scangate.app.cache_session import open_cache
from scangate.app.events import Events
from scangate.app.evidence import Evidence
from scangate.app.folder_policies import FolderPolicy, describe_folders, load_folder_policies, tighten_verdict
from scangate.app.hook_request import resolve_hook_request
from scangate.app.interruption import Interruption
from scangate.app.policy_inputs import load_policy_inputs
from scangate.app.report_files import ReportTarget, list_report_targets, prepare, write_reports
from scangate.app.requests import ScanRequest
from scangate.app.scan_setup import ScanSetup
from scangate.app.scanner_registry import load_scanners
from scangate.app.session import Session, open_session
from scangate.app.unstaged_changes import list_unstaged
from scangate.app.user_rules import check_user_rules
from scangate.errors import ScanError
from scangate.judge.codeowners import list_path_owners
from scangate.judge.coverage import measure_coverage
from scangate.judge.finding_matching import KnownFinding, mark_known_findings
from scangate.judge.new_suppressions import mark_new_suppressions
from scangate.judge.policy import Policy
from scangate.judge.scan_scope import find_only_scanners, policy_for, record_scope, restrict_policy
from scangate.model import CHANGE_SOURCES, Gap, GapKind, KnownSource, Report, ScanResult, Targets, exit_code_of
from scangate.report import FORMATS
from scangate.scan import engine
from scangate.scan.discovery import Listing
from scangate.scan.dispatch import ProgressCallback
from scangate.scan.plan import ScanPlan
from scangate.scan.report_redaction import redact_report
from scangate.scan.text_redactor import TextRedactor
from scangate.timestamps import format_timestamp, utc_now

PlanTransform = Callable[[ScanPlan, Listing], ScanPlan]
"""Replaces the scanners of a plan, for example by those that replay the results of shards."""


def scan(request: ScanRequest, events: Events | None = None, interruption: Interruption | None = None) -> Report:
    """Scans, evaluates, and writes the requested report files.

    Raises UsageError and PolicyError before anything is scanned; whatever goes wrong later is a gap in the report.
    """
    events, interruption = events or Events(), interruption or Interruption()
    targets = list_report_targets(request.reports, request.output_dir)
    with open_session(request.root, of_history=request.history is not None) as session:
        prepare(targets, request.output_dir, session)
        setup = load_setup(request, session, events, targets)
        with open_cache(request, setup.policy, session.root, events, setup.rule_digests) as cache:
            setup = msgspec.structs.replace(setup, cache=cache)
            report = run_scan(setup, session, interruption, _preloading_formats(targets, events))
        return write_reports(report, targets, events)


def load_setup(request: ScanRequest, session: Session, events: Events, targets: Sequence[ReportTarget] = ()) -> ScanSetup:
    """The policy inputs and scanners of ``request``; ``targets`` are never scanned. Raises UsageError and PolicyError."""
    request, notes = resolve_hook_request(request, session, os.environ)
    if session.repository is not None and request.staged is None and request.history is None:
        session.repository.prefetch_entries()  # while the policy is read
    outputs = tuple(target.file for target in targets if target.file is not None)
    inputs = load_policy_inputs(request, session)
    inputs = msgspec.structs.replace(inputs, notes=(*notes, *inputs.notes))
    check_user_rules(inputs.user_rules, session)
    setup = ScanSetup(request, inputs, load_scanners(), outputs)
    events.on_policy(session.root, setup.policy, setup.scanners)
    if request.time_limit is not None:
        session.processes.limit_time(request.time_limit, session.started[1])
    return setup


def _preloading_formats(targets: Sequence[ReportTarget], events: Events) -> ProgressCallback:
    """Progress that also imports the report formats, while the scanners are working."""

    def on_progress(scanner: str, done: int, total: int) -> None:
        events.on_progress(scanner, done, total)
        for target in targets:
            FORMATS[target.format].load()

    return on_progress


def run_scan(
    setup: ScanSetup,
    session: Session,
    interruption: Interruption,
    progress: ProgressCallback,
    transform_plan: PlanTransform | None = None,
) -> Report:
    """Scans and evaluates. Raises UsageError for a request that cannot be carried out; then nothing was scanned."""
    interruption.on_interrupt(session.processes.cancel)
    texts = TextRedactor()
    if setup.request.history is not None:
        return _judge(_scan_history(setup, session, progress, texts), setup, session, interruption, texts)
    plan, listing = setup.build_plan(), setup.list_targets(session)
    folders = load_folder_policies(setup.request, session, setup.inputs, listing)
    # Shard results are valid for this listing only, so the base of a change is always scanned.
    head_plan = plan if transform_plan is None else transform_plan(plan, listing)
    results, targets = engine.scan(listing, head_plan, session.processes, session.scratch_dir, progress, texts)
    before = scan_base(setup, session, HeadScan(listing, results, plan), progress)
    return _judge(_Scanned(results, targets, plan, listing, folders, before), setup, session, interruption, texts)


class _Scanned(msgspec.Struct, frozen=True):
    """What a run found, and what else its verdict depends on. ``listing``: None for a history."""

    results: tuple[ScanResult, ...]
    targets: Targets
    plan: ScanPlan
    listing: Listing | None = None
    folders: tuple[FolderPolicy, ...] = ()
    before: BaseScan = BaseScan()


def _scan_history(setup: ScanSetup, session: Session, progress: ProgressCallback, texts: TextRedactor) -> _Scanned:
    from scangate.app.history import scan_history  # noqa: PLC0415 -- most scans are of files

    folders = load_folder_policies(setup.request, session, setup.inputs, setup.list_tree(session))
    found = scan_history(setup, session, progress, texts)
    about = (msgspec.structs.replace(each, policy=policy_for(each.policy, found.targets.source, found.results)) for each in folders)
    return _Scanned(found.results, found.targets, found.plan, folders=tuple(about))


def _judge(scanned: _Scanned, setup: ScanSetup, session: Session, interruption: Interruption, texts: TextRedactor) -> Report:
    """The report on what was ``scanned``. ``texts`` knows all secrets that were found."""
    started, clock = session.started
    inputs, listing = setup.inputs, scanned.listing
    policy, folders, only = _restrict_policies(scanned, setup)
    results, known_sources = _mark_results(scanned, setup, policy, started.date())
    commit = (listing.commit if listing is not None else "") or find_commit(session)
    signal_name, signal_code = interruption.name, interruption.code  # read once: another may arrive
    targets = _complete_targets(scanned, inputs.notes, folders, signal_name)
    rules = setup.rule_digests
    coverage = measure_coverage(
        targets, results, {task.scanner.NAME: task.declared_coverage for task in scanned.plan.tasks}, policy
    )
    evidence = Evidence(
        results,
        targets,
        started.date(),
        rules,
        inputs.owners,
        known_sources,
        untouched=listing.companions if listing is not None and targets.source in CHANGE_SOURCES else (),
        coverage=() if only else coverage,
        unsigned_results=setup.used_unsigned,
    )
    verdict = tighten_verdict(evidence.evaluate(policy, inputs.forced_gaps), policy, evidence, folders)
    verdict = msgspec.structs.replace(verdict, notes=(*verdict.notes, *inputs.changes, *list_unstaged(verdict, listing)))
    report = Report(
        verdict=verdict,
        results=results,
        targets=targets,
        tool_version=__version__,
        root=session.root.name,
        subdirectory=session.scope,
        commit=commit,
        started=format_timestamp(started),
        finished=format_timestamp(utc_now()),
        seconds=round(time.monotonic() - clock, 3),
        interrupted=signal_name,
        exit_code=signal_code or exit_code_of(verdict.outcome, is_scoped=bool(only)),
        scope=record_scope(policy, results, rules, unsigned_results=setup.used_unsigned),
        known_sources=known_sources,
        coverage=coverage,
        code_owners=list_path_owners(inputs.owners, (ruling.finding.location.path for ruling in verdict.rulings)),
        compared_revision=inputs.base.since,
        policy_provenance=inputs.provenance,
        needs_approval=setup.request.needs_approval,
        only_scanners=only,
    )
    report = redact_report(report, texts)
    texts.save()
    return report


def _restrict_policies(scanned: _Scanned, setup: ScanSetup) -> tuple[Policy, tuple[FolderPolicy, ...], tuple[str, ...]]:
    """The policy that judges, those of folders, and the scanners that alone were asked for; without any, the policy is whole."""
    policy = policy_for(setup.policy, scanned.targets.source, scanned.results)
    only = find_only_scanners(policy, setup.request.only)
    folders = (msgspec.structs.replace(each, policy=restrict_policy(each.policy, only)) for each in scanned.folders)
    return restrict_policy(policy, only), tuple(folders), only


def _mark_results(
    scanned: _Scanned, setup: ScanSetup, policy: Policy, today: dt.date
) -> tuple[tuple[ScanResult, ...], tuple[KnownSource, ...]]:
    """The results with known findings and new suppressions marked, and what became of the known findings."""
    inputs, before = setup.inputs, scanned.before
    sources = {**inputs.baseline.sources, **({inputs.base.origin: ""} if inputs.base.is_comparable else {})}
    known = (*inputs.baseline.entries, *before.known)
    absent = _find_absent_paths(scanned.listing, known)
    results, known_sources = mark_known_findings(scanned.results, scanned.targets, known, sources, absent)
    if inputs.base.reference:
        results = mark_new_suppressions(results, scanned.targets, before.findings, policy, today)
    return results, known_sources


def _complete_targets(scanned: _Scanned, notes: Sequence[str], folders: Sequence[FolderPolicy], signal_name: str) -> Targets:
    """The targets with all notes on the run, and a gap if a signal interrupted it."""
    targets = scanned.targets
    gaps = (*targets.gaps, _interruption_gap(signal_name)) if signal_name else targets.gaps
    return msgspec.structs.replace(
        targets, gaps=gaps, notes=(*targets.notes, *notes, *scanned.before.notes, *describe_folders(folders))
    )


def _find_absent_paths(listing: Listing | None, known: Sequence[KnownFinding]) -> frozenset[str]:
    """In a scan of a change, the paths of known findings that it removed: they may have been renamed."""
    if listing is None or listing.summary.source not in CHANGE_SOURCES:
        return frozenset()
    left_out = {skipped.path for skipped in listing.summary.skipped_paths} | {gap.path for gap in listing.summary.gaps}
    there = {target.path for target in listing.targets} | left_out | listing.companions.keys()
    return frozenset(entry.path for entry in known) - there


def _interruption_gap(signal_name: str) -> Gap:
    """An interrupted run is never a pass, even if all scanners had finished; the gap also makes a re-evaluation INCOMPLETE."""
    return Gap("targets", None, GapKind.INTERRUPTED, f"the scan was interrupted by {signal_name}", hint="run the scan again")


def find_commit(session: Session) -> str:
    """The scanned commit: git's HEAD, else what the CI system says; empty if unknown."""
    if session.repository is not None and not session.processes.cancelled:
        try:
            return session.repository.head_commit()
        except ScanError:
            return ""  # the listing has a gap for it
    return ci.resolved_commit(os.environ)
