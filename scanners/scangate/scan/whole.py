"""What came of a whole scan, kept for the next one that is asked the very same: then only what had a gap is asked again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from scangate.model import NEVER_ALLOWED, FileReport, Gap, ScanResult, Targets
from scangate.scan.plan import Plan, Work
from scangate.scan.targets import Listing

__all__ = ["Whole", "again", "opened", "place_of", "question", "said_of", "sealed"]


class Whole(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What was told, redacted, and what has to be asked again before it may be told again.

    ``question`` is the digest of all that it depends on; ``again`` has, for each task of the plan, the numbers of the targets that
    had a gap (a name may hold a secret); ``said`` is the digest of those answers.
    """

    question: bytes
    results: tuple[ScanResult, ...]
    facts: Targets
    again: tuple[tuple[int, ...], ...]
    said: bytes


def sealed(whole: Whole) -> bytes:
    """The bytes to keep; none where it has text that is none in UTF-8, or the digest of a secret under a salt of this run."""
    if any(finding.record is not None and finding.record.secret for result in whole.results for finding in result.findings):
        return b""
    try:
        return msgspec.msgpack.encode(whole)
    except (UnicodeEncodeError, OverflowError):
        return b""


def opened(value: bytes) -> Whole | None:
    """What was kept, None where it is nothing that this scangate has kept."""
    try:
        return msgspec.msgpack.decode(value, type=Whole) if value else None
    except (msgspec.MsgspecError, ValueError):
        return None


def place_of(listing: Listing) -> bytes:
    """Where it is kept: the next of a tree's name takes the last one's place, whoever scanned, since it may know more secrets."""
    return _digest("whole", listing.root.name, listing.facts.source)


def question(program: str, settings: Sequence[bytes], plan: Plan, listing: Listing, digests: Mapping[str, str]) -> bytes:
    """The digest of all that the results of a run depend on. ``settings``: of its tasks, in their order; empty of one skipped."""
    tasks = [
        (task.scanner.NAME, setting, task.skipped, None if task.paths is None else sorted(task.paths))
        for task, setting in zip(plan.tasks, settings, strict=True)
    ]
    targets = msgspec.msgpack.encode([(target.path, target.raw, digests.get(target.path, "")) for target in listing.targets])
    return _digest(program, tasks, plan.excludes, plan.max_bytes, plan.salt, listing.facts, hashlib.sha256(targets).digest())


def again(works: Sequence[Work], listing: Listing, sure: Mapping[str, Collection[str]]) -> tuple[tuple[int, ...], ...] | None:
    """The targets of each task that have to be asked again: all but those in ``sure``, by scanner.

    None where a scanner failed: what it would have said of secrets, nobody knows.
    """
    gaps = [gap for work in works for gap in work.told_gaps]
    if any(gap.path is None or gap.kind in NEVER_ALLOWED for gap in gaps):
        return None
    numbers = {target.path: number for number, target in enumerate(listing.targets)}
    unsure = ({target.path for target in work.targets} - set(sure.get(work.name, ())) for work in works)
    return tuple(tuple(sorted(numbers[path] for path in paths)) for paths in unsure)


def said_of(works: Iterable[Work], asked: Mapping[str, Collection[str]]) -> bytes:
    """The digest of what scanners said of the files in ``asked``, by scanner; of the others nothing."""
    told = []
    for work in sorted(works, key=lambda work: work.name):
        paths = asked.get(work.name, ())
        if paths:
            reports = [report for report in work.reports if report.path in paths]
            gaps = [gap for gap in work.gaps if gap.path in paths]
            told.append((work.name, sorted(reports, key=_report_key), sorted(gaps, key=Gap.sort_key)))
    return _digest(told)


def _report_key(report: FileReport) -> tuple[str, str]:
    return (report.path, repr(report))


def _digest(*facts: object) -> bytes:
    """Of the facts as Python writes them: a tool's text, or the name of a folder, need not be text in UTF-8."""
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).digest()
