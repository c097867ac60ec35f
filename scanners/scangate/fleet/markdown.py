"""fleet.md: the roll-up for a pull request, a wiki or a chat; text from repositories is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scangate.fleet.repository_record import RepositoryRecord
from scangate.fleet.rollup import MAX_REPOSITORIES, MAX_RULES, Rollup
from scangate.model import Outcome, RulingOutcome, Severity
from scangate.report import escape
from scangate.report.wording import format_location

MAX_ROWS = 500
MAX_FINDINGS = 3
REPOSITORY_COLUMNS = ("repository", "verdict", "blocking", "open", "known", "suppressed", "blocking gaps", "commit")


def render(rollup: Rollup) -> str:
    """Return GitHub-flavoured Markdown without HTML."""
    severities = [severity.value for severity in Severity.worst_first()]
    most_rules, most_open = "Rules with the most findings", "Repositories with the most open findings"
    blocks = [
        [f"## scangate fleet: {rollup.outcome.value}"],
        [f"{_prose(rollup.summary)}. Policy {_prose(rollup.policy)}."],
        _table(REPOSITORY_COLUMNS, _repository_rows(rollup), MAX_ROWS),
        list(_reasons([record for record in rollup.records if record.outcome is not Outcome.PASS])),
        list(_coverage(rollup.records)),
        _table(["rule", "severity", "blocking", "open", "repositories"], _rule_rows(rollup), MAX_RULES, most_rules),
        _table(["repository", *severities], _open_rows(rollup), MAX_REPOSITORIES, most_open),
        [f"{_prose(rollup.started)} to {_prose(rollup.finished)}; scangate {_prose(rollup.tool_version)}."],
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], limit: int, title: str = "") -> list[str]:
    """Return the lines of a table of at most ``limit`` rows, with the numbers of further ones; nothing if there are no rows."""
    every = list(rows)
    if not every:
        return []
    left_aligned = {"repository", "verdict", "commit", "rule", "severity"}
    alignment = "".join("---|" if column in left_aligned else "--:|" for column in columns)
    lines = [f"### {title}", ""] if title else []
    lines += [f"| {' | '.join(columns)} |", f"|{alignment}"]
    lines += [f"| {' | '.join(row)} |" for row in every[:limit]]
    more = len(every) - limit
    return lines + ([f"| and {more:,} more |{' |' * (len(columns) - 1)}"] if more > 0 else [])


def _repository_rows(rollup: Rollup) -> Iterator[Sequence[str]]:
    for record in rollup.records:
        accepted = (record.count(RulingOutcome.KNOWN), record.count(RulingOutcome.SUPPRESSED))
        counts = (record.count(RulingOutcome.BLOCKING), sum(record.open_by_severity), *accepted, record.blocking_gaps)
        numbers = [f"{count:,}" if record.tool_version else "-" for count in counts]  # - if it was not scanned
        yield _prose(record.name), record.outcome.value, *numbers, _cell(record.commit[:12]) if record.commit else ""


def _rule_rows(rollup: Rollup) -> Iterator[Sequence[str]]:
    for rule in rollup.rules:
        numbers = (rule.blocking, rule.open, len(rule.repositories))
        yield f"{_cell(rule.rule)} {_prose(rule.title)}", rule.severity.value, *(f"{number:,}" for number in numbers)


def _open_rows(rollup: Rollup) -> Iterator[Sequence[str]]:
    for record in rollup.most_open:
        yield _prose(record.name), *(f"{number:,}" for number in record.open_by_severity)


def _reasons(records: Sequence[RepositoryRecord]) -> Iterator[str]:
    if records:
        yield from ("### Reasons", "")
    for record in records[:MAX_ROWS]:
        yield f"- **{_prose(record.name)}**, {_code(record.address)}: {_prose(record.reason)}"
        if record.hint:
            yield f"  - hint: {_code(record.hint)}"
        for finding in record.blocking_findings[:MAX_FINDINGS]:
            yield f"  - {finding.severity.value} {_code(finding.rule)} {_code(format_location(finding.path, finding.line))}"
    if len(records) > MAX_ROWS:
        yield f"- and {len(records) - MAX_ROWS:,} more"


def _coverage(records: Sequence[RepositoryRecord]) -> Iterator[str]:
    covered = [record for record in records if record.coverage]
    if covered:
        yield from ("### Coverage", "")
    for record in covered[:MAX_ROWS]:
        yield f"- **{_prose(record.name)}**: {'; '.join(map(_prose, record.coverage))}"
    if len(covered) > MAX_ROWS:
        yield f"- and {len(covered) - MAX_ROWS:,} more"


def _prose(text: str) -> str:
    return escape.markdown(text)


def _code(text: str) -> str:
    return escape.markdown_code(escape.truncate(text, 200))


def _cell(text: str) -> str:
    """Return a code span for a table cell, in which ``|`` must be escaped."""
    return _code(text).replace("|", "\\|")
