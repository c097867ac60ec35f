"""Merges the results of the listings of a history: from findings in blobs to findings at the paths and commits that brought them.

A secret is in most versions of its file. One scanner's finding of one value at one path is reported once, in the version that
brought it first; with and without an inline comment, or at another severity, it counts as another finding.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

import msgspec

from scangate.model import (
    ContentFiles,
    FileSource,
    Finding,
    Gap,
    GapKind,
    Introduction,
    ScanResult,
    ScanStatus,
    SkippedPath,
    Targets,
)
from scangate.scan.history import Blob, Version, file_path
from scangate.scan.identity import version_fingerprint
from scangate.scan.redaction import Redactor
from scangate.scan.results import status_of
from scangate.scan.target import display_path

_Gaps = dict[tuple[str, str, GapKind], list[tuple[int, Gap]]]
"""By scanner, path and kind; each with the number of the commit that brought the blob, -1 for a gap about no blob."""


class _Found(msgspec.Struct, frozen=True):
    """A finding in a blob, and the version of a file that it is reported for."""

    finding: Finding
    version: Version


class _Scanner(msgspec.Struct):
    """What one scanner did in all listings so far; ``last`` has its version and status."""

    last: ScanResult
    found: dict[Hashable, _Found] = {}
    gaps: _Gaps = {}
    analyzed: set[str] = set()
    skipped: set[SkippedPath] = set()
    cached: int = 0
    seconds: float = 0.0


class HistoryResults:
    """The results of the listings that were scanned so far.

    ``commits``: those of the history, by number. ``may_report``: whether a scanner, by name, reports on a path. ``in_head``: the
    blobs that HEAD has.
    """

    def __init__(self, commits: Sequence[str], may_report: Callable[[str, str], bool], in_head: frozenset[str]) -> None:
        self._commits, self._may_report, self._head_blobs = commits, may_report, in_head
        self._originals: Mapping[str, str] = {}
        self._scanners: dict[str, _Scanner] = {}
        self._in_head: set[Hashable] = set()
        self._target_gaps: _Gaps = {}
        self._skipped: set[SkippedPath] = set()
        self._content: defaultdict[str, set[str]] = defaultdict(set)

    def add(
        self, results: Iterable[ScanResult], targets: Targets, blobs: Mapping[str, Blob], original_paths: Mapping[str, str]
    ) -> None:
        """Adds the results of a listing of ``blobs``. ``original_paths``: of what was masked in it, see `TextRedactor.gather`."""
        self._originals = original_paths
        for result in results:
            scanner = self._scanners.setdefault(result.scanner, _Scanner(result))
            scanner.last = result if result.status is not ScanStatus.SKIPPED else scanner.last
            for finding in result.findings:
                self._add_finding(scanner, finding, blobs)
            self._add_gaps(scanner.gaps, result.gaps, blobs)
            scanner.analyzed.update(self._file_path(path) for path in result.analyzed_files)
            scanner.skipped.update(map(self._skip, result.skipped_paths))
            scanner.cached += result.files_cached
            scanner.seconds += result.seconds
        self._add_gaps(self._target_gaps, targets.gaps, blobs)
        self._skipped.update(map(self._skip, targets.skipped_paths))
        for content in targets.content:
            self._content[content.content_type].update(map(self._file_path, content.paths))

    def add_head(self, results: Iterable[ScanResult]) -> None:
        """Adds the results of files of HEAD that no commit of the history brought: what is found there is in HEAD."""
        self._in_head.update(_value_key(finding) for result in results for finding in result.findings)

    @property
    def has_results(self) -> bool:
        """Whether a listing was scanned."""
        return bool(self._scanners)

    @property
    def has_values_to_find(self) -> bool:
        """Whether a finding is not known to be in HEAD."""
        values = (_value_key(found.finding) for scanner in self._scanners.values() for found in scanner.found.values())
        return not self._in_head.issuperset(values)

    def commits_with_findings(self) -> list[str]:
        """The commits that brought findings."""
        orders = {found.version.order for scanner in self._scanners.values() for found in scanner.found.values()}
        return [self._commits[order] for order in sorted(orders)]

    def results(self, redactor: Redactor, times: Mapping[str, int], excluded: Iterable[SkippedPath]) -> tuple[ScanResult, ...]:
        """The result of each scanner. ``redactor`` knows all secrets; ``times``: of commits, see `Repository.author_times`.

        ``excluded``: the paths that the policy excludes, by scanner.
        """
        for skipped in excluded:
            self._scanners[skipped.scanner].skipped.add(skipped)
        return tuple(self._result(scanner, redactor, times) for scanner in self._scanners.values())

    def targets(self, redactor: Redactor, notes: Iterable[str], gaps: Iterable[Gap], scope: str) -> Targets:
        """The summary of all listings, with what else there is to say about them."""
        redact = redactor.redact_path
        paths = set().union(*self._content.values())
        content = tuple(ContentFiles(name, tuple(sorted(map(redact, found)))) for name, found in sorted(self._content.items()))
        return Targets(
            FileSource.HISTORY,
            len(paths),
            redactor.redact_skipped(self._skipped),
            tuple(notes),
            scope,
            tuple(redactor.redact_gaps({*self._merge_gaps(self._target_gaps), *gaps})),
            content,
        )

    def _add_finding(self, scanner: _Scanner, finding: Finding, blobs: Mapping[str, Blob]) -> None:
        blob = blobs[self._original(finding.location.path)]
        if blob.id in self._head_blobs:
            self._in_head.add(_value_key(finding))
        for version in blob.versions:
            if not self._may_report(finding.scanner, display_path(version.raw_path)):
                continue
            comments = (finding.tool_comment, finding.ignore_comments)
            key = (version.raw_path, _value_key(finding), finding.severity, finding.confidence, comments)
            earlier = scanner.found.get(key)
            if earlier is None or version.order < earlier.version.order:
                scanner.found[key] = _Found(finding, version)

    def _add_gaps(self, known: _Gaps, gaps: Iterable[Gap], blobs: Mapping[str, Blob]) -> None:
        for gap in gaps:
            path = "" if gap.path is None else self._file_path(gap.path)
            order = -1 if gap.path is None else min(blobs[self._original(gap.path)].versions).order
            placed = gap if gap.path is None else msgspec.structs.replace(gap, path=path)
            known.setdefault((gap.scanner, path, gap.kind), []).append((order, placed))

    def _merge_gaps(self, known: _Gaps) -> Iterator[Gap]:
        """One gap for each path and kind, which says in which commit it is."""
        for found in known.values():
            order, gap = min(found, key=lambda each: (each[0], each[1].sort_key()))
            if order < 0:
                yield gap
                continue
            more = f", and in {len(found) - 1:,} later" if len(found) > 1 else ""
            yield msgspec.structs.replace(gap, line=0, reason=f"{gap.reason} (as commit {self._commits[order]} brought it{more})")

    def _file_path(self, path: str) -> str:
        return file_path(self._original(path))

    def _original(self, path: str) -> str:
        return self._originals.get(path, path)

    def _skip(self, skipped: SkippedPath) -> SkippedPath:
        return msgspec.structs.replace(skipped, path=self._file_path(skipped.path))

    def _result(self, scanner: _Scanner, redactor: Redactor, times: Mapping[str, int]) -> ScanResult:
        if scanner.last.status is ScanStatus.SKIPPED:
            return scanner.last
        gaps = tuple(redactor.redact_gaps(self._merge_gaps(scanner.gaps)))
        with_gap = {gap.path for gap in gaps if gap.path is not None}
        files = tuple(sorted({redactor.redact_path(path) for path in scanner.analyzed} - with_gap))
        findings = (self._place(found, redactor, times) for found in scanner.found.values())
        return msgspec.structs.replace(
            scanner.last,
            status=status_of(files, gaps),
            files_given=len(files) + len(with_gap),
            analyzed_files=files,
            files_cached=min(scanner.cached, len(files)),
            skipped_paths=redactor.redact_skipped(scanner.skipped),
            seconds=round(scanner.seconds, 3),
            findings=tuple(sorted(findings, key=Finding.sort_key)),
            gaps=gaps,
            components=(),
        )

    def _place(self, found: _Found, redactor: Redactor, times: Mapping[str, int]) -> Finding:
        """The finding at the path and commit of its version."""
        finding, commit = found.finding, self._commits[found.version.order]
        path = redactor.redact_path(display_path(found.version.raw_path))
        record, former = finding.identity, finding.former
        fingerprint = "" if record is None else version_fingerprint(record.content, path, record.ordinal, commit)
        if former is not None and record is not None:
            older = version_fingerprint(former.content, path, former.ordinal, commit)
            former = msgspec.structs.replace(former, fingerprint=older)
        introduction = Introduction(commit, _utc_date(times.get(commit)), _value_key(finding) in self._in_head)
        return redactor.redact_foreign(
            msgspec.structs.replace(
                finding,
                location=msgspec.structs.replace(finding.location, path=path),
                fingerprint=fingerprint,
                former=former,
                introduction=introduction,
                message=_describe(finding, introduction),
            )
        )


def _value_key(finding: Finding) -> Hashable:
    """What one finding of a value has in common with another one, in any version of any file."""
    record = finding.identity
    if record is not None and record.secret:
        return finding.rule, record.secret
    return finding.rule, finding.fingerprint  # it has no value that could be compared


def _describe(finding: Finding, introduction: Introduction) -> str:
    """The commit comes first: some reports shorten a message."""
    date = f" of {introduction.date}" if introduction.date else ""
    head = "still in HEAD" if introduction.in_head else "no longer in HEAD"
    return f"brought by commit {introduction.commit}{date}, {head}: {finding.message}"


def _utc_date(seconds: int | None) -> str:
    """The date of a time since 1970, in UTC (ISO 8601); empty for one that no calendar has."""
    try:
        return "" if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""
