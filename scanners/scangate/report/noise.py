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
from scangate.model import Finding, FindingKind, Report, Ruling, RulingOutcome, Severity
from scangate.report import escape
from scangate.report.wording import pluralize

__all__ = ["NoisyRule", "find_noisy_rules", "render", "suggest_policy"]

MIN_FINDINGS = 5
"""Findings of one rule in one place that are worth a line of policy."""
MAX_ROWS = 20
IGNORED_OUTCOMES = {RulingOutcome.SUPPRESSED, RulingOutcome.KNOWN}


class PathGroup(msgspec.Struct, frozen=True):
    """A kind of files, the patterns that find them, and whether they are not worth reading at all."""

    name: str
    patterns: tuple[str, ...]
    third_party: bool = False


PATH_GROUPS = (
    PathGroup("vendored code", ("vendor/", "_vendor/", "third_party/", "node_modules/", "site-packages/"), third_party=True),
    PathGroup("generated files", ("*.min.js", "*.min.css", "*.map", "*_pb2.py", "generated/"), third_party=True),
    PathGroup("lock files", ("*.lock", "*-lock.*", "*.lock.json", "*.sum"), third_party=True),
    PathGroup("migrations", ("migrations/", "alembic/")),
    PathGroup("tests", ("tests/", "test/", "testing/", "fixtures/", "test_*.py", "*_test.py", "conftest.py")),
    PathGroup("documents", ("docs/", "doc/", "examples/", "*.md", "*.rst", "*.ipynb")),
)
"""Those whose files somebody else wrote come first: a test in vendored code is vendored code."""


class NoisyRule(msgspec.Struct, frozen=True):
    """How often a rule is told in the files of one pattern; ``pattern`` and ``group`` are empty for the code itself."""

    rule: str
    title: str
    severity: Severity
    count: int
    blocking: int
    group: str = ""
    pattern: str = ""
    third_party: bool = False

    @property
    def scanner(self) -> str:
        """The scanner whose rule it is."""
        return self.rule.partition(":")[0]


def find_noisy_rules(report: Report) -> tuple[NoisyRule, ...]:
    """What is told and could be quieter, the loudest first; every finding of a merged one for itself."""
    places: dict[tuple[str, str, str, bool], list[Ruling]] = defaultdict(list)
    for ruling in (told for each in report.verdict.rulings for told in each.per_scanner):
        if _is_candidate(ruling):
            places[ruling.finding.rule, *_find_group(ruling.finding.location.path)].append(ruling)
    made = (_noisy_rule(*key, rulings) for key, rulings in places.items() if len(rulings) >= MIN_FINDINGS)
    return tuple(sorted(made, key=lambda each: (-each.count, each.rule, each.pattern)))


def _is_candidate(ruling: Ruling) -> bool:
    most = Severity.MEDIUM if ruling.finding.kind is FindingKind.SECRET else Severity.HIGH
    return (
        ruling.outcome not in IGNORED_OUTCOMES
        and Severity.INFO < ruling.severity <= most
        and ruling.finding.kind is not FindingKind.DEPENDENCY
    )


def _find_group(path: str) -> tuple[str, str, bool]:
    """The group a path is in and the pattern that says so; empty for the code itself."""
    for group in PATH_GROUPS:
        for pattern in group.patterns:
            if globs.matches(pattern, path):
                return (group.name, pattern, group.third_party)
    return ("", "", False)


def _noisy_rule(rule: str, group: str, pattern: str, foreign: bool, rulings: list[Ruling]) -> NoisyRule:
    findings: Iterable[Finding] = (ruling.finding for ruling in rulings)
    return NoisyRule(
        rule=rule,
        title=min(finding.title for finding in findings),
        severity=max(ruling.severity for ruling in rulings),
        count=len(rulings),
        blocking=sum(ruling.outcome is RulingOutcome.BLOCKING for ruling in rulings),
        group=group,
        pattern=pattern,
        third_party=foreign,
    )


def render(report: Report) -> str:
    """The page for a terminal: what is loud where, then lines for the policy, which are valid as they stand."""
    found = find_noisy_rules(report)
    if not found:
        return f"noise: no rule is told {MIN_FINDINGS} times or more in one kind of files\n"
    lines = [f"noise: {pluralize(len(found), 'place')} where one rule is told {MIN_FINDINGS} times or more", ""]
    lines += [_format_row(each) for each in found[:MAX_ROWS]]
    lines += [f"  and {len(found) - MAX_ROWS} more"] if len(found) > MAX_ROWS else []
    quieter = suggest_policy(found)
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


def _format_row(each: NoisyRule) -> str:
    where = f"in {each.group} ({each.pattern})" if each.group else "in the code itself"
    blocks = f", {each.blocking:,} {'blocks' if each.blocking == 1 else 'block'}" if each.blocking else ""
    name = escape.ci_log(escape.truncate(each.rule, 80))
    return f"  {each.count:>7,}  {name}  {each.severity.value}{blocks}  {where}"


def suggest_policy(found: Iterable[NoisyRule]) -> str:
    """YAML with the keys of a policy: what others wrote is not read by that scanner, in all else the rule is made ``info``."""
    found = [each for each in found if each.group]
    lines = []
    foreign = sorted({(each.pattern, each.scanner, each.group) for each in found if each.third_party})
    if foreign:
        lines += ["paths:", "  exclude:"]
        lines += [_format_exclude(*each) for each in foreign]
    own = sorted((each.rule, each.pattern, each.group, each.title) for each in found if not each.third_party)
    if own:
        lines += ["severity:"]
        lines += [_format_severity(*each) for each in own]
    return "".join(f"{escape.ci_log(line)}\n" for line in lines)


def _format_exclude(path: str, scanner: str, group: str) -> str:
    return f"    - {{path: {_quote_yaml(path)}, scanners: [{_quote_yaml(scanner)}], reason: {_quote_yaml(f'{group}, not ours')}}}"


def _format_severity(rule: str, path: str, group: str, title: str) -> str:
    reason = escape.truncate(f"{title}: no risk in {group}", 200)
    return (
        f"  - {{rule: {_quote_yaml(glob.escape(rule))}, path: {_quote_yaml(path)}, severity: info, reason: {_quote_yaml(reason)}}}"
    )


def _quote_yaml(value: str) -> str:
    """A YAML string that holds anything, in ASCII; what `escape.ci` makes of it for a log's sake still reads as the same string."""
    return json.dumps(value)
