"""Calls scanners over their files and accounts for every file: each comes back as a report or becomes a gap."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from scangate.errors import ScanError
from scangate.model import FileReport, FindingKind, Gap, GapKind, Location, Span
from scangate.plugin import SourceFile
from scangate.scan.context import CallContext
from scangate.scan.literals import exact_secrets
from scangate.scan.pieces import gap_to_container, to_container, without_repeated
from scangate.scan.plan import ScannerTask, ScanPlan, TaskRun, call_guarded, gap_from_error
from scangate.scan.result_cache import DEFAULT_SECONDS_PER_BYTE

if TYPE_CHECKING:
    from concurrent.futures import Future

MAX_FILES_PER_CALL = 400  # a command line has its limit, and a crash should cost few files
MIN_SECONDS_PER_CALL = 2.0  # less work is not worth the start of another program

ProgressCallback = Callable[[str, int, int], None]
"""Called with (scanner, files done, files in total)."""


def run_calls(
    runs: Sequence[TaskRun], plan: ScanPlan, new_context: Callable[[ScannerTask], CallContext], progress: ProgressCallback
) -> None:
    """Runs all calls of all scanners, the longest first, on ``plan.jobs`` threads; I/O-bound scanners have threads of their own.

    ``progress`` is called from this thread: with 0 once all calls are submitted, then at the end of each call.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 -- slow to import, and not needed if nothing has changed

    done: Counter[str] = Counter()
    cache = plan.result_cache
    rates = {run.name: cache.seconds_per_byte(run.name) if cache is not None else DEFAULT_SECONDS_PER_BYTE for run in runs}
    pending = [(run, batch) for run in runs for batch in _split_into_batches(run, plan.jobs, rates[run.name])]
    pending.sort(key=lambda item: -_total_bytes(item[1]) * rates[item[0].name])
    io_bound = sum(run.task.traits.io_bound for run in runs)
    with ThreadPoolExecutor(max(plan.jobs, 1)) as workers, ThreadPoolExecutor(max(io_bound, 1)) as io_workers:
        futures: list[tuple[TaskRun, list[SourceFile], Future[_CallResult]]] = []
        for run, batch in pending:
            pool = io_workers if run.task.traits.io_bound else workers
            futures.append((run, batch, pool.submit(_run_call, run, batch, new_context(run.task))))
        for run in runs:
            progress(run.name, 0, len(run.sources))
        for run, batch, future in futures:
            result = future.result()
            sources = {source.path: source for source in batch}
            run.reports += [without_not_secrets(report, sources[report.path], plan) for report in result.reports]
            run.piece_reports += result.piece_reports
            run.gaps += result.gaps
            run.seconds += result.seconds
            done[run.name] += len(batch)
            progress(run.name, done[run.name], len(run.sources))
    for run in runs:
        run.reports += without_repeated(run.piece_reports, run.reports)
        run.piece_reports = []
    if cache is not None:
        cache.record_rates({run.name: (run.seconds, _total_bytes(run.sources)) for run in runs if run.sources})


def without_not_secrets(report: FileReport, source: SourceFile, plan: ScanPlan) -> FileReport:
    """The report without the secrets, and their findings, in places where the plan knows that there is no secret."""
    found = [each for each in report.findings if each.kind is FindingKind.SECRET]
    spans = plan.find_not_secrets(source) if found or report.all_secrets else ()
    if not spans:
        return report

    def is_inside(place: Span | Location) -> bool:
        return place.column > 0 and any(
            place.line == place.end_line == span.line and span.column <= place.column and place.end_column <= span.end_column
            for span in spans
        )

    findings = tuple(each for each in report.findings if each not in found or not is_inside(each.location))
    secrets = tuple(each for each in report.all_secrets if not all(map(is_inside, each.spans)))
    return msgspec.structs.replace(report, findings=findings, secrets=secrets, secret_spans=())


def _total_bytes(sources: Iterable[SourceFile]) -> int:
    return sum(source.file.stat().st_size for source in sources)


