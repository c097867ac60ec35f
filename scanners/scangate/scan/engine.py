"""Runs scanners over files: recalls what was answered before, asks for the rest, and tells what came of it."""

from __future__ import annotations

import functools
import itertools
import tempfile
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from scangate.errors import Unreadable
from scangate.model import NEVER_ALLOWED, FileReport, Finding, Gap, GapKind, ScanResult, Targets
from scangate.scan.asking import Progress, ask
from scangate.scan.calls import Call
from scangate.scan.memory import (
    ChangedError,
    Kept,
    Known,
    Memory,
    digest_of,
    joined,
    key_of,
    spans_digest,
    world_digest,
)
from scangate.scan.plan import NOTHING_KNOWN, Plan, Task, Tool, Work, assigned, gap_of, reads, wall
from scangate.scan.plugin import Source
from scangate.scan.process import Processes
from scangate.scan.redaction import Redaction
from scangate.scan.snapshot import Snapshot
from scangate.scan.targets import Listing, Target
from scangate.scan.telling import hinted, result_of
from scangate.scan.whole import Whole, again, opened, place_of, question, said_of, sealed

__all__ = ["Answers", "answers", "scan"]

Told = tuple[tuple[ScanResult, ...], Targets]
"""The results in the plan's order, and what is to be said of the targets."""


def scan(listing: Listing, plan: Plan, processes: Processes, folder: Path, progress: Progress) -> Told:
    """Runs every task of ``plan`` over ``listing``: the results in the plan's order, and what is to be said of the targets.

    ``progress`` is told (scanner, files done, files in all). Never raises for what a scanner or a file does: that is a gap.
    """
    run = _Run(listing, plan, processes, folder, progress)
    try:
        told = run.told_before()
        if told is None:
            run.ask()
            told = run.results()
        return told
    except ChangedError:  # a file was changed under our hands: nothing that was remembered is used
        if plan.memory is not None:
            plan.memory.keep_whole(place_of(listing), b"")
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
        Answers(work.name, work.tool.version, tuple(work.reports), tuple(work.gaps), round(work.seconds, 3))
        for work in run.works
        if not work.task.skipped
    )


