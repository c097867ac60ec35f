"""Calls scanners over their files and accounts for every file: it comes back as a report, or becomes a gap."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from scangate.errors import ScanError
from scangate.model import FileReport, Gap, GapKind
from scangate.plugin import SourceFile
from scangate.scan.context import CallContext
from scangate.scan.plan import ScanPlan, TaskRun, call_guarded, gap_from_error
from scangate.scan.result_cache import DEFAULT_SECONDS_PER_BYTE

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["ProgressCallback", "run_calls"]

MAX_FILES_PER_CALL = 400  # in one call: a command line has its limit, and a crash should cost few files

MIN_SECONDS_PER_CALL = 2.0  # seconds of work that are worth the start of another program

ProgressCallback = Callable[[str, int, int], None]


def run_calls(
    runs: Sequence[TaskRun], plan: ScanPlan, new_context: Callable[[float], CallContext], progress: ProgressCallback
) -> None:
    """Runs all calls of all scanners, the longest first, on as many threads as there are jobs; who waits takes nobody's place.

    ``progress`` is told (scanner, files done, files in all) from this thread: 0 when all calls are under way, then each call's end.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 -- dear, and a scan where nothing changed asks nobody

    done: Counter[str] = Counter()
    rates = {
        work.name: plan.result_cache.seconds_per_byte(work.name) if plan.result_cache is not None else DEFAULT_SECONDS_PER_BYTE
        for work in runs
    }
    pending = [(work, batch) for work in runs for batch in _split_into_batches(work, plan.jobs, rates[work.name])]
    pending.sort(key=lambda item: -_total_bytes(item[1]) * rates[item[0].name])
    waiters = sum(work.task.traits.io_bound for work in runs)
    with ThreadPoolExecutor(max(plan.jobs, 1)) as workers, ThreadPoolExecutor(max(waiters, 1)) as waiting:
        futures: list[tuple[TaskRun, list[SourceFile], Future[_CallResult]]] = []
        for work, batch in pending:
            pool = waiting if work.task.traits.io_bound else workers
            futures.append((work, batch, pool.submit(_run_call, work, batch, new_context(work.task.timeout))))
        for work in runs:
            progress(work.name, 0, len(work.sources))
        for work, batch, future in futures:
            answer = future.result()
            work.reports += answer.reports
            work.gaps += answer.gaps
            work.seconds += answer.seconds
            done[work.name] += len(batch)
            progress(work.name, done[work.name], len(work.sources))
    if plan.result_cache is not None:
        plan.result_cache.record_rates({work.name: (work.seconds, _total_bytes(work.sources)) for work in runs if work.sources})


def _total_bytes(sources: Iterable[SourceFile]) -> int:
    return sum(source.file.stat().st_size for source in sources)


def _split_into_batches(run: TaskRun, jobs: int, seconds_per_byte: float) -> list[list[SourceFile]]:
    """The files of each call, of about the same bytes, none over MOST_FILES: as many calls as jobs, if each has work for a while.

    ``rate``: the seconds that the scanner takes for a byte.
    """
    if not run.sources:
        return []
    if not run.task.traits.splittable:
        return [run.sources]
    worth = math.ceil(_total_bytes(run.sources) * seconds_per_byte / MIN_SECONDS_PER_CALL)
    count = max(min(jobs, len(run.sources), worth), -(-len(run.sources) // MAX_FILES_PER_CALL), 1)
    batches: list[list[SourceFile]] = [[] for _ in range(count)]
    for place, source in enumerate(sorted(run.sources, key=lambda source: (-source.file.stat().st_size, source.path))):
        row, column = divmod(place, count)
        batches[column if row % 2 == 0 else count - 1 - column].append(source)
    return [sorted(batch, key=lambda source: source.path) for batch in batches if batch]


class _CallResult(msgspec.Struct):
    """What became of one call: every file of it is in ``reports`` or in ``gaps``."""

    reports: list[FileReport]
    gaps: list[Gap]
    seconds: float = 0.0


def _run_call(run: TaskRun, batch: list[SourceFile], context: CallContext) -> _CallResult:
    """Calls the scanner over ``batch``; where it fails over many files, looks for those that it fails over."""
    started = time.monotonic()
    answer, fault = _call_scanner(run, batch, context)
    if fault is not None and fault.kind in (GapKind.CRASH, GapKind.GARBAGE) and run.task.traits.splittable:
        answer = _bisect(run, batch, context, answer)
    answer.seconds = time.monotonic() - started
    return answer


def _call_scanner(run: TaskRun, batch: Sequence[SourceFile], context: CallContext) -> tuple[_CallResult, ScanError | None]:
    """One call; where it fails, a gap for each file and the fault."""
    answer, fault = call_guarded(lambda: _reconcile(run, batch, run.task.scanner.scan(batch, run.task.options, context)))
    if answer is None or fault is not None:
        fault = fault or ScanError(GapKind.CRASH, "the scanner gave no answer")
        return _CallResult([], [gap_from_error(run.name, source.path, fault) for source in batch]), fault
    return answer, None


def _bisect(run: TaskRun, batch: list[SourceFile], context: CallContext, failed: _CallResult) -> _CallResult:
    """Halves ``batch`` again and again to find what the scanner fails over; gives up where both fail: then it is the tool."""
    if len(batch) < 2:
        return failed
    halves = (batch[: len(batch) // 2], batch[len(batch) // 2 :])
    answers = [(half, *_call_scanner(run, half, context.fresh())) for half in halves]
    if all(fault is not None for _, _, fault in answers):
        return failed
    found = [answer if fault is None else _bisect(run, half, context, answer) for half, answer, fault in answers]
    return _CallResult([report for answer in found for report in answer.reports], [gap for answer in found for gap in answer.gaps])


def _reconcile(run: TaskRun, batch: Sequence[SourceFile], reports: Iterable[FileReport]) -> _CallResult:
    """The ledger: a file that was given and is not reported is a gap; a file that is reported and was not given is garbage."""
    given = {source.path for source in batch}
    told: defaultdict[str, list[FileReport]] = defaultdict(list)
    for report in reports:
        _check_report(run.name, report, given)
        told[report.path].append(report)
    lost = ScanError(GapKind.GARBAGE, "it was given this file, and its output does not say that it read it")
    return _CallResult(
        [report for path in sorted(told) for report in told[path]],
        [gap_from_error(run.name, path, lost) for path in sorted(given - told.keys())],
    )


def _check_report(scanner: str, report: FileReport, given: set[str]) -> None:
    """What a report says is about its own file, and in the scanner's own name."""
    if report.path not in given or any(finding.location.path != report.path for finding in report.findings):
        raise ScanError(GapKind.GARBAGE, "its output names a file that it was not given")
    if any(component.path != report.path for component in report.components):
        raise ScanError(GapKind.GARBAGE, "its output names a component of a file that it was not given")
    if any(left.scanner != scanner for left in report.skipped_paths):
        raise ScanError(GapKind.GARBAGE, "its output leaves something out in another scanner's name")
    if any(gap.path != report.path or gap.scanner != scanner for gap in report.gaps):
        raise ScanError(GapKind.GARBAGE, "its output tells a gap of something else")
    if any(finding.scanner != scanner for finding in report.findings):
        raise ScanError(GapKind.GARBAGE, "its output has a finding in another scanner's name")
