"""Matches findings with those known before, by their records: pure, a multiset, and an entry never covers more than it counts.

Tier by tier, and what one tier has matched is out of the next:

1. the same path, rule, content and context;
2. the same path, rule and content: something near it was edited;
3. the same rule, content and context at another path, where the known one was looked for and is not there: it was moved;
4. the same rule and content at another path, where the known one's file is gone: it was renamed, and edited near the finding.

Where a file holds equals, as many of them are known as were counted, and which is the new one nobody can say. A secret is the same
only where its digest is, in every tier: another secret at its place is new, and so is every secret where the run has no salt.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec

from scangate.model import ABSENT, Finding, Kind, KnownBy, ScanResult, Status, Targets

__all__ = ["BASELINE", "Known", "Sight", "known_from", "match", "recognised"]

BASELINE = "the baseline"
STAGED = "staged"


class Known(msgspec.Struct, frozen=True, order=True):
    """As many findings as ``count`` that were known before; the digests are a `Record`'s. ``source`` names who knew them."""

    path: str
    rule: str
    content: str
    context: str = ""
    secret: str = ""
    count: int = 1
    source: str = BASELINE

    @property
    def scanner(self) -> str:
        """The scanner whose rule this is."""
        return self.rule.partition(":")[0]


class Sight:
    """What a scan looked at: what it did not see, it cannot miss."""

    def __init__(self, results: Iterable[ScanResult], targets: Targets, absent: Collection[str] = ()) -> None:
        """``absent`` are paths of which somebody knows that there is no such file, where ``targets`` are not the whole tree."""
        self._ran: dict[str, frozenset[str]] = {}
        self._there: set[str] = set()
        for result in results:
            away = {gap.path for gap in result.gaps} | {left.path for left in result.left_out}
            self._there |= {path for path in away if path is not None} | set(result.files)
            if result.status is not Status.SKIPPED and None not in away:
                self._ran[result.scanner] = frozenset(result.files)
        self._absent = frozenset(absent)
        away = {gap.path for gap in targets.gaps} | {left.path for left in targets.left_out if left.reason != ABSENT}
        self._there |= {path for path in away if path is not None}
        self._folders = tuple(path for path in self._there if path.endswith("/"))
        self._whole = targets.source != STAGED and None not in away

    def gone(self, path: str) -> bool:
        """Whether there certainly is no such file: the scan was of the whole tree, and nobody met it."""
        return path in self._absent or (self._whole and path not in self._there and not path.startswith(self._folders))

    def looked_for(self, entry: Known) -> bool:
        """Whether the entry's scanner looked where it was, or there is nothing to look at any more."""
        ran = self._ran.get(entry.scanner)
        return ran is not None and (entry.path in ran or self.gone(entry.path))


def match(findings: Sequence[Finding], known: Sequence[Known], sight: Sight | None = None) -> tuple[int | None, ...]:
    """For each finding the index in ``known`` of the entry that covers it, None where none does.

    The order of ``findings`` and ``known`` changes nothing but the indices. Without a ``sight`` nothing was moved (tiers 1 and 2).
    """
    answers: list[int | None] = [None] * len(findings)
    if not known:
        return tuple(answers)
    left = [entry.count for entry in known]
    order = sorted((at for at in range(len(findings)) if _comparable(findings[at])), key=lambda at: _place(findings[at]))
    entries = sorted(range(len(known)), key=lambda at: known[at])
    for finding_key, entry_key, may in _tiers(sight):
        pools: defaultdict[Hashable, list[int]] = defaultdict(list)
        for at in entries:
            if left[at] > 0 and may(known[at]):
                pools[entry_key(known[at])].append(at)
        for at in order:
            pool = pools.get(finding_key(findings[at])) if answers[at] is None else None
            entry = next((each for each in pool or () if left[each] > 0), None)
            if entry is not None:
                answers[at] = entry
                left[entry] -= 1
    return tuple(answers)


_Tier = tuple[Callable[[Finding], Hashable], Callable[[Known], Hashable], Callable[[Known], bool]]


