"""Runs scanners over files: recalls what was answered before, asks for the rest, and tells what came of it."""

from __future__ import annotations

import functools
import itertools
import tempfile
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from scangate.errors import ScanError
from scangate.model import NEVER_ALLOWED, FileReport, Finding, Gap, GapKind, ScanResult, Targets
from scangate.plugin import SourceFile
from scangate.scan.context import CallContext
from scangate.scan.discovery import Listing, Target
from scangate.scan.dispatch import ProgressCallback, run_calls
from scangate.scan.plan import (
    UNKNOWN_TOOL,
    ScannerTask,
    ScanPlan,
    TaskRun,
    ToolInfo,
    accepts,
    assign_files,
    call_guarded,
    gap_from_error,
)
from scangate.scan.process import ProcessRunner
from scangate.scan.redaction import Redactor
from scangate.scan.result_cache import (
    CachedResult,
    FileChangedError,
    ResultCache,
    UnchangedFile,
    content_digest,
    digest_secrets,
    digest_spans,
    merge_reports,
    result_key,
)
from scangate.scan.results import build_result, with_hint
from scangate.scan.scan_cache import CachedScan, decode, digest_inputs, digest_outputs, encode, files_to_rescan, scan_key
from scangate.scan.snapshot import Snapshot

__all__ = ["UnredactedResult", "scan", "scan_unredacted"]

ScanOutput = tuple[tuple[ScanResult, ...], Targets]
"""The results in the plan's order, and what is to be said of the targets."""


def scan(listing: Listing, plan: ScanPlan, processes: ProcessRunner, folder: Path, progress: ProgressCallback) -> ScanOutput:
    """Runs every task of ``plan`` over ``listing``: the results in the plan's order, and what is to be said of the targets.

    ``progress`` is told (scanner, files done, files in all). Never raises for what a scanner or a file does: that is a gap.
    """
    run = _ScanRun(listing, plan, processes, folder, progress)
    try:
        told = run.reuse_cached_scan()
        if told is None:
            run.run_scanners()
            told = run.build_results()
        return told
    except FileChangedError:  # a file was changed under our hands: nothing that was remembered is used
        if plan.result_cache is not None:
            plan.result_cache.save_scan(scan_key(listing), b"")
        run = _ScanRun(listing, msgspec.structs.replace(plan, result_cache=None), processes, folder, progress)
        run.run_scanners()
        return run.build_results()


class UnredactedResult(msgspec.Struct, frozen=True):
    """What one scanner said of its files, as it said it: secrets may stand in it. ``version`` is None where there is no tool."""

    scanner: str
    version: str | None
    reports: tuple[FileReport, ...]
    gaps: tuple[Gap, ...]
    seconds: float


def scan_unredacted(
    listing: Listing, plan: ScanPlan, processes: ProcessRunner, folder: Path, progress: ProgressCallback
) -> tuple[UnredactedResult, ...]:
    """Runs every task as `scan` does and gives the answers that it would make its results of; skipped tasks have none."""
    run = _ScanRun(listing, msgspec.structs.replace(plan, result_cache=None), processes, folder, progress)
    run.run_scanners()
    return tuple(
        UnredactedResult(work.name, work.tool.version, tuple(work.reports), tuple(work.gaps), round(work.seconds, 3))
        for work in run.task_runs
        if not work.task.skip_reason
    )