class _Run:
    """One run over a listing: first ``ask``, then ``results``."""

    def __init__(self, listing: Listing, plan: Plan, processes: Processes, folder: Path, progress: Progress) -> None:
        self._listing = listing
        self._plan = plan
        self._progress = progress
        self._processes = processes
        self._folder = folder
        self._snapshot = Snapshot(Path(tempfile.mkdtemp(prefix="scan-", dir=folder)) / "snapshot")
        self._copies: dict[str, Source | Unreadable] = {}
        self._known: Redaction | None = None

    @functools.cached_property
    def tools(self) -> list[Tool]:
        """What is known of each task's scanner."""
        return [self._tool(task) if not task.skipped else NOTHING_KNOWN for task in self._plan.tasks]

    def _tool(self, task: Task) -> Tool:
        """A tool that is not there is a gap, even if there is nothing for it to read."""
        version, missing = wall(lambda: str(task.scanner.version()))
        memory = self._plan.memory
        if missing is not None or memory is None:
            return Tool(None if missing is not None else version or "", missing)
        if not any(reads(task, target.path) for target in self._listing.targets):
            return Tool(version or "", setting=f"nothing to read: {version}".encode())  # and what it rests on is not looked at
        facts = (self._processes.environ, self._plan.today, task.timeout, self._plan.max_bytes)
        setting, _ = wall(lambda: memory.setting(task.scanner, task.options, version or "", facts))
        return Tool(version or "", setting=setting)

    @functools.cached_property
    def works(self) -> list[Work]:
        """What each task has to read, and what has come of it."""
        pairs = zip(self._plan.tasks, self.tools, strict=True)
        return [assigned(task, self._listing, self._plan.excludes, tool) for task, tool in pairs]

    @functools.cached_property
    def _digests(self) -> dict[str, str]:
        """The digests of the files by path, where anything is kept by them."""
        memory = self._plan.memory
        if memory is None or all(tool.setting is None for tool in self.tools):
            return {}
        return memory.digests(self._listing, self._listing.targets, self._plan.max_bytes)

    def told_before(self) -> Told | None:
        """What the last scan told, where this one is asked the very same, and what had a gap then says the same again."""
        memory, settings = self._plan.memory, self._settings()
        if memory is None or settings is None:
            return None
        whole = opened(memory.whole(place_of(self._listing)))
        if whole is None or whole.question != self._question(memory, settings):
            return None
        again = self._again(whole)
        if again is None:
            return None
        seconds = {work.name: round(work.seconds, 3) for work in again}
        counted = zip(whole.results, whole.again, strict=True)
        return tuple(
            msgspec.structs.replace(told, cached=told.given - len(asked), seconds=seconds.get(told.scanner, 0.0))
            for told, asked in counted
        ), whole.facts

    def _settings(self) -> list[bytes] | None:
        """What the answers of all tasks depend on; None where one may not be kept."""
        settings = [b"" if task.skipped else tool.setting for task, tool in zip(self._plan.tasks, self.tools, strict=True)]
        return None if None in settings else [setting or b"" for setting in settings]

    def _question(self, memory: Memory, settings: Sequence[bytes]) -> bytes:
        return question(memory.program, settings, self._plan, self._listing, self._digests)

    def _again(self, whole: Whole) -> list[Work] | None:
        """Asks again what is not kept; None where something else is said now."""
        targets = self._listing.targets
        tasks = [
            msgspec.structs.replace(task, paths=frozenset(targets[number].path for number in numbers))
            for task, numbers in zip(self._plan.tasks, whole.again, strict=True)
            if numbers
        ]
        if not tasks:
            return []
        listing = msgspec.structs.replace(
            self._listing, targets=tuple(targets[n] for n in sorted({*itertools.chain(*whole.again)}))
        )
        plan = msgspec.structs.replace(self._plan, tasks=tuple(tasks), memory=None)
        run = _Run(listing, plan, self._processes, self._folder, self._progress)
        run.ask()
        same = said_of(run.works, {task.scanner.NAME: task.paths or () for task in tasks}) == whole.said
        return run.works if same and run.read_as(self._digests) else None

    def read_as(self, digests: Mapping[str, str]) -> bool:
        """Whether the files that were read are those of ``digests``, and none was read that has none there."""
        blobs = {target.path: target.blob for target in self._listing.targets}
        read = ((path, copy) for path, copy in self._copies.items() if isinstance(copy, Source))
        return all(digest_of(copy.data(), blobs[path]) == digests.get(path, "") for path, copy in read)

    def ask(self) -> None:
        """Recalls what is known and lets the scanners say the rest. ChangedError where what is known is not true any more."""
        there = [work for work in self.works if not work.task.skipped and work.tool.missing is None]
        self._recall(there)
        asked = self.works
        while True:
            self._read(asked)
            ask([work for work in asked if work in there], self._plan, self._new_call, self._progress)
            asked = self._doubted()
            if not asked:
                return

    def _new_call(self, timeout: float) -> Call:
        return Call(self._processes, self._snapshot, self._folder, timeout, self._plan.today)

    def results(self) -> Told:
        """What came of it, redacted; what may be is kept for the next run."""
        redaction = self._known or self._redaction()
        for target in self._listing.targets:
            redaction.path(target.path)  # first of all in this order: a masked path's number does not depend on who answered when
        facts = redaction.facts(self._listing.facts)
        facts = msgspec.structs.replace(facts, gaps=tuple(map(hinted, facts.gaps)))
        world = world_digest(redaction.spans, self._digests) if self._plan.memory is not None else b""
        told = {work.name: redaction.by_file(work.reports) for work in self.works}
        results = tuple(result_of(work, redaction, told[work.name], world) for work in self.works)
        self._keep_whole(results, facts, self._keep(redaction, told, world))
        return results, facts

    def _recall(self, works: Sequence[Work]) -> None:
        """Looks up the answers of earlier runs. Where a scanner sees all its files at once, all of them are known or none is."""
        memory = self._plan.memory
        if memory is None:
            return
        for work in works:
            kept = memory.recall(self._keys(work))
            if work.task.scanner.SPLITS or len(kept) == len(work.targets):
                work.kept = kept

    def _keys(self, work: Work) -> dict[str, bytes]:
        """The keys of the answers of one scanner, for the files that have a digest."""
        setting = work.tool.setting
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
            if work.tool.missing is not None:
                work.gaps += [gap_of(work.name, source.path, work.tool.missing) for source in work.sources] or [
                    gap_of(work.name, None, work.tool.missing)
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

    def _keep(self, redaction: Redaction, told: Mapping[str, Mapping[str, Sequence[Finding]]], world: bytes) -> dict[str, set[str]]:
        """Keeps the new answers for the next run, but for those with a gap. By scanner, the files that nobody has to be asked about
        again as long as nothing changes at all: those without a gap, be their answers kept or not."""
        sure = {work.name: set(work.kept) for work in self.works}
        if self._plan.memory is None:
            return sure
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
                sure[work.name].add(path)
                kept = _kept(joined(reports[path]), told[work.name][path], redaction, world)
                if kept.says_nothing or redaction.path(path) == path:  # a secret may stand in a name, and is not kept either
                    answers[keys[path]] = kept
        self._plan.memory.keep(answers)
        return sure

    def _keep_whole(self, results: tuple[ScanResult, ...], facts: Targets, sure: Mapping[str, Collection[str]]) -> None:
        """Keeps what was told, for a next run that is asked the very same; where it may not be, what was kept before goes."""
        memory, settings = self._plan.memory, self._settings()
        if memory is None:
            return
        numbers, value, targets = again(self.works, self._listing, sure), b"", self._listing.targets
        if settings is not None and numbers is not None:
            asked = {work.name: {targets[n].path for n in found} for work, found in zip(self.works, numbers, strict=True)}
            whole = Whole(self._question(memory, settings), results, facts, numbers, said_of(self.works, asked))
            value = sealed(whole)
        memory.keep_whole(place_of(self._listing), value)


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
