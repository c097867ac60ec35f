"""Tells which rules make a report long, in which groups of files, and the policy's lines that would quieten them; decides nothing.

Only what lies in a group of files that are not the product itself (tests, documents, what others wrote) is ever proposed: a rule
that is loud in the code itself is a fault of the code. A dependency's fault is never noise, nor is anything critical, nor a secret
that its scanner is sure of.
"""

from __future__ import annotations

import glob
import json
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from scangate import globs
from scangate.model import Finding, Kind, Report, Ruling, RulingOutcome, Severity
from scangate.report import escape
from scangate.report.wording import many

__all__ = ["Noise", "noise", "policy_lines", "render"]

FEWEST = 5
"""Findings of one rule in one place that are worth a line of policy."""
MOST = 20
QUIET = {RulingOutcome.SUPPRESSED, RulingOutcome.KNOWN}


class Group(msgspec.Struct, frozen=True):
    """A kind of files, the patterns that find them, and whether they are not worth reading at all."""

    name: str
    patterns: tuple[str, ...]
    foreign: bool = False


GROUPS = (
    Group("vendored code", ("vendor/", "_vendor/", "third_party/", "node_modules/", "site-packages/"), foreign=True),
    Group("generated files", ("*.min.js", "*.min.css", "*.map", "*_pb2.py", "generated/"), foreign=True),
    Group("lock files", ("*.lock", "*-lock.*", "*.lock.json", "*.sum"), foreign=True),
    Group("migrations", ("migrations/", "alembic/")),
    Group("tests", ("tests/", "test/", "testing/", "fixtures/", "test_*.py", "*_test.py", "conftest.py")),
    Group("documents", ("docs/", "doc/", "examples/", "*.md", "*.rst", "*.ipynb")),
)
"""Those whose files somebody else wrote come first: a test in vendored code is vendored code."""


class Noise(msgspec.Struct, frozen=True):
    """How often a rule is told in the files of one pattern; ``pattern`` and ``group`` are empty for the code itself."""

    rule: str
    title: str
    severity: Severity
    count: int
    blocks: int
    group: str = ""
    pattern: str = ""
    foreign: bool = False

    @property
    def scanner(self) -> str:
        """The scanner whose rule it is."""
        return self.rule.partition(":")[0]


def noise(report: Report) -> tuple[Noise, ...]:
    """What is told and could be quieter, the loudest first; every finding of a merged one for itself."""
    places: dict[tuple[str, str, str, bool], list[Ruling]] = defaultdict(list)
    for ruling in (told for each in report.verdict.rulings for told in each.told):
        if _loud(ruling):
            places[ruling.finding.rule, *_place(ruling.finding.location.path)].append(ruling)
    made = (_noise(*key, rulings) for key, rulings in places.items() if len(rulings) >= FEWEST)
    return tuple(sorted(made, key=lambda each: (-each.count, each.rule, each.pattern)))


def _loud(ruling: Ruling) -> bool:
    most = Severity.MEDIUM if ruling.finding.kind is Kind.SECRET else Severity.HIGH
    return ruling.outcome not in QUIET and Severity.INFO < ruling.severity <= most and ruling.finding.kind is not Kind.DEPENDENCY


def _place(path: str) -> tuple[str, str, bool]:
    """The group a path is in and the pattern that says so; empty for the code itself."""
    for group in GROUPS:
        for pattern in group.patterns:
            if globs.matches(pattern, path):
                return (group.name, pattern, group.foreign)
    return ("", "", False)


def _noise(rule: str, group: str, pattern: str, foreign: bool, rulings: list[Ruling]) -> Noise:
    findings: Iterable[Finding] = (ruling.finding for ruling in rulings)
    return Noise(
        rule=rule,
        title=min(finding.title for finding in findings),
        severity=max(ruling.severity for ruling in rulings),
        count=len(rulings),
        blocks=sum(ruling.outcome is RulingOutcome.BLOCKS for ruling in rulings),
        group=group,
        pattern=pattern,
        foreign=foreign,
    )


def render(report: Report) -> str:
    """The page for a terminal: what is loud where, then lines for the policy, which are valid as they stand."""
    found = noise(report)
    if not found:
        return f"noise: no rule is told {FEWEST} times or more in one kind of files\n"
    lines = [f"noise: {many(len(found), 'place')} where one rule is told {FEWEST} times or more", ""]
    lines += [_row(each) for each in found[:MOST]]
    lines += [f"  and {len(found) - MOST} more"] if len(found) > MOST else []
    quieter = policy_lines(found)
    if quieter:
        lines += [
            "",
            "these lines in the policy would quieten what is not the code itself; give each your own reason:",
            "",
            quieter.rstrip("\n"),
        ]
    if any(not each.group for each in found):
        lines += ["", "what is loud in the code itself is the code's affair: mend it, or record it with scangate baseline create"]
    return "\n".join(lines) + "\n"


def _row(each: Noise) -> str:
    where = f"in {each.group} ({each.pattern})" if each.group else "in the code itself"
    blocks = f", {each.blocks:,} {'blocks' if each.blocks == 1 else 'block'}" if each.blocks else ""
    name = escape.ci(escape.shorten(each.rule, 80))
    return f"  {each.count:>7,}  {name}  {each.severity.name.lower()}{blocks}  {where}"


def policy_lines(found: Iterable[Noise]) -> str:
    """YAML with the keys of a policy: what others wrote is not read by that scanner, in all else the rule is made ``info``."""
    found = [each for each in found if each.group]
    lines = []
    foreign = sorted({(each.pattern, each.scanner, each.group) for each in found if each.foreign})
    if foreign:
        lines += ["paths:", "  exclude:"]
        lines += [_exclude(*each) for each in foreign]
    own = sorted((each.rule, each.pattern, each.group, each.title) for each in found if not each.foreign)
    if own:
        lines += ["severity:"]
        lines += [_severity(*each) for each in own]
    return "".join(f"{escape.ci(line)}\n" for line in lines)


def _exclude(path: str, scanner: str, group: str) -> str:
    return f"    - {{path: {_text(path)}, scanners: [{_text(scanner)}], reason: {_text(f'{group}, not ours to mend')}}}"


def _severity(rule: str, path: str, group: str, title: str) -> str:
    reason = escape.shorten(f"{title}: no risk in {group}", 200)
    return f"  - {{rule: {_text(glob.escape(rule))}, path: {_text(path)}, severity: info, reason: {_text(reason)}}}"


def _text(value: str) -> str:
    """A YAML string that holds anything, in ASCII; what `escape.ci` makes of it for a log's sake still reads as the same string."""
    return json.dumps(value)
