"""Fixes findings in the work tree: plans the changes, writes those that are chosen, and lets a scan prove each of them."""

from __future__ import annotations

import enum
import functools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from scangate.app.events import Events
from scangate.app.file_replacement import read_to_replace, replace_file
from scangate.app.interruption import Interruption
from scangate.app.report_files import refuse_links
from scangate.app.requests import ScanRequest
from scangate.app.scanning import scan
from scangate.app.session import open_session
from scangate.errors import UsageError
from scangate.fixes.change import Change, Unfixed, edit_file
from scangate.fixes.dependency_pins import HashLookup, group_by_pin, plan_upgrade
from scangate.fixes.python_rewrites import plan_rewrites
from scangate.judge.policy import Policy
from scangate.model import Finding, FindingKind, Report, RulingOutcome
from scangate.plugin import ScanContext
from scangate.scan.context import CallContext
from scangate.scan.snapshot import Snapshot
from scangate.tools.pip_audit_options import NAME as PIP_AUDIT
from scangate.tools.pip_audit_options import Options as PipAuditOptions
from scangate.tools.pip_hashes import find_hashes

PIP_SECONDS = 120.0

FindingKey = tuple[str, str, str]
"""What a finding has in common with its like in another scan: rule, path, and the digest of its content."""


class FileFix(msgspec.Struct, frozen=True):
    """The changes of one file, and its content before them."""

    path: str
    before: bytes
    changes: tuple[Change, ...]

    @property
    def after(self) -> bytes:
        """The content with all changes."""
        return edit_file(self.before, self.changes)


class FixPlan(msgspec.Struct, frozen=True):
    """What can be fixed in the tree at ``root``, and what cannot although a fix is known, for the findings of ``report``."""

    root: Path
    report: Report
    files: tuple[FileFix, ...] = ()
    unfixed: tuple[Unfixed, ...] = ()


class UndoReason(enum.Enum):
    """Why a change did not stay."""

    STILL_FOUND = "still-found"
    NEW_FINDING = "new-finding"
    NOT_ANALYZED = "not-analyzed"


class FixResult(msgspec.Struct, frozen=True):
    """What stayed and what was undone, and the report of the scan that decided it."""

    report: Report
    fixed: tuple[Change, ...] = ()
    undone: tuple[tuple[Change, UndoReason], ...] = ()