def _split_into_batches(run: TaskRun, jobs: int, seconds_per_byte: float) -> list[list[SourceFile]]:
    """The files of each call, about equal in bytes, at most MAX_FILES_PER_CALL: a call for each job that has enough work."""
    if not run.sources:
        return []
    if not run.task.traits.splittable:
        return [run.sources]
    worthwhile = math.ceil(_total_bytes(run.sources) * seconds_per_byte / MIN_SECONDS_PER_CALL)
    count = max(min(jobs, len(run.sources), worthwhile), -(-len(run.sources) // MAX_FILES_PER_CALL), 1)
    batches: list[list[SourceFile]] = [[] for _ in range(count)]
    for index, source in enumerate(sorted(run.sources, key=lambda source: (-source.file.stat().st_size, source.path))):
        row, column = divmod(index, count)
        batches[column if row % 2 == 0 else count - 1 - column].append(source)
    return [sorted(batch, key=lambda source: source.path) for batch in batches if batch]


class _CallResult(msgspec.Struct):
    """The outcome of one call: every file is in ``reports`` or in ``gaps``. ``piece_reports``: on the containers of pieces."""

    reports: list[FileReport]
    gaps: list[Gap]
    piece_reports: list[FileReport] = []
    seconds: float = 0.0


def _run_call(run: TaskRun, batch: list[SourceFile], context: CallContext) -> _CallResult:
    """Calls the scanner over ``batch``; if it fails, finds the files that it fails on."""
    started = time.monotonic()
    result, error = _call_scanner(run, batch, context)
    if error is not None and error.kind in (GapKind.CRASH, GapKind.GARBAGE) and run.task.traits.splittable:
        result = _bisect(run, batch, context, result)
    result = _map_pieces(result, {source.path: source for source in batch})
    result.seconds = time.monotonic() - started
    return result


def _map_pieces(result: _CallResult, sources: Mapping[str, SourceFile]) -> _CallResult:
    """The result with reports and gaps of pieces as those of their containers."""
    on_pieces = [report for report in result.reports if sources[report.path].container]
    return _CallResult(
        [report for report in result.reports if not sources[report.path].container],
        [gap if gap.path is None else gap_to_container(gap, sources[gap.path]) for gap in result.gaps],
        [to_container(report, sources[report.path]) for report in on_pieces],
    )


def _call_scanner(run: TaskRun, batch: Sequence[SourceFile], context: CallContext) -> tuple[_CallResult, ScanError | None]:
    """One call; if it fails, a gap for each file and the error."""

    def call() -> _CallResult:
        context.check_time()
        return _reconcile(run, batch, run.task.scanner.scan(batch, run.task.options, context))

    result, error = call_guarded(call)
    if result is None or error is not None:
        error = error or ScanError(GapKind.CRASH, "the scanner returned nothing")
        return _CallResult([], [gap_from_error(run.name, source.path, error) for source in batch]), error
    return result, None


def _bisect(run: TaskRun, batch: list[SourceFile], context: CallContext, failed: _CallResult) -> _CallResult:
    """Halves ``batch`` repeatedly to find the files that the scanner fails on; gives up if both halves fail.

    Two bad files in different halves therefore cost the whole batch: a tool that always fails is not started for every file.
    """
    if len(batch) < 2:
        return failed
    halves = (batch[: len(batch) // 2], batch[len(batch) // 2 :])
    outcomes = [(half, *_call_scanner(run, half, context.fresh())) for half in halves]
    if all(error is not None for _, _, error in outcomes):
        return failed
    results = [result if error is None else _bisect(run, half, context, result) for half, result, error in outcomes]
    reports = [report for result in results for report in result.reports]
    return _CallResult(reports, [gap for result in results for gap in result.gaps])


def _reconcile(run: TaskRun, batch: Sequence[SourceFile], reports: Iterable[FileReport | Gap]) -> _CallResult:
    """The ledger: a given file without a report is a gap; a report of a file that was not given is garbage."""
    given = {source.path: source for source in batch}
    by_path: defaultdict[str, list[FileReport]] = defaultdict(list)
    gaps: list[Gap] = []
    for report in reports:
        if isinstance(report, Gap):
            gaps.append(msgspec.structs.replace(report, scanner=run.name, path=None))
            continue
        _check_report(run.name, report, given)
        by_path[report.path].append(_with_exact_secrets(report, given[report.path]))
    missing = ScanError(GapKind.GARBAGE, "the tool did not report scanning this file")
    return _CallResult(
        [report for path in sorted(by_path) for report in by_path[path]],
        [*gaps, *(gap_from_error(run.name, path, missing) for path in sorted(given.keys() - by_path.keys()))],
    )


def _with_exact_secrets(report: FileReport, source: SourceFile) -> FileReport:
    """The report with the exact extents of its secrets."""
    if not report.all_secrets:
        return report
    secrets = exact_secrets(source.path, source.lines, report.all_secrets, source.content_type)
    return msgspec.structs.replace(report, secrets=secrets, secret_spans=())


def _check_report(scanner: str, report: FileReport, given: Collection[str]) -> None:
    """Raises ScanError(GARBAGE) if a report is about another file, or speaks for another scanner."""
    path = report.path
    problems = {
        "a file that was not given to it": path not in given or any(each.location.path != path for each in report.findings),
        "a component of another file": any(component.path != path for component in report.components),
        "a path skipped by another scanner": any(skipped.scanner != scanner for skipped in report.skipped_paths),
        "a gap of another file or scanner": any(gap.path != path or gap.scanner != scanner for gap in report.gaps),
        "a finding of another scanner": any(finding.scanner != scanner for finding in report.findings),
    }
    for problem, is_found in problems.items():
        if is_found:
            raise ScanError(GapKind.GARBAGE, f"its output reports {problem}")
