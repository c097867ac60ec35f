"""Runs scanners over files and accounts for every file: it comes back as a report, or the engine makes a gap of it."""

from __future__ import annotations

import datetime as dt
import math
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from scanners.errors import Unreadable
from scanners.globs import matches
from scanners.model import NEVER_ALLOWED, FileReport, Finding, Gap, GapKind, LeftOut, ScanResult, Status, Targets
from scanners.scan.calls import Call
from scanners.scan.memory import (
    RATE,
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
from scanners.scan.plugin import Scanner, Source
from scanners.scan.process import Processes
from scanners.scan.redaction import Redaction
from scanners.scan.snapshot import Snapshot
from scanners.scan.targets import Listing, Target

__all__ = ["Answers", "Exclude", "Plan", "Progress", "Task", "answers", "assigned", "scan"]

MOST_FILES = 400  # in one call: a command line has its limit, and a crash should cost few files

WORTH = 2.0  # seconds of work that are worth the start of another program

LEAVE_OUT = "mend it, or leave the path out with a reason in the policy: paths: {exclude: [...]}"
HINTS = {  # for a gap whose teller knew nothing better
    GapKind.TOOL_MISSING: "install it beside scangate; scangate scanners tells what is there",
    GapKind.CRASH: "run the tool by hand to see what it says, or install it again: scangate scanners tells its version",
    GapKind.GARBAGE: "install the tool again, in a version that scangate was made for: scangate scanners tells which is there",
    GapKind.TIMEOUT: "raise the time limit in the policy: limits: {timeout: SECONDS}",
    GapKind.INTERRUPTED: "run the scan again",
}


class Exclude(msgspec.Struct, frozen=True):
    """Paths that the policy leaves out, for all scanners or for some, and why."""

    pattern: str
    reason: str
    scanners: tuple[str, ...] = ()


class Task(msgspec.Struct, frozen=True):
    """One scanner to run; where ``skipped`` gives a reason, it is only told. ``paths``: all that it may be given, None for any."""

    scanner: Scanner
    options: Any
    timeout: float
    skipped: str = ""
    paths: frozenset[str] | None = None


class Plan(msgspec.Struct, frozen=True):
    """All that a run is to do. ``today``: the day of the run, by which a scanner may find what it knows out of date.

    ``salt``: under which secrets' values are made into digests, to be compared with those known before; without it there are none.
    ``memory``: the answers of earlier runs, None where none is used and none is kept.
    """

    tasks: tuple[Task, ...]
    excludes: tuple[Exclude, ...] = ()
    max_bytes: int = 1024 * 1024
    jobs: int = 1
    today: dt.date = dt.date.max
    salt: bytes = b""
    memory: Memory | None = None


class _Work(msgspec.Struct):
    """What one task has to read, and what has come of it so far."""

    task: Task
    targets: list[Target]
    left_out: list[LeftOut]
    version: str | None = None
    missing: Unreadable | None = None
    setting: bytes | None = None
    kept: dict[str, Kept] = {}
    asked: set[str] = set()
    sources: list[Source] = []
    reports: list[FileReport] = []
    gaps: list[Gap] = []
    seconds: float = 0.0

    @property
    def name(self) -> str:
        return self.task.scanner.NAME


Progress = Callable[[str, int, int], None]
Value = TypeVar("Value")


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


def assigned(task: Task, listing: Listing, excludes: Sequence[Exclude]) -> tuple[Target, ...]:
    """The targets that ``task`` is to read."""
    return tuple(_assign(task, listing, excludes).targets)


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
        self.works = [_assign(task, listing, plan.excludes) for task in plan.tasks]

    def ask(self) -> None:
        """Recalls what is known and lets the scanners say the rest. ChangedError where what is known is not true any more."""
        there = [work for work in self.works if not work.task.skipped and _is_there(work)]
        self._recall(there)
        asked = self.works
        while True:
            self._read(asked)
            _run([work for work in asked if work in there], self._plan, self._new_call, self._progress)
            asked = self._doubted()
            if not asked:
                return

    def results(self) -> tuple[tuple[ScanResult, ...], Targets]:
        """What came of it, redacted; what may be is kept for the next run."""
        redaction = self._known or self._redaction()
        for target in self._listing.targets:
            redaction.path(target.path)  # first of all in this order: a masked path's number does not depend on who answered when
        facts = redaction.facts(self._listing.facts)
        facts = msgspec.structs.replace(facts, gaps=tuple(map(_hinted, facts.gaps)))
        world = world_digest(redaction.spans, self._digests) if self._plan.memory is not None else b""
        told = {work.name: redaction.by_file(work.reports) for work in self.works}
        results = tuple(_result(work, redaction, told[work.name], world) for work in self.works)
        self._keep(redaction, told, world)
        return results, facts

    def _recall(self, works: Sequence[_Work]) -> None:
        """Looks up the answers of earlier runs. Where a scanner sees all its files at once, all of them are known or none is."""
        memory = self._plan.memory
        if memory is None:
            return
        for work in works:
            facts = (self._environ, self._plan.today, work.task.timeout, self._plan.max_bytes)
            work.setting, _ = _wall(lambda: memory.setting(work.task.scanner, work.task.options, work.version or "", facts))  # noqa: B023
        wanted = {target.path: target for work in works if work.setting is not None for target in work.targets}
        self._digests = memory.digests(self._listing, list(wanted.values()), self._plan.max_bytes)
        for work in works:
            kept = memory.recall(self._keys(work))
            if work.task.scanner.SPLITS or len(kept) == len(work.targets):
                work.kept = kept

    def _keys(self, work: _Work) -> dict[str, bytes]:
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

    def _read(self, works: Sequence[_Work]) -> None:
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
            work.gaps += [_gap(work.name, path, copy) for path, copy in copies if isinstance(copy, Unreadable)]
            if work.missing is not None:
                work.gaps += [_gap(work.name, source.path, work.missing) for source in work.sources] or [
                    _gap(work.name, None, work.missing)
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

    def _doubted(self) -> list[_Work]:
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
        bad = {gap.path for work in self.works for gap in _gaps(work) if gap.kind in NEVER_ALLOWED} - {None}
        answers: dict[bytes, Kept] = {}
        for work in self.works:
            keys = self._keys(work)
            stale = {path: kept for path, kept in work.kept.items() if not kept.says_nothing and kept.world != world}
            answers |= {keys[path]: _renewed(kept, redaction, world) for path, kept in stale.items()}
            own = {gap.path for gap in _gaps(work)}
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


def _assign(task: Task, listing: Listing, excludes: Sequence[Exclude]) -> _Work:
    """Which targets are this scanner's business, and which of those the policy leaves out."""
    name = task.scanner.NAME
    mine = [exclude for exclude in excludes if not exclude.scanners or name in exclude.scanners]
    work = _Work(task, [], [], kept={}, asked=set(), sources=[], reports=[], gaps=[])
    for target in listing.targets if not task.skipped else ():
        if (task.paths is not None and target.path not in task.paths) or not _reads(task, target.path):
            continue
        reason = next((exclude.reason for exclude in mine if matches(exclude.pattern, target.path)), None)
        if reason is None:
            work.targets.append(target)
        else:
            work.left_out.append(LeftOut(target.path, reason, name))
    return work


def _reads(task: Task, path: str) -> bool:
    """Whether a file is the scanner's business; one that it cannot say so of is given to it, so that it is not lost."""
    mine, fault = _wall(lambda: bool(task.scanner.reads(path, task.options)))
    return bool(mine) or fault is not None


def _run(works: Sequence[_Work], plan: Plan, new_call: Callable[[float], Call], progress: Progress) -> None:
    """Runs all calls of all scanners, the longest first, on as many threads as there are jobs; who waits takes nobody's place."""
    done: Counter[str] = Counter()
    rates = {work.name: plan.memory.rate(work.name) if plan.memory is not None else RATE for work in works}
    pending = [(work, batch) for work in works for batch in _batches(work, plan.jobs, rates[work.name])]
    pending.sort(key=lambda item: -_bytes(item[1]) * rates[item[0].name])
    waiters = sum(getattr(work.task.scanner, "WAITS", False) for work in works)
    with ThreadPoolExecutor(max(plan.jobs, 1)) as workers, ThreadPoolExecutor(max(waiters, 1)) as waiting:
        futures: list[tuple[_Work, list[Source], Future[_Answer]]] = []
        for work, batch in pending:
            pool = waiting if getattr(work.task.scanner, "WAITS", False) else workers
            futures.append((work, batch, pool.submit(_ask, work, batch, new_call(work.task.timeout))))
        for work, batch, future in futures:
            answer = future.result()
            work.reports += answer.reports
            work.gaps += answer.gaps
            work.seconds += answer.seconds
            done[work.name] += len(batch)
            progress(work.name, done[work.name], len(work.sources))
    if plan.memory is not None:
        plan.memory.note_rates({work.name: (work.seconds, _bytes(work.sources)) for work in works if work.sources})


def _bytes(sources: Iterable[Source]) -> int:
    return sum(source.file.stat().st_size for source in sources)


def _is_there(work: _Work) -> bool:
    """Asks for the tool's version; a tool that is not there is a gap, even if there is nothing for it to read."""
    version, work.missing = _wall(lambda: str(work.task.scanner.version()))
    if work.missing is None:
        work.version = version or ""
    return work.missing is None


def _batches(work: _Work, jobs: int, rate: float) -> list[list[Source]]:
    """The files of each call, of about the same bytes, none over MOST_FILES: as many calls as jobs, if each has work for a while.

    ``rate``: the seconds that the scanner takes for a byte.
    """
    if not work.sources:
        return []
    if not work.task.scanner.SPLITS:
        return [work.sources]
    worth = math.ceil(_bytes(work.sources) * rate / WORTH)
    count = max(min(jobs, len(work.sources), worth), -(-len(work.sources) // MOST_FILES), 1)
    batches: list[list[Source]] = [[] for _ in range(count)]
    for place, source in enumerate(sorted(work.sources, key=lambda source: (-source.file.stat().st_size, source.path))):
        row, column = divmod(place, count)
        batches[column if row % 2 == 0 else count - 1 - column].append(source)
    return [sorted(batch, key=lambda source: source.path) for batch in batches if batch]


class _Answer(msgspec.Struct):
    """What became of one call: every file of it is in ``reports`` or in ``gaps``."""

    reports: list[FileReport]
    gaps: list[Gap]
    seconds: float = 0.0


def _ask(work: _Work, batch: list[Source], call: Call) -> _Answer:
    """Calls the scanner over ``batch``; where it fails over many files, looks for those that it fails over."""
    started = time.monotonic()
    answer, fault = _try(work, batch, call)
    if fault is not None and fault.kind in (GapKind.CRASH, GapKind.GARBAGE) and work.task.scanner.SPLITS:
        answer = _search(work, batch, call, answer)
    answer.seconds = time.monotonic() - started
    return answer


def _try(work: _Work, batch: Sequence[Source], call: Call) -> tuple[_Answer, Unreadable | None]:
    """One call; where it fails, a gap for each file and the fault."""
    answer, fault = _wall(lambda: _account(work, batch, work.task.scanner.scan(batch, work.task.options, call)))
    if answer is None or fault is not None:
        fault = fault or Unreadable(GapKind.CRASH, "the scanner gave no answer")
        return _Answer([], [_gap(work.name, source.path, fault) for source in batch]), fault
    return answer, None


def _wall(step: Callable[[], Value]) -> tuple[Value | None, Unreadable | None]:
    """What ``step`` gives, or why it gives nothing. The wall around a plugin: it may raise anything, SystemExit(0) included."""
    try:
        return step(), None
    except Unreadable as fault:
        return None, fault
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001
        reason = f"the scanner itself failed: {type(error).__name__}"
        return None, Unreadable(GapKind.CRASH, reason, "report it to who wrote the scanner")


def _search(work: _Work, batch: list[Source], call: Call, failed: _Answer) -> _Answer:
    """Halves ``batch`` again and again to find what the scanner fails over; gives up where both fail: then it is the tool."""
    if len(batch) < 2:
        return failed
    halves = (batch[: len(batch) // 2], batch[len(batch) // 2 :])
    answers = [(half, *_try(work, half, call.again())) for half in halves]
    if all(fault is not None for _, _, fault in answers):
        return failed
    found = [answer if fault is None else _search(work, half, call, answer) for half, answer, fault in answers]
    return _Answer([report for answer in found for report in answer.reports], [gap for answer in found for gap in answer.gaps])


def _account(work: _Work, batch: Sequence[Source], reports: Iterable[FileReport]) -> _Answer:
    """The ledger: a file that was given and is not reported is a gap; a file that is reported and was not given is garbage."""
    given = {source.path for source in batch}
    told: defaultdict[str, list[FileReport]] = defaultdict(list)
    for report in reports:
        _check(work.name, report, given)
        told[report.path].append(report)
    lost = Unreadable(GapKind.GARBAGE, "it was given this file, and its output does not say that it read it")
    return _Answer(
        [report for path in sorted(told) for report in told[path]],
        [_gap(work.name, path, lost) for path in sorted(given - told.keys())],
    )


def _check(name: str, report: FileReport, given: set[str]) -> None:
    """What a report says is about its own file, and in the scanner's own name."""
    if report.path not in given or any(finding.location.path != report.path for finding in report.findings):
        raise Unreadable(GapKind.GARBAGE, "its output names a file that it was not given")
    if any(component.path != report.path for component in report.components):
        raise Unreadable(GapKind.GARBAGE, "its output names a component of a file that it was not given")
    if any(left.scanner != name for left in report.left_out):
        raise Unreadable(GapKind.GARBAGE, "its output leaves something out in another scanner's name")
    if any(gap.path != report.path or gap.scanner != name for gap in report.gaps):
        raise Unreadable(GapKind.GARBAGE, "its output tells a gap of something else")
    if any(finding.scanner != name for finding in report.findings):
        raise Unreadable(GapKind.GARBAGE, "its output has a finding in another scanner's name")


def _gaps(work: _Work) -> list[Gap]:
    return [*work.gaps, *(gap for report in work.reports for gap in report.gaps)]


def _left_out(work: _Work) -> list[LeftOut]:
    """What this scanner did not look at on purpose: whole files by the policy's word, parts of files by its own."""
    said = [left for report in work.reports for left in report.left_out]
    return [*work.left_out, *said, *(left for kept in work.kept.values() for left in kept.left_out)]


def _result(work: _Work, redaction: Redaction, told: Mapping[str, Sequence[Finding]], world: bytes) -> ScanResult:
    if work.task.skipped:
        return ScanResult(work.name, "", Status.SKIPPED, reason=work.task.skipped)
    findings = [finding for found in told.values() for finding in found]
    for kept in work.kept.values():
        mine = redaction.salted(kept.findings, kept.secrets)
        findings += mine if kept.world == world else redaction.again(mine)
    gaps = redaction.gaps(map(_hinted, _gaps(work)))
    lost = {gap.path for gap in gaps}
    read = {report.path for report in work.reports} | work.kept.keys()
    files = tuple(sorted({redaction.path(path) for path in read} - lost))
    findings = sorted((msgspec.structs.replace(finding, extent=None) for finding in findings), key=Finding.sort_key)
    components = [FileReport(path, components=kept.components) for path, kept in work.kept.items()]
    return ScanResult(
        scanner=work.name,
        version=work.version or "",
        status=_status(files, gaps),
        accounting=work.task.scanner.ACCOUNTING,
        given=len(work.targets),
        files=files,
        cached=len(work.kept),
        findings=tuple(findings),
        gaps=tuple(gaps),
        left_out=tuple(sorted(msgspec.structs.replace(left, path=redaction.path(left.path)) for left in _left_out(work))),
        seconds=round(work.seconds, 3),
        components=tuple(redaction.components([*work.reports, *components])),
    )


def _status(files: Sequence[str], gaps: Sequence[Gap]) -> Status:
    if not gaps:
        return Status.COMPLETE
    return Status.PARTIAL if files else Status.FAILED


def _gap(scanner: str, path: str | None, fault: Unreadable) -> Gap:
    return Gap(scanner, path, fault.kind, fault.reason, hint=fault.hint)


def _hinted(gap: Gap) -> Gap:
    """Every gap says what can be done about it."""
    return gap if gap.hint else msgspec.structs.replace(gap, hint=HINTS.get(gap.kind, LEAVE_OUT))
