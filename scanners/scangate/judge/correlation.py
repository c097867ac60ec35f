"""Merges the findings of several scanners on one weakness. Each member is ruled before.

A weakness is a location (a path and a start line) and a family of CWEs. That is an equivalence, so no two findings are merged
because of a third. Within a weakness, the worst finding of each scanner form one group, the next worst another, and so on. So
findings of one scanner are never merged with each other, and there are as many groups as the scanner with the most findings has
findings.

An additional finding therefore never removes one: the number of merged findings of at least a given outcome and severity never
falls.
"""

from __future__ import annotations

import functools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from scangate.model import Finding, FindingKind, Note, NoteKind, Ruling

WeaknessKey = tuple[str, str, int, str]
"""A path, the commit that brought this version of the file, empty for the scanned one, a line and a family of weaknesses."""

SECRET_FAMILY = "secret"  # noqa: S105  # pragma: allowlist secret

CWE_FAMILIES: dict[str, tuple[int, ...]] = {
    # a program or a shell command is made from text
    "command": (77, 78, 88),
    # text is run as code, by the language or by a template engine
    "code": (94, 95, 96, 1336),
    # text becomes part of a query
    "query": (89, 564, 943),
    # a path leaves the folder that it was meant for
    "path": (22, 23, 35, 36, 73),
    # text becomes part of a page
    "page": (79, 80, 83, 87),
    # XML brings in files, or grows without bound
    "xml": (611, 776, 827),
    # a broken or outdated algorithm: a hash, a cipher, a protocol; 916 is the hash that is too fast for a password
    "algorithm": (327, 328, 916, 1240),
    # a key, an initial vector or a number that can be guessed
    "chance": (330, 331, 335, 338, 340),
    # whom one talks to is not checked
    "peer": (295, 296, 297, 299, 322, 599),
    # what is sent can be read on the way
    "clear text": (319, 523),
    # a temporary file that another can foresee
    "temporary file": (377, 378, 379),
    # rights on a file for those who should not have them
    "rights": (276, 277, 278, 279, 281, 732),
    # a secret in the source; one whose scanner calls it a secret is in this family whatever its number
    SECRET_FAMILY: (259, 321, 798, 1392),
}
"""What different tools number differently and mean alike. Any other number is a family of its own."""

BROAD_CWES = frozenset({16, 17, 20, 200, 250, 284, 285, 664, 668, 691, 693, 697, 703, 707, 710})
"""CWEs that classify weaknesses broadly: two findings that share only one of these may be different weaknesses."""

CWE_CORRECTIONS = {
    # bandit numbers these as command injection; they run Python code
    "bandit:B102": 95,
    "bandit:B307": 95,
    # and this one too; it is about a program looked up by PATH
    "bandit:B607": 426,
    # bandit numbers these as "improper input validation"
    "bandit:B506": 502,
    **{f"bandit:B{number}": 611 for number in (*range(313, 320), *range(405, 410))},
    # bandit numbers this as code injection; a template that escapes nothing is cross-site scripting
    "bandit:B701": 79,
    # bandit numbers this as path traversal; it is about the schemes that a URL may have
    "bandit:B310": 0,
}
"""The CWE of rules for which the tool's own CWE is wrong; 0: no other scanner reports it."""

SCANNER_PRECEDENCE = ("detect-secrets", "betterleaks", "credsweeper", "pip-audit", "osv", "semgrep", "taint", "bandit", "zizmor")
"""Whose finding represents a merged one: specialized scanners first, then those with the best advice, then others by name."""

_FAMILY_OF = {cwe: family for family, cwes in CWE_FAMILIES.items() for cwe in cwes}
_CVE_PATTERN = re.compile(r"CVE-\d+-\d+", re.IGNORECASE)


def weakness_key(finding: Finding) -> WeaknessKey | None:
    """The fault a finding is about, None where it can be no other scanner's."""
    family = _family(finding)
    commit = finding.introduction.commit if finding.introduction is not None else ""
    return (finding.location.path, commit, finding.location.line, family) if family else None


