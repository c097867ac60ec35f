"""fleet.md: the roll-up as a page for a pull request, a wiki or a chat; nothing that comes from a repository is markup in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scangate.fleet.repository_record import RepositoryRecord
from scangate.fleet.rollup import MAX_REPOSITORIES, MAX_RULES, Rollup, RuleTotals
from scangate.model import Outcome, RulingOutcome
from scangate.report import escape
from scangate.report.wording import format_location

__all__ = ["render"]

MAX_ROWS = 500
MAX_FINDINGS = 3


def render(rollup: Rollup) -> str:
    """GitHub-flavoured Markdown without a tag."""
    blocks = [
        [f"## scangate fleet: {rollup.outcome.value}"],
        [f"{_prose(rollup.summary)}. Policy {_prose(rollup.policy)}."],
        _repositories(rollup.records),
        _reasons(rollup.records),
        _rules(rollup.rules),
        _open_findings(rollup.most_open),
        [f"{_prose(rollup.started)} to {_prose(rollup.finished)}; scangate {_prose(rollup.tool_version)}."],
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _repositories(records: Sequence[RepositoryRecord]) -> list[str]:
    lines = ["| repository | verdict | blocking | standing | gaps that count | commit |", "|---|---|--:|--:|--:|---|"]
    lines += [_repository_row(record) for record in records[:MAX_ROWS]]
    return lines + _more(len(records) - MAX_ROWS, "| and {:,} more | | | | | |")


def _repository_row(record: RepositoryRecord) -> str:
    """``-`` where nothing was read that could be counted."""
    scanned = bool(record.tool_version)
    numbers = (record.count(RulingOutcome.BLOCKING), sum(record.open_by_severity), record.gaps_that_count)
    cells = " | ".join(f"{number:,}" if scanned else "-" for number in numbers)
    commit = _cell(record.commit[:12]) if record.commit else ""
    return f"| {_prose(record.name)} | {record.outcome.value} | {cells} | {commit} |"


def _reasons(records: Iterable[RepositoryRecord]) -> list[str]:
    told = [record for record in records if record.outcome is not Outcome.PASS]
    if not told:
        return []
    lines = ["### Why", ""]
    for record in told[:MAX_ROWS]:
        lines.append(f"- **{_prose(record.name)}**, {_code(record.address)}: {_prose(record.because)}")
        lines += [f"  - hint: {_code(record.hint)}"] if record.hint else []
        lines += [
            f"  - {fault.severity} {_code(fault.rule)} {_code(format_location(fault.path, fault.line))}"
            for fault in record.worst[:MAX_FINDINGS]
        ]
    return lines + _more(len(told) - MAX_ROWS, "- and {:,} more")


def _rules(rules: Sequence[RuleTotals]) -> list[str]:
    if not rules:
        return []
    lines = ["### Rules broken most", "", "| rule | severity | blocking | standing | repositories |", "|---|---|--:|--:|--:|"]
    lines += [_rule_row(rule) for rule in rules[:MAX_RULES]]
    return lines + _more(len(rules) - MAX_RULES, "| and {:,} more | | | | |")


def _rule_row(rule: RuleTotals) -> str:
    numbers = f"{rule.blocks:,} | {rule.standing:,} | {len(rule.repositories):,}"
    return f"| {_cell(rule.rule)} {_prose(rule.title)} | {rule.severity} | {numbers} |"


def _open_findings(debts: Sequence[RepositoryRecord]) -> list[str]:
    if not debts:
        return []
    severities = [level.severity for level in debts[0].levels]
    lines = ["### Largest debts", "", f"| repository | {' | '.join(severities)} |", f"|---|{'--:|' * len(severities)}"]
    lines += [
        f"| {_prose(record.name)} | {' | '.join(f'{number:,}' for number in record.open_by_severity)} |"
        for record in debts[:MAX_REPOSITORIES]
    ]
    return lines + _more(len(debts) - MAX_REPOSITORIES, f"| and {{:,}} more {'| ' * len(severities)}|")


def _more(number: int, line: str) -> list[str]:
    return [line.format(number)] if number > 0 else []


def _prose(text: str) -> str:
    return escape.markdown(text)


def _code(text: str) -> str:
    return escape.markdown_code(escape.truncate(text, 200))


def _cell(text: str) -> str:
    """A code span in a table, whose cells end at a bar even there."""
    return _code(text).replace("|", "\\|")
