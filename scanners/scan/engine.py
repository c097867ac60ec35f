"""Runs scanners over files: recalls what was answered before, asks for the rest, and tells what came of it."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from scanners.errors import Unreadable
from scanners.model import NEVER_ALLOWED, FileReport, Finding, Gap, GapKind, ScanResult, Targets
from scanners.scan.asking import Progress, ask
from scanners.scan.calls import Call
from scanners.scan.memory import (
    ChangedError,
    Kept,
    Known,
    digest_of,
    joined,
    key_of,
    spans_digest,
    world_digest,
)
from scanners.scan.plan import Plan, Work, assigned, gap_of, wall
from scanners.scan.plugin import Source
from scanners.scan.process import Processes
from scanners.scan.redaction import Redaction
from scanners.scan.snapshot import Snapshot
from scanners.scan.targets import Listing, Target
from scanners.scan.telling import hinted, result_of

__all__ = ["Answers", "answers", "scan"]


def scan(
    listing: Listing, plan: Plan, processes: Processes, folder: Path, progress: Progress
) -> tuple[tuple[ScanResult, ...], Targets]:
    """Runs every task of ``plan`` over ``listing``: the results in the plan's order, and what is to be said of the targets.

    ``progress`` is told (scanner, files done, files in all). Never raises for what a scanner or a file does: that is a gap.
    """
    run = _Run(listing, plan, processes, folder, progress)
    try:
        run.ask()
        return run.results()
    except ChangedError:  # a file was changed under our hands: nothing that was remembered is used
        run = _Run(listing, msgspec.structs.replace(plan, memory=None), processes, folder, progress)
        run.ask()
        return run.results()


class Answers(msgspec.Struct, frozen=True):
    """What one scanner said of its files, as it said it: secrets may stand in it. ``version`` is None where there is no tool."""

    scanner: str
    version: str | None
    reports: tuple[FileReport, ...]
    gaps: tuple[Gap, ...]
    seconds: float


def answers(listing: Listing, plan: Plan, processes: Processes, folder: Path, progress: Progress) -> tuple[Answers, ...]:
    """Runs every task as `scan` does and gives the answers that it would make its results of; skipped tasks have none."""
    run = _Run(listing, msgspec.structs.replace(plan, memory=None), processes, folder, progress)
    run.ask()
    return tuple(
        Answers(work.name, work.version, tuple(work.reports), tuple(work.gaps), round(work.seconds, 3))
        for work in run.works
        if not work.task.skipped
    )


class _Run:
    """One run over a listing: first ``ask``, then ``results``."""

    def __init__(self, listing: Listing, plan: Plan, processes: Processes, folder: Path, progress: Progress) -> None:
        self._listing = listing
        self._plan = plan
        self._progress = progress
        self._snapshot = Snapshot(Path(tempfile.mkdtemp(prefix="scan-", dir=folder)) / "snapshot")
        self._new_call = lambda timeout: Call(processes, self._snapshot, folder, timeout, plan.today)
        self._environ = processes.environ
        self._digests: dict[str, str] = {}
        self._copies: dict[str, Source | Unreadable] = {}
        self._known: Redaction | None = None
        self.works = [assigned(task, listing, plan.excludes) for task in plan.tasks]

    def ask(self) -> None:
        """Recalls what is known and lets the scanners say the rest. ChangedError where what is known is not true any more."""
        there = [work for work in self.works if not work.task.skipped and _is_there(work)]
        self._recall(there)
        asked = self.works
        while True:
            self._read(asked)
            ask([work for work in asked if work in there], self._plan, self._new_call, self._progress)
            asked = self._doubted()
            if not asked:
                return

    def results(self) -> tuple[tuple[ScanResult, ...], Targets]:
        """What came of it, redacted; what may be is kept for the next run."""
        redaction = self._known or self._redaction()
        for target in self._listing.targets:
            redaction.path(target.path)  # first of all in this order: a masked path's number does not depend on who answered when
        facts = redaction.facts(self._listing.facts)
        facts = msgspec.structs.replace(facts, gaps=tuple(map(hinted, facts.gaps)))
        world = world_digest(redaction.spans, self._digests) if self._plan.memory is not None else b""
        told = {work.name: redaction.by_file(work.reports) for work in self.works}
        results = tuple(result_of(work, redaction, told[work.name], world) for work in self.works)
        self._keep(redaction, told, world)
        return results, facts

    def _recall(self, works: Sequence[Work]) -> None:
        """Looks up the answers of earlier runs. Where a scanner sees all its files at once, all of them are known or none is."""
        memory = self._plan.memory
        if memory is None:
            return
        for work in works:
            facts = (self._environ, self._plan.today, work.task.timeout, self._plan.max_bytes)
            work.setting, _ = wall(lambda: memory.setting(work.task.scanner, work.task.options, work.version or "", facts))  # noqa: B023
        wanted = {target.path: target for work in works if work.setting is not None for target in work.targets}
        self._digests = memory.digests(self._listing, list(wanted.values()), self._plan.max_bytes)
        for work in works:
            kept = memory.recall(self._keys(work))
            if work.task.scanner.SPLITS or len(kept) == len(work.targets):
                work.kept = kept

    def _keys(self, work: Work) -> dict[str, bytes]:
        """The keys of the answers of one scanner, for the files that have a digest."""
        setting = work.setting
        if setting is None:
            return {}
        named = [(target.path, self._digests[target.path]) for target in work.targets if self._digests.get(target.path)]
        if not work.task.scanner.SPLITS:
            if len(named) < len(work.targets):
                return {}
            setting = key_of(setting, "", repr(named))
        return {path: key_of(setting, path, digest) for path, digest in named}

    def _read(self, works: Sequence[Work]) -> None:
        """Copies every file that somebody has to read, once; one that cannot be copied is a gap of each that would have read it."""
        wanted = {
            target.path: target
            for work in works
            for target in work.targets
            if target.path not in work.kept and target.path not in self._copies
        }
        self._copies |= self._copied(wanted)
        for work in works:
            paths = [target.path for target in work.targets if target.path not in work.kept and target.path not in work.asked]
            copies = [(path, self._copies[path]) for path in paths]
            work.asked |= set(paths)
            work.sources = [copy for _, copy in copies if isinstance(copy, Source)]
            work.gaps += [gap_of(work.name, path, copy) for path, copy in copies if isinstance(copy, Unreadable)]
            if work.missing is not None:
                work.gaps += [gap_of(work.name, source.path, work.missing) for source in work.sources] or [
                    gap_of(work.name, None, work.missing)
                ]

    def _copied(self, wanted: dict[str, Target]) -> dict[str, Source | Unreadable]:
        copies: dict[str, Source | Unreadable] = {}
        try:
            read = self._listing.reader(list(wanted.values()), self._plan.max_bytes)
        except Unreadable as fault:  # git does not hand out what the index holds
            return dict.fromkeys(wanted, fault)
        for path, target in wanted.items():
            try:
                data = read(target)
                copies[path] = self._snapshot.add(path, data)
            except Unreadable as fault:
                copies[path] = fault
            except OSError as error:  # a full disk, a path that is too long below another folder
                copies[path] = Unreadable(
                    GapKind.UNREADABLE, f"cannot be copied for the scan: {error.strerror or type(error).__name__}"
                )
            else:
                self._note_digest(target, data)
        return copies

    def _note_digest(self, target: Target, data: bytes) -> None:
        if self._plan.memory is None:
            return
        digest = digest_of(data, target.blob)
        if digest != self._digests.get(target.path, digest) and any(target.path in work.kept for work in self.works):
            raise ChangedError
        self._digests[target.path] = digest

    def _redaction(self) -> Redaction:
        """All that is known of secrets, from the answers of this run and from those that were kept."""
        targets = {target.path: target for target in self._listing.targets}
        known = {path for work in self.works for path in work.kept} - self._copies.keys()
        sources = [copy for copy in self._copies.values() if isinstance(copy, Source)]
        sources += [Known(path, targets[path], self._digests[path], self._listing, self._plan.max_bytes) for path in sorted(known)]
        redaction = Redaction(sources, self._plan.salt)
        for work in self.works:
            redaction.learn([*work.reports, *(FileReport(path, secrets=kept.secrets) for path, kept in work.kept.items())])
        return redaction

    def _doubted(self) -> list[Work]:
        """The scanners that have to be asked again, since secrets stand elsewhere than when their answers were kept."""
        if not any(work.kept for work in self.works):
            return []
        redaction = self._redaction()
        world = world_digest(redaction.spans, self._digests)
        around = {path: spans_digest(spans) for path, spans in redaction.spans.items()}
        doubted = []
        for work in self.works:
            lost = {
                path
                for path, kept in work.kept.items()
                if not kept.says_nothing and (kept.around != around.get(path, b"") or (kept.touched and kept.world != world))
            }
            if lost and not work.task.scanner.SPLITS:
                lost = set(work.kept)
            if lost:
                work.kept = {path: kept for path, kept in work.kept.items() if path not in lost}
                doubted.append(work)
        self._known = None if doubted else redaction
        return doubted

    def _keep(self, redaction: Redaction, told: Mapping[str, Mapping[str, Sequence[Finding]]], world: bytes) -> None:
        """Keeps the new answers for the next run, but for those with a gap."""
        if self._plan.memory is None:
            return
        bad = {gap.path for work in self.works for gap in work.told_gaps if gap.kind in NEVER_ALLOWED} - {None}
        answers: dict[bytes, Kept] = {}
        for work in self.works:
            keys = self._keys(work)
            stale = {path: kept for path, kept in work.kept.items() if not kept.says_nothing and kept.world != world}
            answers |= {keys[path]: _renewed(kept, redaction, world) for path, kept in stale.items()}
            own = {gap.path for gap in work.told_gaps}
            if None in own or (own and not work.task.scanner.SPLITS):
                continue
            reports: defaultdict[str, list[FileReport]] = defaultdict(list)
            for report in work.reports:
                reports[report.path].append(report)
            for path in reports.keys() & keys.keys() - own - bad:
                if redaction.path(path) == path:
                    answers[keys[path]] = _kept(joined(reports[path]), told[work.name][path], redaction, world)
        self._plan.memory.keep(answers)


def _kept(report: FileReport, findings: Sequence[Finding], redaction: Redaction, world: bytes) -> Kept:
    around = spans_digest(redaction.spans.get(report.path, ()))
    components = tuple(redaction.components([report]))
    touched = redaction.is_touched(report.path) or components != tuple(sorted(set(report.components)))
    return Kept(tuple(map(_unsalted, findings)), report.secrets, components, report.left_out, around, world, touched)


def _renewed(kept: Kept, redaction: Redaction, world: bytes) -> Kept:
    """An answer as it is told in another world: what was no secret when it was kept may be one now, and must not stay."""
    findings = tuple(redaction.again(kept.findings))
    components = tuple(redaction.components([FileReport("", components=kept.components)]))
    touched = (findings, components) != (kept.findings, kept.components)
    return msgspec.structs.replace(kept, findings=findings, components=components, world=world, touched=touched)


def _unsalted(finding: Finding) -> Finding:
    """A finding without the digest of its secret: that is made anew in each run, under its own salt."""
    if finding.record is None or not finding.record.secret:
        return finding
    return msgspec.structs.replace(finding, record=msgspec.structs.replace(finding.record, secret=""))


def _is_there(work: Work) -> bool:
    """Asks for the tool's version; a tool that is not there is a gap, even if there is nothing for it to read."""
    version, work.missing = wall(lambda: str(work.task.scanner.version()))
    if work.missing is None:
        work.version = version or ""
    return work.missing is None