class _ScanRun:
    """One run over a listing: first ``ask``, then ``results``."""

    def __init__(
        self, listing: Listing, plan: ScanPlan, processes: ProcessRunner, folder: Path, progress: ProgressCallback
    ) -> None:
        self._listing = listing
        self._plan = plan
        self._progress = progress
        self._processes = processes
        self._folder = folder
        self._snapshot = Snapshot(Path(tempfile.mkdtemp(prefix="scan-", dir=folder)) / "snapshot")
        self._sources: dict[str, SourceFile | ScanError] = {}
        self._redactor: Redactor | None = None

    @functools.cached_property
    def tools(self) -> list[ToolInfo]:
        """What is known of each task's scanner."""
        return [self._tool(task) if not task.skip_reason else UNKNOWN_TOOL for task in self._plan.tasks]

    def _tool(self, task: ScannerTask) -> ToolInfo:
        """A tool that is not there is a gap, even if there is nothing for it to read."""
        version, missing = call_guarded(lambda: str(task.scanner.version()))
        memory = self._plan.result_cache
        if missing is not None or memory is None:
            return ToolInfo(None if missing is not None else version or "", missing)
        if not any(accepts(task, target.path) for target in self._listing.targets):
            return ToolInfo(
                version or "", settings_digest=f"nothing to read: {version}".encode()
            )  # and what it rests on is not looked at
        facts = (self._processes.environ, self._plan.today, task.timeout, self._plan.max_file_bytes)
        setting, _ = call_guarded(lambda: memory.settings_digest(task.scanner, task.options, version or "", facts))
        return ToolInfo(version or "", settings_digest=setting)

    @functools.cached_property
    def task_runs(self) -> list[TaskRun]:
        """What each task has to read, and what has come of it."""
        pairs = zip(self._plan.tasks, self.tools, strict=True)
        return [assign_files(task, self._listing, self._plan.exclusions, tool) for task, tool in pairs]

    @functools.cached_property
    def _content_digests(self) -> dict[str, str]:
        """The digests of the files by path, where anything is kept by them."""
        memory = self._plan.result_cache
        if memory is None or all(tool.settings_digest is None for tool in self.tools):
            return {}
        return memory.content_digests(self._listing, self._listing.targets, self._plan.max_file_bytes)

    def reuse_cached_scan(self) -> ScanOutput | None:
        """What the last scan told, where this one is asked the very same, and what had a gap then says the same again."""
        memory, settings = self._plan.result_cache, self._settings_digests()
        if memory is None or settings is None:
            return None
        whole = decode(memory.load_scan(scan_key(self._listing)))
        if whole is None or whole.inputs_digest != self._inputs_digest(memory, settings):
            return None
        again = self._rescan_gaps(whole)
        if again is None:
            return None
        seconds = {work.name: round(work.seconds, 3) for work in again}
        counted = zip(whole.results, whole.rescan, strict=True)
        return tuple(
            msgspec.structs.replace(told, files_cached=told.files_given - len(asked), seconds=seconds.get(told.scanner, 0.0))
            for told, asked in counted
        ), whole.targets

    def _settings_digests(self) -> list[bytes] | None:
        """What the answers of all tasks depend on; None where one may not be kept."""
        if all(tool.settings_digest is None for tool in self.tools):
            return None
        return [tool.settings_digest or f"not cached: {tool.version}".encode() for tool in self.tools]

    def _inputs_digest(self, memory: ResultCache, settings: Sequence[bytes]) -> bytes:
        return digest_inputs(memory.program_digest, settings, self._plan, self._listing, self._content_digests)

    def _rescan_gaps(self, cached: CachedScan) -> list[TaskRun] | None:
        """Asks again what is not kept; None where something else is said now."""
        targets = self._listing.targets
        tasks = [
            msgspec.structs.replace(task, paths=frozenset(targets[number].path for number in numbers))
            for task, numbers in zip(self._plan.tasks, cached.rescan, strict=True)
            if numbers
        ]
        if not tasks:
            return []
        listing = msgspec.structs.replace(
            self._listing, targets=tuple(targets[n] for n in sorted({*itertools.chain(*cached.rescan)}))
        )
        plan = msgspec.structs.replace(self._plan, tasks=tuple(tasks), result_cache=None)
        run = _ScanRun(listing, plan, self._processes, self._folder, self._progress)
        run.run_scanners()
        same = digest_outputs(run.task_runs, {task.scanner.NAME: task.paths or () for task in tasks}) == cached.rescan_digest
        return run.task_runs if same and run.matches_digests(self._content_digests) else None

    def matches_digests(self, digests: Mapping[str, str]) -> bool:
        """Whether the files that were read are those of ``digests``, and none was read that has none there."""
        blobs = {target.path: target.blob for target in self._listing.targets}
        read = ((path, copy) for path, copy in self._sources.items() if isinstance(copy, SourceFile))
        return all(content_digest(copy.read_bytes(), blobs[path]) == digests.get(path, "") for path, copy in read)

    def run_scanners(self) -> None:
        """Recalls what is known and lets the scanners say the rest. ChangedError where what is known is not true any more."""
        there = [work for work in self.task_runs if not work.task.skip_reason and work.tool.unavailable is None]
        self._load_cached(there)
        asked = self.task_runs
        while True:
            self._copy_files(asked)
            run_calls([work for work in asked if work in there], self._plan, self._new_context, self._progress)
            asked = self._drop_stale_cached()
            if not asked:
                return

    def _new_context(self, timeout: float) -> CallContext:
        return CallContext(self._processes, self._snapshot, self._folder, timeout, self._plan.today)

    def build_results(self) -> ScanOutput:
        """What came of it, redacted; what may be is kept for the next run."""
        redaction = self._redactor or self._build_redactor()
        for target in self._listing.targets:
            redaction.redact_path(
                target.path
            )  # first of all in this order: a masked path's number does not depend on who answered when
        facts = redaction.redact_targets(self._listing.summary)
        facts = msgspec.structs.replace(facts, gaps=tuple(map(with_hint, facts.gaps)))
        world = digest_secrets(redaction.secret_spans, self._content_digests) if self._plan.result_cache is not None else b""
        told = {work.name: redaction.redact_by_file(work.reports) for work in self.task_runs}
        results = tuple(build_result(work, redaction, told[work.name], world) for work in self.task_runs)
        self._save_scan(results, facts, self._save_results(redaction, told, world))
        return results, facts

    def _load_cached(self, runs: Sequence[TaskRun]) -> None:
        """Looks up the answers of earlier runs. Where a scanner sees all its files at once, all of them are known or none is."""
        memory = self._plan.result_cache
        if memory is None:
            return
        for work in runs:
            kept = memory.load_results(self._cache_keys(work))
            if work.task.traits.splittable or len(kept) == len(work.targets):
                work.cached = kept

    def _cache_keys(self, run: TaskRun) -> dict[str, bytes]:
        """The keys of the answers of one scanner, for the files that have a digest."""
        setting = run.tool.settings_digest
        if setting is None:
            return {}
        named = [
            (target.path, self._content_digests[target.path]) for target in run.targets if self._content_digests.get(target.path)
        ]
        if not run.task.traits.splittable:
            if len(named) < len(run.targets):
                return {}
            setting = result_key(setting, "", repr(named))
        return {path: result_key(setting, path, digest) for path, digest in named}

    def _copy_files(self, runs: Sequence[TaskRun]) -> None:
        """Copies every file that somebody has to read, once; one that cannot be copied is a gap of each that would have read it."""
        wanted = {
            target.path: target
            for work in runs
            for target in work.targets
            if target.path not in work.cached and target.path not in self._sources
        }
        self._sources |= self._copy(wanted)
        for work in runs:
            paths = [target.path for target in work.targets if target.path not in work.cached and target.path not in work.requested]
            copies = [(path, self._sources[path]) for path in paths]
            work.requested |= set(paths)
            work.sources = [copy for _, copy in copies if isinstance(copy, SourceFile)]
            work.gaps += [gap_from_error(work.name, path, copy) for path, copy in copies if isinstance(copy, ScanError)]
            if work.tool.unavailable is not None:
                work.gaps += [gap_from_error(work.name, source.path, work.tool.unavailable) for source in work.sources] or [
                    gap_from_error(work.name, None, work.tool.unavailable)
                ]

    def _copy(self, wanted: dict[str, Target]) -> dict[str, SourceFile | ScanError]:
        copies: dict[str, SourceFile | ScanError] = {}
        try:
            read = self._listing.reader(list(wanted.values()), self._plan.max_file_bytes)
        except ScanError as fault:  # git does not hand out what the index holds
            return dict.fromkeys(wanted, fault)
        for path, target in wanted.items():
            try:
                data = read(target)
                copies[path] = self._snapshot.add(path, data)
            except ScanError as fault:
                copies[path] = fault
            except OSError as error:  # a full disk, a path that is too long below another folder
                copies[path] = ScanError(
                    GapKind.UNREADABLE, f"cannot be copied for the scan: {error.strerror or type(error).__name__}"
                )
            else:
                self._check_digest(target, data)
        return copies

    def _check_digest(self, target: Target, data: bytes) -> None:
        if self._plan.result_cache is None:
            return
        digest = content_digest(data, target.blob)
        if digest != self._content_digests.get(target.path, digest) and any(target.path in work.cached for work in self.task_runs):
            raise FileChangedError
        self._content_digests[target.path] = digest

    def _build_redactor(self) -> Redactor:
        """All that is known of secrets, from the answers of this run and from those that were kept."""
        targets = {target.path: target for target in self._listing.targets}
        known = {path for work in self.task_runs for path in work.cached} - self._sources.keys()
        sources = [copy for copy in self._sources.values() if isinstance(copy, SourceFile)]
        sources += [
            UnchangedFile(path, targets[path], self._content_digests[path], self._listing, self._plan.max_file_bytes)
            for path in sorted(known)
        ]
        redaction = Redactor(sources, self._plan.secret_salt)
        for work in self.task_runs:
            redaction.add_secrets(
                [*work.reports, *(FileReport(path, secret_spans=kept.secrets) for path, kept in work.cached.items())]
            )
        return redaction

    def _drop_stale_cached(self) -> list[TaskRun]:
        """The scanners that have to be asked again, since secrets stand elsewhere than when their answers were kept."""
        if not any(work.cached for work in self.task_runs):
            return []
        redaction = self._build_redactor()
        world = digest_secrets(redaction.secret_spans, self._content_digests)
        around = {path: digest_spans(spans) for path, spans in redaction.secret_spans.items()}
        doubted = []
        for work in self.task_runs:
            lost = {
                path
                for path, kept in work.cached.items()
                if not kept.is_empty
                and (
                    kept.file_secrets_digest != around.get(path, b"")
                    or (kept.has_foreign_secrets and kept.run_secrets_digest != world)
                )
            }
            if lost and not work.task.traits.splittable:
                lost = set(work.cached)
            if lost:
                work.cached = {path: kept for path, kept in work.cached.items() if path not in lost}
                doubted.append(work)
        self._redactor = None if doubted else redaction
        return doubted

    def _save_results(
        self, redactor: Redactor, findings: Mapping[str, Mapping[str, Sequence[Finding]]], secrets_digest: bytes
    ) -> dict[str, set[str]]:
        """Keeps the new answers for the next run, but for those with a gap. By scanner, the files that nobody has to be asked about
        again as long as nothing changes at all: those without a gap, be their answers kept or not."""
        sure = {work.name: set(work.cached) for work in self.task_runs}
        if self._plan.result_cache is None:
            return sure
        bad = {gap.path for work in self.task_runs for gap in work.all_gaps if gap.kind in NEVER_ALLOWED} - {None}
        answers: dict[bytes, CachedResult] = {}
        for work in self.task_runs:
            keys = self._cache_keys(work)
            stale = {
                path: kept for path, kept in work.cached.items() if not kept.is_empty and kept.run_secrets_digest != secrets_digest
            }
            answers |= {keys[path]: _redact_again(kept, redactor, secrets_digest) for path, kept in stale.items()}
            own = {gap.path for gap in work.all_gaps}
            if None in own or (own and not work.task.traits.splittable):
                continue
            reports: defaultdict[str, list[FileReport]] = defaultdict(list)
            for report in work.reports:
                reports[report.path].append(report)
            for path in reports.keys() & keys.keys() - own - bad:
                sure[work.name].add(path)
                kept = _cached_result(merge_reports(reports[path]), findings[work.name][path], redactor, secrets_digest)
                if kept.is_empty or redactor.redact_path(path) == path:  # a secret may stand in a name, and is not kept either
                    answers[keys[path]] = kept
        self._plan.result_cache.save_results(answers)
        return sure

    def _save_scan(self, results: tuple[ScanResult, ...], targets: Targets, settled: Mapping[str, Collection[str]]) -> None:
        """Keeps what was told, for a next run that is asked the very same; where it may not be, what was kept before goes."""
        memory, settings = self._plan.result_cache, self._settings_digests()
        if memory is None:
            return
        numbers, value, listed = files_to_rescan(self.task_runs, self._listing, settled), b"", self._listing.targets
        if settings is not None and numbers is not None:
            asked = {work.name: {listed[n].path for n in found} for work, found in zip(self.task_runs, numbers, strict=True)}
            whole = CachedScan(
                self._inputs_digest(memory, settings), results, targets, numbers, digest_outputs(self.task_runs, asked)
            )
            value = encode(whole)
        memory.save_scan(scan_key(self._listing), value)