def _family(finding: Finding) -> str:
    if finding.kind is FindingKind.SECRET:
        return SECRET_FAMILY
    if finding.kind is FindingKind.DEPENDENCY:
        return f"advisory {_canonical_advisory(finding)}"
    return _family_of(finding.rule, finding.cwe)


@functools.lru_cache(maxsize=4096)
def _family_of(rule: str, cwes: tuple[int, ...]) -> str:
    corrected = CWE_CORRECTIONS.get(rule)
    effective = cwes if corrected is None else (corrected,)
    # the first is the one that the rule is about
    return next((_FAMILY_OF.get(cwe, f"CWE-{cwe}") for cwe in effective if cwe > 0 and cwe not in BROAD_CWES), "")


def _canonical_advisory(finding: Finding) -> str:
    """One name for all names of an advisory: its first CVE, else the first of all."""
    names = {finding.rule.partition(":")[2], *(finding.affected_package.aliases if finding.affected_package is not None else ())}
    return min((name.upper() for name in names), key=lambda name: (_CVE_PATTERN.fullmatch(name) is None, name))


def merge_rulings(rulings: Iterable[Ruling]) -> tuple[Ruling, ...]:
    """The rulings with those on one fault made one; in the order of the reports, whatever the order they come in."""
    alone: list[Ruling] = []
    faults: dict[WeaknessKey, dict[str, list[Ruling]]] = defaultdict(lambda: defaultdict(list))
    for ruling in rulings:
        fault = weakness_key(ruling.finding)
        if fault is None:
            alone.append(ruling)
        else:
            faults[fault][ruling.finding.scanner].append(ruling)
    for by_scanner in faults.values():
        if len(by_scanner) == 1:
            alone += next(iter(by_scanner.values()))
    together = [
        _merge_group(group) for by_scanner in faults.values() if len(by_scanner) > 1 for group in _group_by_rank(by_scanner)
    ]
    return tuple(sorted([*alone, *together], key=Ruling.sort_key))


def _group_by_rank(by_scanner: dict[str, list[Ruling]]) -> list[list[Ruling]]:
    """The worst of each scanner, the next worst of each, and so on; in each group the members in their fixed order."""
    columns = [
        sorted(by_scanner[name], key=lambda ruling: (ruling.badness(), ruling.finding.sort_key()))
        for name in sorted(by_scanner, key=_scanner_rank)
    ]
    return [[column[place] for column in columns if place < len(column)] for place in range(max(len(column) for column in columns))]


def _merge_group(members: Sequence[Ruling]) -> Ruling:
    """The ruling on a group: its first member's finding, its worst member's outcome, severity and reason."""
    first = members[0]
    if len(members) == 1:
        return first
    worst = min(members, key=Ruling.badness)
    names = tuple(dict.fromkeys(name for each in members for name in each.finding.reported_by or (each.finding.scanner,)))
    flow = first.finding.flow or next((each.finding.flow for each in members if each.finding.flow), ())
    finding = msgspec.structs.replace(first.finding, reported_by=names, flow=flow)
    return Ruling(finding, worst.severity, worst.outcome, worst.decision, tuple(members))


def _scanner_rank(scanner: str) -> tuple[int, str]:
    return (SCANNER_PRECEDENCE.index(scanner) if scanner in SCANNER_PRECEDENCE else len(SCANNER_PRECEDENCE), scanner)


def list_merge_notes(rulings: Iterable[Ruling]) -> list[Note]:
    """How many findings were merged, by the scanners that report them."""
    groups = Counter(tuple(member.finding.scanner for member in ruling.members) for ruling in rulings if ruling.members)
    counts = tuple((" and ".join(names), number) for names, number in sorted(groups.items()))
    return [Note(NoteKind.MERGED_FINDINGS, count=groups.total(), counts=counts)] if groups else []
