"""The pages of ``scangate explain``: why a finding or the findings of a rule fail the build, and how to fix or accept them."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scangate.model import FindingKind, FlowStep, GapRuling, RuleInfo, Ruling, RulingOutcome
from scangate.report import escape, summary, wording
from scangate.report.decision_text import explain_decision, format_policy_location, list_policy_locations
from scangate.report.remediation import split_message, suggest_fix
from scangate.report.secret_text import explain_mitigation, explain_secret
from scangate.report.view import Acceptance, list_rules_to_name
from scangate.report.wording import pluralize

WIDTH = 100
MAX_LOCATIONS = 10
LABEL_WIDTH = 10
MAX_TEXT_LENGTH = 4000
NO_FIX = "no advice for this rule; see the text above and the rule's page"
WRITE_VERDICT = "scangate scan --output-dir scangate-reports"


class WaiveArguments(NamedTuple):
    """Arguments of the suggested ``scangate waive``: the expiry date, and the verdict.json with the finding, empty where ``waive``
    finds it itself, None without a verdict.

    ``acceptance``: how inline comments are counted, None if the policy is not known.
    """

    expires: str
    verdict: str | None = None
    acceptance: Acceptance | None = None


def explain_finding(ruling: Ruling, rule: RuleInfo | None, waive: WaiveArguments) -> str:
    finding = ruling.finding
    lines = [
        f"{finding.rule}  {finding.fingerprint}",
        f"{wording.format_position(finding.location)}  {ruling.severity.value}, {wording.label_outcome(ruling.outcome)}",
    ]
    locations = map(format_policy_location, list_policy_locations(ruling.decision))
    lines += _format_section("why", [explain_decision(ruling.decision), *locations])
    description = rule.description if rule is not None and rule.description != finding.message else ""
    message, fix = finding.message, suggest_fix(finding.rule, finding) or description
    if not fix:
        message, fix = split_message(finding.rule, message)
    lines += _format_section("what", _describe_rule(finding.title, message, finding.cwe, finding.help_url))
    lines += _format_section("secret", explain_secret(finding))
    lines += _format_section("known as", filter(None, [wording.describe_former(finding)]))
    lines += _format_section("doubt", filter(None, [explain_mitigation(finding)]))
    lines += _format_section("flow", _describe_flow(finding.flow), wrap=False)
    lines += _format_section("source", [line.strip() for line in finding.evidence.splitlines() if line.strip()][:1])
    lines += _format_section("reported", [_format_member(member, finding.message) for member in ruling.per_scanner])
    lines += _format_section("fix", [fix or NO_FIX])
    lines += _format_section("accept", [*_format_waive_commands(ruling, waive), *_format_comment(ruling, waive)], wrap=False)
    return _format_page(lines)


def explain_gap(ruling: GapRuling) -> str:
    """What was not analyzed, why it blocks or does not, and what to do about it."""
    gap = ruling.gap
    everywhere = pluralize(gap.files, "file") if gap.files else "all files"
    place = wording.format_location(gap.path, gap.line) if gap.path is not None else everywhere
    lines = [f"{gap.scanner}: {gap.kind.value}", f"{place}  gap, {'blocking' if ruling.blocking else 'allowed'}"]
    lines += _format_section("why", [explain_decision(ruling.decision)])
    lines += _format_section("what", [gap.reason])
    lines += _format_section("fix", [gap.hint] if gap.hint else [])
    return _format_page(lines)


def explain_rule(rule: RuleInfo, rulings: Iterable[Ruling] | None, waive: WaiveArguments) -> str:
    """``rulings``: those of a verdict on the rule's findings; merged findings separately. None: there is no verdict."""
    has_verdict = rulings is not None
    rulings = summary.sort_worst_first(rulings or ())
    outcomes = Counter(ruling.outcome for ruling in rulings)
    counts = ", ".join(f"{outcomes[outcome]:,} {wording.label_outcome(outcome)}" for outcome in RulingOutcome if outcomes[outcome])
    found = [f"{pluralize(len(rulings), 'finding')} in the verdict: {counts}" if rulings else "no finding in the verdict"]
    if not has_verdict:
        found = [f"there is no verdict.json; to write one: {WRITE_VERDICT}"]
    description, fix = rule.description, suggest_fix(rule.rule)
    if not fix:
        description, fix = split_message(rule.rule, description)
    for ruling in rulings[:MAX_LOCATIONS]:
        where = wording.format_location(ruling.finding.location.path, ruling.finding.location.line)
        found.append(f"{where}  {ruling.finding.fingerprint}  {wording.label_outcome(ruling.outcome)}")
    found += [f"and {len(rulings) - MAX_LOCATIONS:,} more"] if len(rulings) > MAX_LOCATIONS else []
    paths = sorted({ruling.finding.location.path for ruling in rulings if ruling.outcome is RulingOutcome.BLOCKING})
    commands = [_format_waive_command(rule.rule, path, waive) for path in paths[:MAX_LOCATIONS]]
    return _format_page(
        [
            rule.rule,
            *_format_section("what", _describe_rule(rule.title, description, rule.cwe, rule.help_url)),
            *_format_section("fix", [fix or NO_FIX]),
            *_format_section("found", found, wrap=False),
            *_format_section("accept", commands, wrap=False),
        ]
    )