def _cached_result(report: FileReport, findings: Sequence[Finding], redactor: Redactor, secrets_digest: bytes) -> CachedResult:
    around = digest_spans(redactor.secret_spans.get(report.path, ()))
    components = tuple(redactor.redact_components([report]))
    touched = redactor.has_foreign_secrets(report.path) or components != tuple(sorted(set(report.components)))
    return CachedResult(
        tuple(map(_without_secret_digest, findings)),
        report.secret_spans,
        components,
        report.skipped_paths,
        around,
        secrets_digest,
        touched,
    )


def _redact_again(cached: CachedResult, redactor: Redactor, secrets_digest: bytes) -> CachedResult:
    """An answer as it is told in another world: what was no secret when it was kept may be one now, and must not stay."""
    findings = tuple(redactor.redact_again(cached.findings))
    components = tuple(redactor.redact_components([FileReport("", components=cached.components)]))
    touched = (findings, components) != (cached.findings, cached.components)
    return msgspec.structs.replace(
        cached, findings=findings, components=components, run_secrets_digest=secrets_digest, has_foreign_secrets=touched
    )


def _without_secret_digest(finding: Finding) -> Finding:
    """A finding without the digest of its secret: that is made anew in each run, under its own salt."""
    if finding.identity is None or not finding.identity.secret:
        return finding
    return msgspec.structs.replace(finding, identity=msgspec.structs.replace(finding.identity, secret=""))
