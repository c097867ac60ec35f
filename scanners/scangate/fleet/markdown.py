"""fleet.md: the roll-up as a page for a pull request, a wiki or a chat; nothing that comes from a repository is markup in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scangate.fleet.record import Record
from scangate.fleet.rollup import DEBTS, RULES, Broken, Rollup
from scangate.model import Outcome, RulingOutcome
from scangate.report import escape
from scangate.report.wording import place

__all__ = ["render"]

SHOWN = 500
FAULTS = 3


def render(rollup: Rollup) -> str:
    """GitHub-flavoured Markdown without a tag."""
    blocks = [
        [f"## scangate fleet: {rollup.outcome.value}"],
        [f"{_prose(rollup.because)}. Policy {_prose(rollup.policy)}."],
        _repositories(rollup.records),
        _reasons(rollup.records),
        _rules(rollup.rules),
        _debts(rollup.debts),
        [f"{_prose(rollup.started)} to {_prose(rollup.finished)}; scangate {_prose(rollup.tool_version)}."],
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _repositories(records: Sequence[Record]) -> list[str]:
    lines = ["| repository | verdict | blocking | standing | gaps that count | commit |", "|---|---|--:|--:|--:|---|"]
    lines += [_row(record) for record in records[:SHOWN]]
    return lines + _more(len(records) - SHOWN, "| and {:,} more | | | | | |")


def _row(record: Record) -> str:
    """``-`` where nothing was read that could be counted."""
    scanned = bool(record.tool_version)
    numbers = (record.count(RulingOutcome.BLOCKS), sum(record.debt), record.gaps_that_count)
    cells = " | ".join(f"{number:,}" if scanned else "-" for number in numbers)
    commit = _cell(record.commit[:12]) if record.commit else ""
    return f"| {_prose(record.name)} | {record.outcome.value} | {cells} | {commit} |"


def _reasons(records: Iterable[Record]) -> list[str]:
    told = [record for record in records if record.outcome is not Outcome.PASS]
    if not told:
        return []
    lines = ["### Why", ""]
    for record in told[:SHOWN]:
        lines.append(f"- **{_prose(record.name)}**, {_code(record.address)}: {_prose(record.because)}")
        lines += [f"  - hint: {_code(record.hint)}"] if record.hint else []
        lines += [
            f"  - {fault.severity} {_code(fault.rule)} {_code(place(fault.path, fault.line))}" for fault in record.worst[:FAULTS]
        ]
    return lines + _more(len(told) - SHOWN, "- and {:,} more")


def _rules(rules: Sequence[Broken]) -> list[str]:
    if not rules:
        return []
    lines = ["### Rules broken most", "", "| rule | severity | blocking | standing | repositories |", "|---|---|--:|--:|--:|"]
    lines += [_broken(rule) for rule in rules[:RULES]]
    return lines + _more(len(rules) - RULES, "| and {:,} more | | | | |")


def _broken(rule: Broken) -> str:
    numbers = f"{rule.blocks:,} | {rule.standing:,} | {len(rule.repositories):,}"
    return f"| {_cell(rule.rule)} {_prose(rule.title)} | {rule.severity} | {numbers} |"


def _debts(debts: Sequence[Record]) -> list[str]:
    if not debts:
        return []
    severities = [level.severity for level in debts[0].levels]
    lines = ["### Largest debts", "", f"| repository | {' | '.join(severities)} |", f"|---|{'--:|' * len(severities)}"]
    lines += [f"| {_prose(record.name)} | {' | '.join(f'{number:,}' for number in record.debt)} |" for record in debts[:DEBTS]]
    return lines + _more(len(debts) - DEBTS, f"| and {{:,}} more {'| ' * len(severities)}|")


def _more(number: int, line: str) -> list[str]:
    return [line.format(number)] if number > 0 else []


def _prose(text: str) -> str:
    return escape.markdown(text)


def _code(text: str) -> str:
    return escape.code(escape.shorten(text, 200))


def _cell(text: str) -> str:
    """A code span in a table, whose cells end at a bar even there."""
    return _code(text).replace("|", "\\|")