def _describe_rule(title: str, message: str, cwe: Sequence[int], help_url: str) -> list[str]:
    weaknesses = ", ".join(f"CWE-{number}" for number in cwe)
    url = escape.web_url(help_url)
    return [text for text in (title, message if message != title else "", weaknesses, f"see {url}" if url else "") if text]


def _describe_flow(flow: Sequence[FlowStep]) -> list[str]:
    """The way of request data, a line for each step."""
    return [f"{wording.format_location(step.location.path, step.location.line)}  {wording.FLOW_ROLES[step.role]}" for step in flow]


def _format_member(ruling: Ruling, shown_message: str) -> str:
    """One scanner's finding; its message unless the page already shows it."""
    finding = ruling.finding
    own = "" if finding.severity is ruling.severity else f" ({finding.severity.value} by the scanner)"
    message = "" if finding.message == shown_message else f": {finding.message}"
    return f"{finding.rule}  {ruling.severity.value}, {wording.label_outcome(ruling.outcome)}{own}  {finding.fingerprint}{message}"


def _format_waive_commands(ruling: Ruling, waive: WaiveArguments) -> list[str]:
    """A command for each member that is not suppressed; a dependency's is for its rule, wherever it is pinned.

    With a verdict, the command with the fingerprint of one member accepts all.
    """
    commands: list[str] = []
    for each in ruling.per_scanner:
        finding = each.finding
        name = finding.rule if finding.kind is FindingKind.DEPENDENCY or not finding.fingerprint else finding.fingerprint
        accepts_all = bool(commands) and waive.verdict is not None and name == finding.fingerprint
        if each.outcome is not RulingOutcome.SUPPRESSED and not accepts_all:
            commands.append(_format_waive_command(name, finding.location.path, waive))
    return commands


def _format_comment(ruling: Ruling, waive: WaiveArguments) -> list[str]:
    """The comment that accepts the finding where it is; none where the policy or the file allows no comment."""
    acceptance = waive.acceptance
    if acceptance is None or not acceptance.comments or ruling.outcome is RulingOutcome.SUPPRESSED:
        return []
    rules = list_rules_to_name(ruling.per_scanner)
    comment = acceptance.format_comment(ruling.finding.location.path, rules, acceptance.until)
    where = f"or, at the end of line {ruling.finding.location.line} or alone above it: {comment}"
    return [where if acceptance.added_comments else f"{where} (a pull-request build does not count it)"] if comment else []


def _format_waive_command(name: str, path: str, waive: WaiveArguments) -> str:
    """The command for one path; ``--path`` is a pattern, so its special characters are escaped."""
    accepted = ["--path", path_pattern(path), "--reason", "WHY", "--owner", "WHO", "--expires", waive.expires]
    words = ["scangate", "waive", name, *accepted]
    return shlex.join([*words, "--verdict", waive.verdict] if waive.verdict else words)


def path_pattern(path: str) -> str:
    """The pattern of an exception that matches just this path."""
    return "/" + re.sub(r"([*?\[\\])", r"\\\1", path)


def _format_section(label: str, texts: Iterable[str], *, wrap: bool = True) -> list[str]:
    """Lines next to a label; commands are not wrapped, and URLs are never broken."""
    lines: list[str] = []
    for text in texts:
        plain = escape.terminal(text[:MAX_TEXT_LENGTH])
        wrapped = textwrap.wrap(plain, WIDTH - LABEL_WIDTH - 2, break_long_words=False, break_on_hyphens=False)
        lines += (wrapped or [""]) if wrap else [plain]
    return [f"  {'' if number else label:<{LABEL_WIDTH}}{line}" for number, line in enumerate(lines)]


def _format_page(lines: Iterable[str]) -> str:
    return "".join(f"{escape.ci_log(line).rstrip()}\n" for line in lines)