class _PolicyEvents(Events):
    """Passes everything on, and keeps the policy."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self.root = Path()
        self.policy: Policy | None = None

    def on_progress(self, scanner: str, done: int, total: int) -> None:
        self._events.on_progress(scanner, done, total)

    def on_policy(self, root: Path, policy: Policy, scanners: Iterable[str]) -> None:
        self.root, self.policy = root, policy
        self._events.on_policy(root, policy, scanners)

    def on_warning(self, message: str, hint: str = "") -> None:
        self._events.on_warning(message, hint)


def plan_fixes(request: ScanRequest, events: Events, interruption: Interruption) -> FixPlan:
    """Scans, and plans the changes of all findings that no exception or comment accepts. Nothing is written. Raises as `scan`."""
    recorder = _PolicyEvents(events)
    report = scan(request, recorder, interruption)
    wanted: dict[str, list[Finding]] = defaultdict(list)
    for ruling in report.verdict.rulings:
        for each in ruling.per_scanner:
            if each.outcome is not RulingOutcome.SUPPRESSED and each.finding.kind is not FindingKind.SECRET:
                wanted[each.finding.location.path].append(each.finding)
    with open_session(request.root) as session:
        snapshot = Snapshot(session.scratch_dir / "snapshot")
        context = CallContext(session.processes, snapshot, session.scratch_dir, PIP_SECONDS)
        look_up = _hash_lookup(recorder.policy, context)
        planned = [_plan_file(recorder.root, path, found, look_up) for path, found in sorted(wanted.items())]
    files = tuple(file for file, _ in planned if file.changes)
    return FixPlan(recorder.root, report, files, tuple(each for _, unfixed in planned for each in unfixed))


def _hash_lookup(policy: Policy | None, context: ScanContext) -> HashLookup:
    settings = policy.scanners if policy is not None else ()
    options = next((each.options for each in settings if each.name == PIP_AUDIT), PipAuditOptions())
    return functools.partial(find_hashes, mode=options.advisories, internal=options.internal, context=context)


def _plan_file(root: Path, path: str, findings: Sequence[Finding], look_up: HashLookup) -> tuple[FileFix, tuple[Unfixed, ...]]:
    """The changes of one file; one that is not a regular file of the tree, or cannot be read, has none."""
    file = root / path
    data, reason = b"", ""
    try:
        refuse_links(file.parent, root)
        data = read_to_replace(file) or b""
    except UsageError as error:
        reason = error.message
    planned = list(_plan_changes(path, data, findings, look_up))
    changes = tuple(each for each in planned if isinstance(each, Change))
    unfixed = tuple(each for each in planned if isinstance(each, Unfixed))
    if reason:
        unfixed = tuple(msgspec.structs.replace(each, reason=reason) for each in unfixed)
    return FileFix(path, data, changes), unfixed


def _plan_changes(path: str, data: bytes, findings: Sequence[Finding], look_up: HashLookup) -> Iterator[Change | Unfixed]:
    yield from plan_rewrites(path, data, findings)
    for pin in group_by_pin(findings).values():
        planned = plan_upgrade(data, pin, look_up)
        if planned is not None:
            yield planned


def apply_fixes(
    plan: FixPlan, files: Sequence[FileFix], request: ScanRequest, events: Events, interruption: Interruption
) -> FixResult:
    """Writes the changes of ``files``, scans again, and undoes each change that the scan does not prove.

    Raises UsageError if a file cannot be written, or as `scan`; then no file is changed.
    """
    written: list[FileFix] = []
    proven = False
    try:
        for file in files:
            replace_file(plan.root / file.path, file.before, file.after)
            written.append(file)
        report = scan(request, events, interruption)
        proven = True
    finally:
        if not proven:
            for file in written:
                replace_file(plan.root / file.path, file.after, file.before)
    judged = [(change, reason) for file in files for change, reason in _judge_changes(file, plan.report, report)]
    undone = tuple((change, reason) for change, reason in judged if reason is not None)
    fixed = tuple(change for change, reason in judged if reason is None)
    for file in files:
        kept = [change for change in file.changes if change in fixed]
        if len(kept) < len(file.changes):
            replace_file(plan.root / file.path, file.after, edit_file(file.before, kept))
    return FixResult(report, fixed, undone)


def _judge_changes(file: FileFix, before: Report, after: Report) -> Iterator[tuple[Change, UndoReason | None]]:
    """Each change of a file, with the reason to undo it, None if it is proven."""
    fixed = [finding for change in file.changes for finding in change.findings]
    surplus = _count_findings(after) - (_count_findings(before) - Counter(map(_key, fixed)))
    brought = surplus.keys() - set(map(_key, fixed))
    new = [finding for finding in _list_findings(after) if finding.location.path == file.path and _key(finding) in brought]
    is_analyzed = not (_count_gaps(after, file.path) - _count_gaps(before, file.path))
    for change in file.changes:
        packages = _package_names(change.findings)
        if not is_analyzed:
            yield change, UndoReason.NOT_ANALYZED
        elif surplus.keys() & set(map(_key, change.findings)):
            yield change, UndoReason.STILL_FOUND
        elif any(_package_names([finding]) == packages for finding in new):
            yield change, UndoReason.NEW_FINDING
        else:
            yield change, None


def _package_names(findings: Iterable[Finding]) -> frozenset[str]:
    """The packages that findings are about; empty for code."""
    return frozenset(each.affected_package.name for each in findings if each.affected_package is not None)


def _list_findings(report: Report) -> Iterator[Finding]:
    for result in report.results:
        yield from result.findings


def _count_findings(report: Report) -> Counter[FindingKey]:
    return Counter(map(_key, _list_findings(report)))


def _key(finding: Finding) -> FindingKey:
    content = finding.identity.content if finding.identity is not None else finding.fingerprint
    return finding.rule, finding.location.path, content


def _count_gaps(report: Report, path: str) -> Counter[tuple[str, str]]:
    """The gaps of a file, and those that are about no file, by scanner and kind."""
    gaps = (ruling.gap for ruling in report.verdict.gaps)
    return Counter((gap.scanner, gap.kind.value) for gap in gaps if gap.path in {path, None})
