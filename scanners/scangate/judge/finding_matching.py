"""Matches findings with those known before, by their records: pure, a multiset, and an entry never covers more than it counts.

Tier by tier, and what one tier has matched is out of the next:

1. the same path, rule, content and context;
2. the same path, rule and content: something near it was edited;
3. the same rule, content and context at another path, where the known one was looked for and is not there: it was moved;
4. the same rule and content at another path, where the known one's file is gone: it was renamed, and edited near the finding.

In each tier the entries that have a finding's current name come first, then those that have its former one.
If a file has several equal findings, as many of them are known as were counted. A secret is the same
only where its digest is, in every tier: another secret at its place is new, and so is every secret where the run has no salt.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec

from scangate.model import (
    CHANGE_SOURCES,
    FileSource,
    Finding,
    FindingKind,
    FindingName,
    GapKind,
    KnownSource,
    KnownSourceKind,
    ScanResult,
    ScanStatus,
    SkipReason,
    Targets,
)


class KnownOrigin(msgspec.Struct, frozen=True, order=True):
    """A baseline or a revision that had findings before this scan, by name and kind."""

    name: str
    kind: KnownSourceKind


BASELINE = KnownOrigin("the baseline", KnownSourceKind.BASELINE)


class KnownFinding(msgspec.Struct, frozen=True, order=True):
    """As many findings as ``count`` that were known before. The digests are those of a `FindingIdentity`."""

    path: str
    rule: str
    content: str
    context: str = ""
    secret: str = ""
    count: int = 1
    source: KnownOrigin = BASELINE

    @property
    def scanner(self) -> str:
        """The scanner whose rule this is."""
        return self.rule.partition(":")[0]


class ScannedPaths:
    """The paths that a scan covered: a finding anywhere else is not gone."""

    def __init__(self, results: Iterable[ScanResult], targets: Targets, absent: Collection[str] = ()) -> None:
        """``absent``: paths that are known not to exist, if ``targets`` are not the whole tree.

        Of the history nothing is gone: a secret that one range of commits does not have is in another.
        """
        self._ran: dict[str, frozenset[str]] = {}
        self._there: set[str] = set()
        for result in results:
            away = {gap.path for gap in result.gaps} | {left.path for left in result.skipped_paths}
            self._there |= {path for path in away if path is not None} | set(result.analyzed_files)
            if result.status is not ScanStatus.SKIPPED and None not in away and targets.source is not FileSource.HISTORY:
                self._ran[result.scanner] = frozenset(result.analyzed_files)
        self._absent = frozenset(absent)
        away = {gap.path for gap in targets.gaps} | {
            left.path for left in targets.skipped_paths if left.reason is not SkipReason.NOT_IN_WORK_TREE
        }
        self._there |= {path for path in away if path is not None}
        nested = (f"{gap.path}/" for gap in targets.gaps if gap.kind is GapKind.NESTED_REPOSITORY)
        self._folders = (*(path for path in self._there if path.endswith("/")), *nested)
        self._whole = targets.source not in CHANGE_SOURCES and None not in away
        self._scope = targets.scope

    def is_gone(self, path: str) -> bool:
        """Whether the file certainly does not exist: everything in the scan's scope was scanned, and the file was not found."""
        if path in self._absent:
            return True
        is_in_scope = not self._scope or path == self._scope or path.startswith(f"{self._scope}/")
        return self._whole and is_in_scope and path not in self._there and not path.startswith(self._folders)

    def was_scanned(self, entry: KnownFinding) -> bool:
        """Whether the entry's scanner scanned its path, or the path does not exist any more."""
        ran = self._ran.get(entry.scanner)
        return ran is not None and (entry.path in ran or self.is_gone(entry.path))


def match_findings(
    findings: Sequence[Finding], known: Sequence[KnownFinding], scanned_paths: ScannedPaths | None = None
) -> tuple[int | None, ...]:
    """For each finding the index in ``known`` of the entry that covers it, None where none does.

    The order of ``findings`` and ``known`` changes nothing but the indices. Without ``scanned_paths``, only tiers 1 and 2
    are used: no finding was moved.
    """
    matches: list[int | None] = [None] * len(findings)
    if not known:
        return tuple(matches)
    left = [entry.count for entry in known]
    order = sorted((at for at in range(len(findings)) if _comparable(findings[at])), key=lambda at: findings[at].sort_key())
    entries = sorted(range(len(known)), key=lambda at: known[at])
    names = [finding.names for finding in findings]
    for finding_key, entry_key, may in _tiers(scanned_paths):
        pools: defaultdict[Hashable, list[int]] = defaultdict(list)
        for at in entries:
            if left[at] > 0 and may(known[at]):
                pools[entry_key(known[at])].append(at)
        for number in range(max(map(len, names), default=0)):
            for at in order:
                if matches[at] is not None or number >= len(names[at]):
                    continue
                pool = pools.get(finding_key(findings[at], names[at][number]), ())
                entry = next((each for each in pool if left[each] > 0), None)
                if entry is not None:
                    matches[at] = entry
                    left[entry] -= 1
    return tuple(matches)


