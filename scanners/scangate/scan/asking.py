"""Calls scanners over their files and accounts for every file: it comes back as a report, or becomes a gap."""

from __future__ import annotations

import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from scangate.errors import Unreadable
from scangate.model import FileReport, Gap, GapKind
from scangate.scan.calls import Call
from scangate.scan.memory import RATE
from scangate.scan.plan import Plan, Work, gap_of, wall
from scangate.scan.plugin import Source

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Progress", "ask"]

MOST_FILES = 400  # in one call: a command line has its limit, and a crash should cost few files

WORTH = 2.0  # seconds of work that are worth the start of another program

Progress = Callable[[str, int, int], None]


def ask(works: Sequence[Work], plan: Plan, new_call: Callable[[float], Call], progress: Progress) -> None:
    """Runs all calls of all scanners, the longest first, on as many threads as there are jobs; who waits takes nobody's place.

    ``progress`` is told (scanner, files done, files in all) from this thread: 0 when all calls are under way, then each call's end.
    """
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 -- dear, and a scan where nothing changed asks nobody

    done: Counter[str] = Counter()
    rates = {work.name: plan.memory.rate(work.name) if plan.memory is not None else RATE for work in works}
    pending = [(work, batch) for work in works for batch in _batches(work, plan.jobs, rates[work.name])]
    pending.sort(key=lambda item: -_bytes(item[1]) * rates[item[0].name])
    waiters = sum(getattr(work.task.scanner, "WAITS", False) for work in works)
    with ThreadPoolExecutor(max(plan.jobs, 1)) as workers, ThreadPoolExecutor(max(waiters, 1)) as waiting:
        futures: list[tuple[Work, list[Source], Future[_Answer]]] = []
        for work, batch in pending:
            pool = waiting if getattr(work.task.scanner, "WAITS", False) else workers
            futures.append((work, batch, pool.submit(_ask, work, batch, new_call(work.task.timeout))))
        for work in works:
            progress(work.name, 0, len(work.sources))
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


def _batches(work: Work, jobs: int, rate: float) -> list[list[Source]]:
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


def _ask(work: Work, batch: list[Source], call: Call) -> _Answer:
    """Calls the scanner over ``batch``; where it fails over many files, looks for those that it fails over."""
    started = time.monotonic()
    answer, fault = _try(work, batch, call)
    if fault is not None and fault.kind in (GapKind.CRASH, GapKind.GARBAGE) and work.task.scanner.SPLITS:
        answer = _search(work, batch, call, answer)
    answer.seconds = time.monotonic() - started
    return answer


def _try(work: Work, batch: Sequence[Source], call: Call) -> tuple[_Answer, Unreadable | None]:
    """One call; where it fails, a gap for each file and the fault."""
    answer, fault = wall(lambda: _account(work, batch, work.task.scanner.scan(batch, work.task.options, call)))
    if answer is None or fault is not None:
        fault = fault or Unreadable(GapKind.CRASH, "the scanner gave no answer")
        return _Answer([], [gap_of(work.name, source.path, fault) for source in batch]), fault
    return answer, None


def _search(work: Work, batch: list[Source], call: Call, failed: _Answer) -> _Answer:
    """Halves ``batch`` again and again to find what the scanner fails over; gives up where both fail: then it is the tool."""
    if len(batch) < 2:
        return failed
    halves = (batch[: len(batch) // 2], batch[len(batch) // 2 :])
    answers = [(half, *_try(work, half, call.again())) for half in halves]
    if all(fault is not None for _, _, fault in answers):
        return failed
    found = [answer if fault is None else _search(work, half, call, answer) for half, answer, fault in answers]
    return _Answer([report for answer in found for report in answer.reports], [gap for answer in found for gap in answer.gaps])


def _account(work: Work, batch: Sequence[Source], reports: Iterable[FileReport]) -> _Answer:
    """The ledger: a file that was given and is not reported is a gap; a file that is reported and was not given is garbage."""
    given = {source.path for source in batch}
    told: defaultdict[str, list[FileReport]] = defaultdict(list)
    for report in reports:
        _check(work.name, report, given)
        told[report.path].append(report)
    lost = Unreadable(GapKind.GARBAGE, "it was given this file, and its output does not say that it read it")
    return _Answer(
        [report for path in sorted(told) for report in told[path]],
        [gap_of(work.name, path, lost) for path in sorted(given - told.keys())],
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
