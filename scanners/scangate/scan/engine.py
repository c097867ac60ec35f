"""Runs a scan: loads cached results, runs the scanners on the other files, redacts and saves what they report."""

from __future__ import annotations

import functools
import itertools
import tempfile
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from scangate.errors import ScanError
from scangate.model import (
    NEVER_ALLOWED,
    FileReport,
    Finding,
    Gap,
    ScanResult,
    Targets,
)
from scangate.plugin import SourceFile
from scangate.scan.content_cache import content_digest
from scangate.scan.content_types import forget_types, group_by_type, identify_targets
from scangate.scan.context import CallContext
from scangate.scan.dispatch import ProgressCallback, run_calls
from scangate.scan.listing import Listing
from scangate.scan.pieces import PieceSource, extract_pieces
from scangate.scan.plan import (
    UNKNOWN_TOOL,
    ScannerTask,
    ScanPlan,
    TaskRun,
    ToolInfo,
    accepts,
    accepts_file,
    accepts_piece,
    assign_files,
    call_guarded,
    gap_from_error,
    with_companions,
)
from scangate.scan.process import ProcessRunner
from scangate.scan.redaction import Redactor
from scangate.scan.result_cache import (
    CachedResult,
    FileChangedError,
    ResultCache,
    digest_file_secrets,
    digest_secrets,
    merge_reports,
    result_key,
    unchanged_files,
)
from scangate.scan.results import build_result, with_hint
from scangate.scan.skipping import find_repeated_links, skip_link
from scangate.scan.snapshot import Snapshot
from scangate.scan.target import Target
from scangate.scan.text_redactor import FileSecrets, TextRedactor
from scangate.scan.whole_scan_cache import (
    CachedScan,
    decode,
    digest_inputs,
    digest_outputs,
    encode,
    files_to_rescan,
    scan_key,
    texts_key,
)

ScanOutput = tuple[tuple[ScanResult, ...], Targets]
"""The results in the plan's order, and the redacted summary of the targets."""


def scan(  # noqa: PLR0913, PLR0917 -- the run, where it may work, and who listens
    listing: Listing,
    plan: ScanPlan,
    processes: ProcessRunner,
    folder: Path,
    progress: ProgressCallback,
    texts: TextRedactor | None = None,
) -> ScanOutput:
    """Runs every task of ``plan`` over ``listing``. Whatever a scanner or a file does becomes a gap, never an exception."""
    listing = with_companions(listing, plan)
    run = _ScanRun(listing, plan, processes, folder, progress, texts)
    try:
        return run.reuse_cached_scan() or run.build_results()
    except FileChangedError:  # nothing that was cached is used
        if plan.result_cache is not None:
            plan.result_cache.save_scan(scan_key(listing), b"")
        plan = msgspec.structs.replace(plan, result_cache=None)
        return _ScanRun(forget_types(listing), plan, processes, folder, progress, texts).build_results()


class UnredactedResult(msgspec.Struct, frozen=True):
    """One scanner's reports as it made them: they may contain secrets. ``version`` is None if the tool is missing."""

    scanner: str
    version: str | None
    reports: tuple[FileReport, ...]
    gaps: tuple[Gap, ...]
    seconds: float


def scan_unredacted(
    listing: Listing, plan: ScanPlan, processes: ProcessRunner, folder: Path, progress: ProgressCallback
) -> tuple[UnredactedResult, ...]:
    """Runs every task as `scan` does, without cache and redaction; skipped tasks have no result."""
    listing = with_companions(listing, plan)
    scan_run = _ScanRun(listing, msgspec.structs.replace(plan, result_cache=None), processes, folder, progress)
    scan_run.run_scanners()
    return tuple(
        UnredactedResult(run.name, run.tool.version, tuple(run.reports), tuple(run.gaps), round(run.seconds, 3))
        for run in scan_run.task_runs
        if not run.task.skip_reason
    )


