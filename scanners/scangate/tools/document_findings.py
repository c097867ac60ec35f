"""The findings of our rules on the structure of documents and on commands, which semgrep has no part in.

They are reported by the scanner semgrep, of whose rule pack they are; see `scangate.tools.document_rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from scangate.model import Confidence, FileReport, Finding, FindingKind, Gap, Location
from scangate.plugin import SourceFile
from scangate.source_text import decode
from scangate.tools import rule_pack
from scangate.tools.suppression_comments import find_nosemgrep
from scangate.tools.syntax_check import make_gap

if TYPE_CHECKING:
    from scangate.tools.document_rules.checking import Match

SCRIPTS = "shell"
"""The content type of which we read the files ourselves."""


def report_on_script(scanner: str, source: SourceFile, doubts: Sequence[Gap] = ()) -> FileReport:
    """What our rules on commands find in a shell script, which semgrep does not get but for rules of the user's own. ``doubts``:
    its gaps."""
    from scangate.tools.document_rules.checking import check_script  # noqa: PLC0415 -- only if needed

    matches, error = check_script(decode(source.read_bytes())[0], rule_pack.document_rule_files(SCRIPTS))
    gaps = () if error is None else (make_gap(scanner, source.path, error),)
    return FileReport(source.path, tuple(_as_findings(scanner, source, matches)), (*gaps, *doubts))


def find_in_document(scanner: str, source: SourceFile, known: Iterable[Finding]) -> Iterator[Finding]:
    """What the rules on the structure of documents find. Raises ScanError for a document that cannot be parsed.

    ``known``: what semgrep has found, by rules that are applied once more to resolved values.
    """
    files = rule_pack.document_rule_files(source.content_type)
    if not files:
        return
    from scangate.tools.document_rules.checking import check_text  # noqa: PLC0415 -- only if needed

    data = source.read_bytes()
    language = rule_pack.statement_language(source.path, source.content_type, data)
    ranges: dict[str, list[Location]] = {}
    for finding in known:
        ranges.setdefault(finding.rule, []).append(finding.location)
    for finding in _as_findings(scanner, source, check_text(decode(data)[0], files, language)):
        at = (finding.location.line, finding.location.column)
        found = ranges.get(finding.rule, ())
        if not any((each.line, each.column) <= at <= (each.end_line, each.end_column) for each in found):
            yield finding


def _as_findings(scanner: str, source: SourceFile, matches: Iterable[Match]) -> Iterator[Finding]:
    for match in matches:
        rule = match.rule
        yield Finding(
            rule=f"{scanner}:{rule.id}",
            severity=rule_pack.SEVERITIES[rule.severity],
            confidence=Confidence[rule.metadata.confidence],
            kind=FindingKind(rule.metadata.kind),
            title=rule.metadata.title,
            message=" ".join(rule.message.split()),
            location=Location(source.path, match.start[0], max(match.end[0], match.start[0]), match.start[1], match.end[1]),
            cwe=tuple(rule_pack.parse_cwes({"cwe": rule.metadata.cwe})),
            help_url=rule.metadata.help,
            tool_comment=find_nosemgrep(source.lines, match.start[0], rule.id),
        )
