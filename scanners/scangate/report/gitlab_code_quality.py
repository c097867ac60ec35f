"""GitLab's Code Quality report: findings and blocking gaps as entries of the merge request widget, which every tier has.

The format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. GitLab reads up to the first entry that is
not valid, and keeps one entry of each fingerprint:
https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/gitlab/ci/parsers/codequality/code_climate.rb
"""

from __future__ import annotations

import hashlib
import json
import posixpath
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from scangate.model import Gap, Report, Ruling, RulingOutcome, Severity
from scangate.report import escape, gitlab, wording
from scangate.report.concise import format_message

SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.UNKNOWN: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}
GAP_SEVERITY = "critical"
NO_FILE = "."
"""The path of a gap that is not about one file: GitLab requires a path, and links this one to the root of the repository."""


class _Issue(NamedTuple):
    """An entry, and what identifies it in the next pipeline: never a line, which moves."""

    identity: tuple[str, ...]
    check: str
    description: str
    severity: str
    path: str
    line: int


def render(report: Report) -> str:
    """A JSON array: all findings that are not suppressed, then the blocking gaps, in the order of the verdict.

    Known findings are in it: GitLab compares with the target branch itself.
    """
    copies: Counter[tuple[str, ...]] = Counter()
    entries = []
    for issue in _issues(report):
        copies[issue.identity] += 1
        entries.append(_entry(issue, copies[issue.identity]))
    return json.dumps(entries, indent=1) + "\n"


def _issues(report: Report) -> Iterator[_Issue]:
    verdict = report.verdict
    yield from (_finding_issue(ruling) for ruling in verdict.rulings if ruling.outcome is not RulingOutcome.SUPPRESSED)
    yield from (_gap_issue(ruling.gap) for ruling in verdict.gaps if ruling.blocking)


def _finding_issue(ruling: Ruling) -> _Issue:
    finding = ruling.finding
    also = f"(also {merged})" if (merged := wording.list_merged_rules(ruling)) else ""
    number = f"[{wording.short_fingerprint(finding)}]" if finding.fingerprint else ""
    message = finding.message or finding.title or finding.rule
    return _Issue(
        identity=("finding", finding.rule, finding.location.path, finding.fingerprint),
        check=finding.rule,
        description=" ".join(map(format_message, filter(None, (message, also, wording.label_bundled_only(finding), number)))),
        severity=SEVERITIES[ruling.severity],
        path=finding.location.path,
        line=finding.location.line,
    )


def _gap_issue(gap: Gap) -> _Issue:
    hint = f"; hint: {gap.hint}" if gap.hint else ""
    return _Issue(
        identity=("gap", gap.scanner, gap.kind.value, gap.path or "", gap.content_type, gap.analysis or ""),
        check=f"{gap.scanner}:{gap.kind.value}",
        description=format_message(f"not analyzed by {gap.scanner}: {gap.reason}{hint}"),
        severity=GAP_SEVERITY,
        path=gap.path or NO_FILE,
        line=gap.line,
    )


def _entry(issue: _Issue, copy: int) -> dict[str, Any]:
    identity = json.dumps([*issue.identity, copy])
    return {
        "check_name": format_message(issue.check),
        "description": issue.description,
        "fingerprint": hashlib.sha256(identity.encode()).hexdigest(),
        "severity": issue.severity,
        "location": {"path": _path(issue.path), "lines": {"begin": max(issue.line, 1)}},
    }


def _path(path: str) -> str:
    """A relative path that stays in the repository, whatever a scanner reports: GitLab makes an address of it."""
    return escape.ci_log(gitlab.format_path(posixpath.normpath(f"/{path}").lstrip("/")))