class _ScanRun:
    """One run over a listing."""

    def __init__(  # noqa: PLR0913, PLR0917 -- what `scan` is given
        self,
        listing: Listing,
        plan: ScanPlan,
        processes: ProcessRunner,
        folder: Path,
        progress: ProgressCallback,
        texts: TextRedactor | None = None,
    ) -> None:
        self._listing = identify_targets(listing, plan.max_file_bytes, plan.result_cache)
        self._plan = plan
        self._cache = plan.result_cache
        self._progress = progress
        self._processes = processes
        self._folder = folder
        self._snapshot = Snapshot(Path(tempfile.mkdtemp(prefix="scan-", dir=folder)) / "snapshot")
        self._sources: dict[str, SourceFile | ScanError] = {}
        self._pieces: dict[str, list[PieceSource]] = {}
        self._redactor: Redactor | None = None
        self._texts = texts

    @functools.cached_property
    def _tools(self) -> list[ToolInfo]:
        return [self._tool(task) if not task.skip_reason else UNKNOWN_TOOL for task in self._plan.tasks]

    def _tool(self, task: ScannerTask) -> ToolInfo:
        """The scanner's version and settings digest. A missing tool is a gap later, even if there is no file for it."""
        version, error = call_guarded(lambda: str(task.scanner.version()))
        if error is not None:
            return ToolInfo(unavailable=error)
        if self._cache is not None and not any(accepts(task, target) for target in self._listing.targets):
            return ToolInfo(version or "", settings_digest=f"nothing to read: {version}".encode())
        return ToolInfo(version or "", settings_digest=self._plan.task_digest(task, version or "", self._processes.environ))

    @functools.cached_property
    def task_runs(self) -> list[TaskRun]:
        """The run of each task, in the plan's order."""
        pairs = zip(self._plan.tasks, self._tools, strict=True)
        return [assign_files(task, self._listing, self._plan.exclusions, tool) for task, tool in pairs]

    @functools.cached_property
    def _content_digests(self) -> dict[str, str]:
        """Content digests by path; empty if nothing is cached."""
        if self._cache is None or all(tool.settings_digest is None for tool in self._tools):
            return {}
        return {target.path: target.digest for target in self._listing.targets if target.digest}

    def reuse_cached_scan(self) -> ScanOutput | None:
        """The last scan's output if the inputs are the same, and files that had gaps still give the same; else None."""
        if self._cache is None:
            return None
        cached = decode(self._cache.load_scan(scan_key(self._listing)))
        if cached is None or cached.inputs_digest != self._inputs_digest(self._cache):
            return None
        runs = self._rescan(cached)
        if runs is None:
            return None
        store = (self._cache.store, texts_key(self._listing))
        if self._texts is not None and not self._texts.recall(store, cached.inputs_digest, self._redactor_of_cached):
            return None
        seconds = {run.name: round(run.seconds, 3) for run in runs}
        results = tuple(
            msgspec.structs.replace(
                result, files_cached=result.files_given - len(rescanned), seconds=seconds.get(result.scanner, 0.0)
            )
            for result, rescanned in zip(cached.results, cached.rescan, strict=True)
        )
        return results, cached.targets

    def _inputs_digest(self, cache: ResultCache) -> bytes | None:
        """The digest of everything that the results depend on; None if no scanner's results may be cached.

        A scanner whose results must not be cached runs again over all the files that it had, see `files_to_rescan`; which files it
        is given may depend on anything, so they are a part of the inputs.
        """
        if all(tool.settings_digest is None for tool in self._tools):
            return None
        settings = [run.tool.settings_digest or _describe_uncached(run) for run in self.task_runs]
        return digest_inputs(cache.program_digest, settings, self._plan, self._listing, self._content_digests)

    def _rescan(self, cached: CachedScan) -> list[TaskRun] | None:
        """Runs the scanners over the files of ``cached.rescan``; None if their output differs from the cached one."""
        targets = self._listing.targets
        tasks = tuple(
            msgspec.structs.replace(task, paths=frozenset(targets[index].path for index in indexes))
            for task, indexes in zip(self._plan.tasks, cached.rescan, strict=True)
            if indexes
        )
        if not tasks:
            return []
        wanted = tuple(targets[index] for index in sorted({*itertools.chain(*cached.rescan)}))
        listing = msgspec.structs.replace(self._listing, targets=wanted)
        plan = msgspec.structs.replace(self._plan, tasks=tasks, result_cache=None)
        rescan = _ScanRun(listing, plan, self._processes, self._folder, self._progress)
        rescan.run_scanners()
        digest = digest_outputs(rescan.task_runs, {task.scanner.NAME: task.paths or () for task in tasks})
        is_same = digest == cached.rescan_digest and rescan.matches_digests(self._content_digests)
        return rescan.task_runs if is_same else None

    def matches_digests(self, digests: Mapping[str, str]) -> bool:
        """Whether every file that was copied has the content of ``digests``."""
        blobs = {target.path: target.blob for target in self._listing.targets}
        copies = ((path, source) for path, source in self._sources.items() if isinstance(source, SourceFile))
        return all(content_digest(source.read_bytes(), blobs[path]) == digests.get(path, "") for path, source in copies)

    def run_scanners(self) -> None:
        """Loads cached results and runs the scanners on the other files. Raises FileChangedError if a cached file changed."""
        available = [run for run in self.task_runs if not run.task.skip_reason and run.tool.unavailable is None]
        self._load_cached(available)
        pending = self.task_runs

        def new_context(task: ScannerTask) -> CallContext:
            return CallContext(
                self._processes,
                self._snapshot,
                self._folder,
                task.timeout,
                self._plan.today,
                scanner=task.scanner.NAME,
                saved_values=self._plan.saved_values,
            )

        while pending:
            self._copy_files(pending)
            run_calls([run for run in pending if run in available], self._plan, new_context, self._progress)
            pending = self._drop_stale_cached()

    def build_results(self) -> ScanOutput:
        """Runs the scanners; the redacted results, saved for the next run where allowed."""
        self.run_scanners()
        redactor = self._redactor or self._build_redactor()
        targets = self._describe_targets(redactor)
        secrets_digest = digest_secrets(redactor.secrets, self._content_digests) if self._cache is not None else b""
        findings = {run.name: redactor.redact_by_file(run.reports, run.task.traits.fixed_texts) for run in self.task_runs}
        results = tuple(build_result(run, redactor, findings[run.name], secrets_digest) for run in self.task_runs)
        if self._cache is not None:
            settled = self._save_results(self._cache, redactor, findings, secrets_digest)
            self._save_scan(self._cache, results, targets, settled)
        if self._texts is not None:
            inputs_digest = b"" if self._cache is None else self._inputs_digest(self._cache) or b""
            store = (self._cache.store, texts_key(self._listing)) if self._cache is not None and inputs_digest else None
            indexes = {target.path: index for index, target in enumerate(self._listing.targets)}
            self._texts.learn(redactor, store, inputs_digest, indexes)
        return results, targets

    def _redactor_of_cached(self, secrets: FileSecrets) -> Redactor:
        """A redactor that knows the secrets of the cached scan, by the index of their file."""
        targets, limit = self._listing.targets, self._plan.max_file_bytes
        found = {targets[index].path: each for index, each in secrets}
        redactor = Redactor(unchanged_files(self._listing, self._content_digests, limit, found, found))
        redactor.add_secrets(FileReport(path, secrets=each) for path, each in found.items())
        redactor.number_masked_paths(target.path for target in targets)
        return redactor

    def _describe_targets(self, redactor: Redactor) -> Targets:
        """The redacted summary of the listing, with the content types of its files."""
        listing = self._listing
        gaps = tuple(map(with_hint, (*listing.summary.gaps, *listing.content_gaps)))
        links = find_repeated_links(listing.targets, listing.companions, self._plan.exclusions)
        content = group_by_type(listing, links, redactor.redact_path)
        skipped = (*listing.summary.skipped_paths, *map(skip_link, sorted(links)))
        return redactor.redact_targets(msgspec.structs.replace(listing.summary, skipped_paths=skipped, gaps=gaps, content=content))

    def _load_cached(self, runs: Sequence[TaskRun]) -> None:
        """Loads results of earlier runs; for an unsplittable scanner those of all its files or none."""
        for run in runs if self._cache is not None else ():
            cached = self._cache.load_results(self._cache_keys(run)) if self._cache is not None else {}
            if run.task.traits.splittable or len(cached) == len(run.targets):
                run.cached = cached

    def _cache_keys(self, run: TaskRun) -> dict[str, bytes]:
        """The cache keys of one scanner's results, by path, for the files that have a digest."""
        settings = run.tool.settings_digest
        if settings is None:
            return {}
        digests = [(target.path, self._content_digests.get(target.path, "")) for target in run.targets]
        if not run.task.traits.splittable:
            if not all(digest for _, digest in digests):
                return {}
            settings = result_key(settings, "", repr(digests))
        return {path: result_key(settings, path, digest) for path, digest in digests if digest}

    def _copy_files(self, runs: Sequence[TaskRun]) -> None:
        """Copies every file to scan, once; one that cannot be copied is a gap of each scanner that would have read it."""
        uncached = {run.name: [target for target in run.targets if target.path not in run.cached] for run in runs}
        self._sources |= self._copy(
            {target.path: target for targets in uncached.values() for target in targets if target.path not in self._sources}
        )
        for run in runs:
            copies = {target.path: self._sources[target.path] for target in uncached[run.name] if target.path not in run.requested}
            run.requested |= copies.keys()
            targets = {target.path: target for target in uncached[run.name]}
            run.sources = []
            for path, copy in copies.items():
                try:
                    run.sources += self._sources_of(run.task, targets[path], copy)
                except ScanError as error:
                    run.gaps.append(gap_from_error(run.name, path, error))
            if run.tool.unavailable is not None:
                paths: Sequence[str | None] = sorted({source.container or source.path for source in run.sources}) or [None]
                run.gaps += [gap_from_error(run.name, path, run.tool.unavailable) for path in paths]

    def _sources_of(self, task: ScannerTask, target: Target, copy: SourceFile | ScanError) -> list[SourceFile]:
        """What a scanner is given of a file: the file, its pieces, or both. Raises ScanError if there is no copy of it."""
        if isinstance(copy, ScanError):
            raise copy
        if not target.piece_types or not task.traits.reads_pieces:
            return [copy]
        types = {content_type for content_type in target.piece_types if accepts_piece(task, target, content_type)}
        pieces = [piece for piece in self._pieces_of(copy) if piece.content_type in types]
        return [*([copy] if accepts_file(task, target) or not pieces else []), *pieces]

    def _pieces_of(self, copy: SourceFile) -> list[PieceSource]:
        if copy.path not in self._pieces:
            pieces = extract_pieces(copy)
            self._pieces[copy.path] = [self._snapshot.add_piece(copy.path, piece, index) for index, piece in enumerate(pieces)]
        return self._pieces[copy.path]

    def _copy(self, targets: Mapping[str, Target]) -> dict[str, SourceFile | ScanError]:
        copies: dict[str, SourceFile | ScanError] = {}
        try:
            read = self._listing.reader(list(targets.values()), self._plan.max_file_bytes)
        except ScanError as error:  # git does not return the objects of the index
            return dict.fromkeys(targets, error)
        for path, target in targets.items():
            try:
                data = read(target)
                copies[path] = self._snapshot.add(path, data, target.content_type)
            except ScanError as error:
                copies[path] = error
            else:
                self._check_digest(target, data)
        return copies

    def _check_digest(self, target: Target, data: bytes) -> None:
        if self._cache is None:
            return
        digest = content_digest(data, target.blob)
        if digest != self._content_digests.get(target.path, digest) and any(target.path in run.cached for run in self.task_runs):
            raise FileChangedError
        self._content_digests[target.path] = digest

    def _build_redactor(self) -> Redactor:
        """A redactor that knows all secrets, from new reports and from cached ones."""
        cached = [item for run in self.task_runs for item in run.cached.items() if item[0] not in self._sources]
        with_results = {path for path, result in cached if not result.is_empty}
        sources = [source for source in self._sources.values() if isinstance(source, SourceFile)]
        paths, limit = sorted({path for path, _ in cached}), self._plan.max_file_bytes
        sources += unchanged_files(self._listing, self._content_digests, limit, paths, with_results)
        redactor = Redactor(sources, self._plan.secret_salt)
        for run in self.task_runs:
            redactor.add_secrets(run.reports)
            redactor.add_secrets(FileReport(path, secrets=cached.secrets) for path, cached in run.cached.items())
        redactor.number_masked_paths(target.path for target in self._listing.targets)
        return redactor

    def _drop_stale_cached(self) -> list[TaskRun]:
        """Drops cached results whose surrounding secrets have changed; the runs that have to scan those files again."""
        if not any(run.cached for run in self.task_runs):
            return []
        redactor = self._build_redactor()
        run_digest = digest_secrets(redactor.secrets, self._content_digests)
        file_digests = {path: digest_file_secrets(secrets) for path, secrets in redactor.secrets.items()}

        def is_stale(path: str, cached: CachedResult) -> bool:
            is_same_file = cached.file_secrets_digest == file_digests.get(path, b"")
            is_same_run = not cached.has_foreign_secrets or cached.run_secrets_digest == run_digest
            return not cached.is_empty and not (is_same_file and is_same_run and redactor.redact_path(path) == path)

        affected = []
        for run in self.task_runs:
            fresh = {path: cached for path, cached in run.cached.items() if not is_stale(path, cached)}
            if len(fresh) < len(run.cached):
                run.cached = fresh if run.task.traits.splittable else {}
                affected.append(run)
        self._redactor = None if affected else redactor
        return affected

    def _save_results(
        self, cache: ResultCache, redactor: Redactor, findings: Mapping[str, Mapping[str, Sequence[Finding]]], secrets_digest: bytes
    ) -> dict[str, set[str]]:
        """Saves new results without gaps. By scanner, the paths that need no scan as long as nothing changes: those without a gap,
        whether their results could be saved or not."""
        settled = {run.name: set(run.cached) for run in self.task_runs}
        failed = {gap.path for run in self.task_runs for gap in run.all_gaps if gap.kind in NEVER_ALLOWED} - {None}
        entries: dict[bytes, CachedResult] = {}
        for run in self.task_runs:
            keys = self._cache_keys(run)
            for path, cached in run.cached.items():
                if not cached.is_empty and cached.run_secrets_digest != secrets_digest:
                    entries[keys[path]] = _redact_again(cached, redactor, secrets_digest, run.task.traits.fixed_texts)
            with_gaps = {gap.path for gap in run.all_gaps}
            if None in with_gaps or (with_gaps and not run.task.traits.splittable):
                continue
            reports: defaultdict[str, list[FileReport]] = defaultdict(list)
            for report in run.reports:
                reports[report.path].append(report)
            for path in reports.keys() & keys.keys() - with_gaps - failed:
                settled[run.name].add(path)
                result = _cached_result(merge_reports(reports[path]), findings[run.name][path], redactor, secrets_digest)
                if result.is_empty or redactor.redact_path(path) == path:  # a secret in a path must not be stored
                    entries[keys[path]] = result
        cache.save_results(entries)
        return settled

    def _save_scan(
        self, cache: ResultCache, results: tuple[ScanResult, ...], targets: Targets, settled: Mapping[str, Collection[str]]
    ) -> None:
        """Saves the whole output for a next run with the same inputs; removes the previous one if this must not be saved."""
        rescan, inputs_digest = files_to_rescan(self.task_runs, self._listing, settled), self._inputs_digest(cache)
        value = b""
        if inputs_digest is not None and rescan is not None:
            listed = self._listing.targets
            paths = {run.name: {listed[index].path for index in found} for run, found in zip(self.task_runs, rescan, strict=True)}
            value = encode(CachedScan(inputs_digest, results, targets, rescan, digest_outputs(self.task_runs, paths)))
        cache.save_scan(scan_key(self._listing), value)