_Tier = tuple[Callable[[Finding, FindingName], Hashable], Callable[[KnownFinding], Hashable], Callable[[KnownFinding], bool]]


def _tiers(scanned: ScannedPaths | None) -> list[_Tier]:
    tiers: list[_Tier] = [
        (
            lambda found, name: (found.location.path, *_finding_key(found, name), _context(found)),
            lambda old: (old.path, *_known_key(old), old.context),
            _always,
        ),
        (lambda found, name: (found.location.path, *_finding_key(found, name)), lambda old: (old.path, *_known_key(old)), _always),
    ]
    if scanned is not None:
        tiers += [
            (
                lambda found, name: (*_finding_key(found, name), _context(found)),
                lambda old: (*_known_key(old), old.context),
                scanned.was_scanned,
            ),
            (_finding_key, _known_key, lambda old: scanned.is_gone(old.path) and scanned.was_scanned(old)),
        ]
    return tiers


def _always(entry: KnownFinding) -> bool:
    del entry
    return True


def _finding_key(finding: Finding, name: FindingName) -> tuple[str, str, str]:
    return (name.rule, name.content, finding.identity.secret if finding.identity is not None else "")


def _known_key(entry: KnownFinding) -> tuple[str, str, str]:
    return (entry.rule, entry.content, entry.secret)


def _context(finding: Finding) -> str:
    return finding.identity.context if finding.identity is not None else ""


def _comparable(finding: Finding) -> bool:
    """Whether it can be compared; a secret without a digest of its value cannot."""
    return finding.identity is not None and (finding.kind is not FindingKind.SECRET or bool(finding.identity.secret))


def collect_known_findings(
    findings: Iterable[Finding],
    source: KnownOrigin = BASELINE,
    already_known: Sequence[KnownFinding] = (),
    scanned_paths: ScannedPaths | None = None,
) -> tuple[KnownFinding, ...]:
    """Entries that cover exactly ``findings``, without those that ``already_known`` covers; sorted.

    ``already_known`` keeps two sources from covering one finding each where there are two: put a baseline before a revision.
    """
    found = list(findings)
    covered = match_findings(found, already_known, scanned_paths)
    counts: Counter[KnownFinding] = Counter()
    for finding, entry in zip(found, covered, strict=True):
        if entry is None and _comparable(finding) and finding.identity is not None:
            record = finding.identity
            counts[
                KnownFinding(finding.location.path, finding.rule, record.content, record.context, record.secret, source=source)
            ] += 1
    return tuple(sorted(msgspec.structs.replace(entry, count=number) for entry, number in counts.items()))


def mark_known_findings(
    results: Sequence[ScanResult],
    targets: Targets,
    known: Sequence[KnownFinding],
    names: Mapping[KnownOrigin, str] = MappingProxyType({}),
    absent: Collection[str] = (),
) -> tuple[tuple[ScanResult, ...], tuple[KnownSource, ...]]:
    """The results with every finding saying by what it was known, and what became of each source of ``known``.

    ``names``: sources, with their file or an empty text, that are returned even if they had no findings. ``absent``: see
    `ScannedPaths`.
    """
    scanned = ScannedPaths(results, targets, absent)
    findings = [finding for result in results for finding in result.findings]
    covered = match_findings(findings, known, scanned)
    marked = iter(
        finding if entry is None else _mark_known(finding, known[entry]) for finding, entry in zip(findings, covered, strict=True)
    )
    results = tuple(msgspec.structs.replace(result, findings=tuple(next(marked) for _ in result.findings)) for result in results)
    used = Counter(entry for entry in covered if entry is not None)
    return results, tuple(
        _summarize_source(
            origin,
            names.get(origin, ""),
            [(entry, used[at]) for at, entry in enumerate(known) if entry.source == origin],
            scanned,
        )
        for origin in sorted({*names, *(entry.source for entry in known)})
    )


def _mark_known(finding: Finding, entry: KnownFinding) -> Finding:
    moved = entry.path != finding.location.path
    return msgspec.structs.replace(finding, known_by=entry.source.name, previous_path=entry.path if moved else "")


def _summarize_source(
    origin: KnownOrigin, file: str, entries: Sequence[tuple[KnownFinding, int]], scanned: ScannedPaths
) -> KnownSource:
    return KnownSource(
        origin.name,
        origin.kind,
        findings=sum(entry.count for entry, _ in entries),
        matched=sum(used for _, used in entries),
        gone=sum(entry.count - used for entry, used in entries if scanned.was_scanned(entry)),
        file=file,
    )
