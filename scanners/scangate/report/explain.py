"""Explains one finding or one rule to the person who has to act on it: why, what, how to mend it, how to waive it. Pure text."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scangate.model import FindingKind, RuleInfo, Ruling, RulingOutcome
from scangate.report import escape, summary, wording
from scangate.report.decision_text import explain_decision, format_policy_location, list_policy_locations
from scangate.report.remediation import suggest_fix
from scangate.report.wording import pluralize

__all__ = ["WaiveArguments", "explain_finding", "explain_rule"]

WIDTH = 100
MAX_LOCATIONS = 10
LABEL_WIDTH = 8


class WaiveArguments(NamedTuple):
    """What a command that waives names beside the finding: the last day, and the verdict.json that has it, empty for none."""

    expires: str
    verdict: str = ""


def explain_finding(ruling: Ruling, about: RuleInfo | None, waive: WaiveArguments) -> str:
    """The page for one finding."""
    finding = ruling.finding
    where = wording.format_location(finding.location.path, finding.location.line, finding.location.column)
    lines = [f"{finding.rule}  {finding.fingerprint}", f"{where}  {ruling.severity.value}, {_outcome(ruling)}"]
    locations = map(format_policy_location, list_policy_locations(ruling.decision))
    lines += _format_section("why", [explain_decision(ruling.decision), *locations])
    lines += _format_section("what", _describe_rule(finding.title, finding.message, finding.cwe, finding.help_url))
    source = next((line.strip() for line in finding.evidence.splitlines() if line.strip()), "")
    lines += _format_section("source", [source] if source else [])
    lines += _format_section("told by", [_format_member(member, finding.message) for member in ruling.per_scanner])
    how = suggest_fix(finding.rule, finding) or (
        about.description if about is not None and about.description != finding.message else ""
    )
    lines += _format_section("mend", [how or "the message above says how"])
    lines += _format_section("waive", _format_waive_commands(ruling, waive), wrap=False)
    return _format_page(lines)


def explain_rule(about: RuleInfo, rulings: Iterable[Ruling], waive: WaiveArguments) -> str:
    """The page for a rule, with what a verdict has of it: ``ruled``, each finding for itself, in the order of the reports."""
    rulings = summary.sort_worst_first(rulings)
    lines = [about.rule]
    lines += _format_section("what", _describe_rule(about.title, about.description, about.cwe, about.help_url))
    lines += _format_section("mend", [suggest_fix(about.rule) or "what it says above, or the page it names"])
    outcomes = Counter(ruling.outcome for ruling in rulings)
    told = ", ".join(f"{outcomes[outcome]:,} {outcome.value}" for outcome in RulingOutcome if outcomes[outcome])
    found = [f"{pluralize(len(rulings), 'finding')} in the last verdict: {told}" if rulings else "no finding in the last verdict"]
    found += [f"{_format_location(ruling)}  {ruling.finding.fingerprint}  {_outcome(ruling)}" for ruling in rulings[:MAX_LOCATIONS]]
    found += [f"and {len(rulings) - MAX_LOCATIONS:,} more"] if len(rulings) > MAX_LOCATIONS else []
    lines += _format_section("found", found, wrap=False)
    paths = sorted({ruling.finding.location.path for ruling in rulings if ruling.outcome is RulingOutcome.BLOCKING})
    lines += _format_section(
        "waive", [_format_waive_command(about.rule, path, waive) for path in paths[:MAX_LOCATIONS]], wrap=False
    )
    return _format_page(lines)


def _outcome(ruling: Ruling) -> str:
    return ruling.outcome.value


def _format_location(ruling: Ruling) -> str:
    return wording.format_location(ruling.finding.location.path, ruling.finding.location.line)


def _describe_rule(title: str, message: str, cwe: Sequence[int], help_url: str) -> list[str]:
    weaknesses = ", ".join(f"CWE-{number}" for number in cwe)
    see = escape.web_url(help_url)
    return [text for text in (title, message if message != title else "", weaknesses, f"see {see}" if see else "") if text]


def _format_member(ruling: Ruling, message: str) -> str:
    """One scanner's word; its message unless that is the one the page shows already."""
    finding = ruling.finding
    judged = f"{ruling.severity.value}, {_outcome(ruling)}"
    own = "" if finding.severity is ruling.severity else f" ({finding.severity.value} by the scanner)"
    said = "" if finding.message == message else f": {finding.message}"
    return f"{finding.rule}  {judged}{own}  {finding.fingerprint}{said}"


def _format_waive_commands(ruling: Ruling, waiving: WaiveArguments) -> list[str]:
    """A command for each member that still stands; a dependency's fault is waived by its rule, wherever it is pinned."""
    standing = [each.finding for each in ruling.per_scanner if each.outcome is not RulingOutcome.SUPPRESSED]
    return [
        _format_waive_command(
            finding.rule if finding.kind is FindingKind.DEPENDENCY or not finding.fingerprint else finding.fingerprint,
            finding.location.path,
            waiving,
        )
        for finding in standing
    ]


def _format_waive_command(name: str, path: str, waiving: WaiveArguments) -> str:
    """The command, for this one path: it is a pattern, so what means something in one stands behind a backslash."""
    pattern = "/" + re.sub(r"([*?\[\\])", r"\\\1", path)
    words = ["scangate", "waive", name, "--path", pattern, "--reason", "WHY", "--owner", "WHO", "--expires", waiving.expires]
    words += ["--verdict", waiving.verdict] if waiving.verdict else []
    return " ".join(shlex.quote(word) for word in words)


def _format_section(label: str, texts: Iterable[str], *, wrap: bool = True) -> list[str]:
    """Lines behind a label in a column of its own; what is to be pasted is never wrapped."""
    lines: list[str] = []
    for text in texts:
        plain = escape.terminal(text[:4000])
        # a link is never cut
        wrapped = textwrap.wrap(plain, WIDTH - LABEL_WIDTH - 2, break_long_words=False, break_on_hyphens=False)
        lines += (wrapped or [""]) if wrap else [plain]
    head = [label, *[""] * (len(lines) - 1)]
    return [f"  {name:<{LABEL_WIDTH}}{line}" for name, line in zip(head, lines, strict=True)] if lines else []


def _format_page(lines: Iterable[str]) -> str:
    return "".join(f"{escape.ci_log(line).rstrip()}\n" for line in lines)