def _describe_uncached(run: TaskRun) -> bytes:
    return repr(("not cached", run.tool.version, [target.path for target in run.targets])).encode("utf-8", "surrogatepass")


def _cached_result(report: FileReport, findings: Sequence[Finding], redactor: Redactor, secrets_digest: bytes) -> CachedResult:
    components = tuple(redactor.redact_components([report]))
    return CachedResult(
        findings=tuple(map(_without_secret_digest, findings)),
        secrets=report.secrets,
        components=components,
        skipped_paths=report.skipped_paths,
        file_secrets_digest=digest_file_secrets(redactor.secrets.get(report.path, ())),
        run_secrets_digest=secrets_digest,
        has_foreign_secrets=redactor.has_foreign_secrets(report.path) or components != tuple(sorted(set(report.components))),
    )


def _redact_again(cached: CachedResult, redactor: Redactor, secrets_digest: bytes, fixed_texts: Collection[str]) -> CachedResult:
    """The cached result without the secrets that were found since it was stored."""
    findings = tuple(redactor.redact_again(cached.findings, fixed_texts))
    components = tuple(redactor.redact_components([FileReport("", components=cached.components)]))
    has_foreign_secrets = (findings, components) != (cached.findings, cached.components)
    return msgspec.structs.replace(
        cached, findings=findings, components=components, run_secrets_digest=secrets_digest, has_foreign_secrets=has_foreign_secrets
    )


def _without_secret_digest(finding: Finding) -> Finding:
    """The finding without its secret's digest, which each run computes under its own salt."""
    if finding.identity is None or not finding.identity.secret:
        return finding
    return msgspec.structs.replace(finding, identity=msgspec.structs.replace(finding.identity, secret=""))
