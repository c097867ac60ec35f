"""Reports the rules with many findings in files that are not application code, and policy lines that reduce them.

Proposed are only groups of other files (tests, documentation, third-party code), never findings that are critical, about a
dependency, or a secret that its scanner is sure of.
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
"""Groups of third-party files come first: a test in vendored code is vendored code."""


class NoisyRule(msgspec.Struct, frozen=True):
    """The findings of a rule in files that match a pattern; ``pattern`` and ``group`` are empty for application code."""

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
    """The rules with many findings in one group of files, the noisiest first; merged findings count separately."""
    places: dict[tuple[str, str, str, bool], list[Ruling]] = defaultdict(list)
    for ruling in (member for each in report.verdict.rulings for member in each.per_scanner):
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
    """A path's group and the pattern that matches it; empty for application code."""
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
    """The page for a terminal: the noisy rules, then valid lines for the policy."""
    found = find_noisy_rules(report)
    if not found:
        return f"noise: no rule has {MIN_FINDINGS} findings or more in one group of files\n"
    lines = [f"noise: {pluralize(len(found), 'group')} of {MIN_FINDINGS} findings or more of one rule", ""]
    lines += [_format_row(each) for each in found[:MAX_ROWS]]
    lines += [f"  and {len(found) - MAX_ROWS} more"] if len(found) > MAX_ROWS else []
    quieter = suggest_policy(found)
    if quieter:
        lines += [
            "",
            "these lines in the policy reduce the noise outside the application code; replace each reason with your own:",
            "",
            quieter.rstrip("\n"),
        ]
    if any(not each.group for each in found):
        lines += ["", "fix the findings in the application code, or record them: scangate baseline create"]
    return "\n".join(lines) + "\n"


def _format_row(each: NoisyRule) -> str:
    where = f"in {each.group} ({each.pattern})" if each.group else "in the application code"
    blocks = f", {each.blocking:,} blocking" if each.blocking else ""
    name = escape.ci_log(escape.truncate(each.rule, 80))
    return f"  {each.count:>7,}  {name}  {each.severity.value}{blocks}  {where}"


def suggest_policy(found: Iterable[NoisyRule]) -> str:
    """Policy YAML: third-party files are excluded for the scanner, in other files the rule gets severity ``info``."""
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
    """Any text as a YAML string in ASCII, which `escape.ci_log` does not change in meaning."""
    return json.dumps(value)