def _tiers(sight: Sight | None) -> list[_Tier]:
    tiers: list[_Tier] = [
        (
            lambda found: (found.location.path, *_same(found), _context(found)),
            lambda old: (old.path, *_was(old), old.context),
            _any,
        ),
        (lambda found: (found.location.path, *_same(found)), lambda old: (old.path, *_was(old)), _any),
    ]
    if sight is not None:
        tiers += [
            (lambda found: (*_same(found), _context(found)), lambda old: (*_was(old), old.context), sight.looked_for),
            (_same, _was, lambda old: sight.gone(old.path) and sight.looked_for(old)),
        ]
    return tiers


def _any(entry: Known) -> bool:
    del entry
    return True


def _same(finding: Finding) -> tuple[str, str, str]:
    record = finding.record
    return (finding.rule, record.content, record.secret) if record is not None else (finding.rule, "", "")


def _was(entry: Known) -> tuple[str, str, str]:
    return (entry.rule, entry.content, entry.secret)


def _context(finding: Finding) -> str:
    return finding.record.context if finding.record is not None else ""


def _comparable(finding: Finding) -> bool:
    """Whether there is anything to compare it by; a secret whose value nobody vouches for is never the same."""
    return finding.record is not None and (finding.kind is not Kind.SECRET or bool(finding.record.secret))


def _place(finding: Finding) -> tuple[object, ...]:
    return (*finding.sort_key(), finding.record)


def known_from(
    findings: Iterable[Finding], source: str = BASELINE, besides: Sequence[Known] = (), sight: Sight | None = None
) -> tuple[Known, ...]:
    """Entries that cover exactly ``findings``, without those that ``besides`` covers (seen with ``sight``); sorted.

    ``besides`` is what keeps two sources from covering one finding each where there are two: put a baseline before a revision.
    """
    found = list(findings)
    covered = match(found, besides, sight)
    counts: Counter[Known] = Counter()
    for finding, entry in zip(found, covered, strict=True):
        if entry is None and _comparable(finding) and finding.record is not None:
            record = finding.record
            counts[Known(finding.location.path, finding.rule, record.content, record.context, record.secret, source=source)] += 1
    return tuple(sorted(msgspec.structs.replace(entry, count=number) for entry, number in counts.items()))


def recognised(
    results: Sequence[ScanResult],
    targets: Targets,
    known: Sequence[Known],
    names: Mapping[str, str] = MappingProxyType({}),
    absent: Collection[str] = (),
) -> tuple[tuple[ScanResult, ...], tuple[KnownBy, ...]]:
    """The results with every finding saying by what it was known, and what became of each source of ``known``.

    ``names`` are sources, with the file of each or nothing, that are told even where they knew nothing: that something was
    compared with is a fact, too. ``absent`` is for the `Sight`.
    """
    sight = Sight(results, targets, absent)
    findings = [finding for result in results for finding in result.findings]
    covered = match(findings, known, sight)
    marked = iter(
        finding if entry is None else _recognised(finding, known[entry]) for finding, entry in zip(findings, covered, strict=True)
    )
    results = tuple(msgspec.structs.replace(result, findings=tuple(next(marked) for _ in result.findings)) for result in results)
    used = Counter(entry for entry in covered if entry is not None)
    return results, tuple(
        _became(name, names.get(name, ""), [(entry, used[at]) for at, entry in enumerate(known) if entry.source == name], sight)
        for name in sorted({*names, *(entry.source for entry in known)})
    )


def _recognised(finding: Finding, entry: Known) -> Finding:
    moved = entry.path != finding.location.path
    return msgspec.structs.replace(finding, known=entry.source, known_at=entry.path if moved else "")


def _became(name: str, file: str, entries: Sequence[tuple[Known, int]], sight: Sight) -> KnownBy:
    return KnownBy(
        name,
        findings=sum(entry.count for entry, _ in entries),
        matched=sum(used for _, used in entries),
        gone=sum(entry.count - used for entry, used in entries if sight.looked_for(entry)),
        file=file,
    )
