"""What GitLab's three security reports have in common: the scan, its gaps as messages, and the fields of every finding.

The schemas, in a version that is old enough for GitLab 16, which reads any patch of a minor version that it knows:
https://gitlab.com/gitlab-org/security-products/security-report-schemas
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from scangate.model import Finding, FindingKind, Report, Ruling, RulingOutcome, Severity
from scangate.report import escape, wording
from scangate.report.decision_text import explain_decision
from scangate.report.remediation import suggest_fix

VERSION = "15.0.7"
URL = "https://pypi.org/project/scangate/"
NAMESPACE = uuid.UUID("6f1b0a52-3c1f-5d0b-8a8e-0c2f6b7d9e41")  # of the ids of findings, and of nothing else
UNKNOWN_TIME = "1970-01-01T00:00:00"
MAX_NAME_LENGTH = 255
MAX_SOLUTION_LENGTH = 7000
MAX_TEXT_LENGTH = 20_000
MAX_IDENTIFIERS = 20
MAX_MESSAGES = 100

SEVERITIES = {severity: severity.value.capitalize() for severity in Severity}


def render(report: Report, scan_type: str, describe: Callable[[Finding, Report], dict[str, Any]], **more: Any) -> str:
    """A report of one type: the findings that belong to it, but for the suppressed. ``describe``: a finding's location, and other
    fields that only this type has. ``more``: such fields of the document.

    Known findings are in it: GitLab compares with the target branch itself.
    """
    shown = [ruling for ruling in report.verdict.rulings if ruling.outcome is not RulingOutcome.SUPPRESSED]
    document = {
        "version": VERSION,
        "scan": _scan(report, scan_type),
        "vulnerabilities": list(
            _vulnerabilities((each for each in shown if report_of(each.finding) == scan_type), report, describe)
        ),
        "scangate": {name: _text(value) for name, value in wording.list_run_properties(report)},
        **more,
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def report_of(finding: Finding) -> str:
    """The type of report that a finding belongs to. A dependency report has a place only for findings about a package."""
    if finding.kind is FindingKind.DEPENDENCY and finding.affected_package is not None:
        return "dependency_scanning"
    return "secret_detection" if finding.kind is FindingKind.SECRET else "sast"


def format_path(path: str) -> str:
    """A path that is never empty."""
    return escape.truncate(escape.terminal(path), escape.MAX_PATH_LENGTH) or "."


def locate_lines(finding: Finding) -> dict[str, Any]:
    """File and lines."""
    place = finding.location
    return {"file": format_path(place.path), "start_line": place.line, "end_line": place.end_line}


def _scan(report: Report, scan_type: str) -> dict[str, Any]:
    program = {
        "id": "scangate",
        "name": "scangate",
        "url": URL,
        "vendor": {"name": "scangate"},
        "version": _name(report.tool_version) or "unknown",
    }
    incomplete = bool(report.interrupted) or any(gap.blocking for gap in report.verdict.gaps)
    return {
        "type": scan_type,
        "analyzer": program,
        "scanner": program,
        "start_time": _format_time(report.started),
        "end_time": _format_time(report.finished),
        "status": "failure" if incomplete else "success",
        "messages": list(_messages(report)),
    }


def _messages(report: Report) -> Iterator[dict[str, str]]:
    """The verdict, the counts and the gaps, the blocking ones first."""
    verdict = report.verdict
    yield _message("info", f"{wording.label_verdict(report)}: {wording.explain_verdict(report)}")
    yield _message("info", wording.describe_outcome_counts(report))
    gaps = sorted(verdict.gaps, key=lambda ruling: not ruling.blocking)
    for ruling in gaps[:MAX_MESSAGES]:
        yield _message("warn" if ruling.blocking else "info", wording.describe_gap(ruling.gap))
    if len(gaps) > MAX_MESSAGES:
        yield _message("warn", f"{wording.pluralize(len(gaps) - MAX_MESSAGES, 'more coverage gap')}: see the job's log")


def _message(level: str, text: str) -> dict[str, str]:
    return {"level": level, "value": _text(text)}


def _vulnerabilities(
    rulings: Iterable[Ruling], report: Report, describe: Callable[[Finding, Report], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    copies: Counter[str] = Counter()
    for ruling in rulings:
        finding = ruling.finding
        key = "\0".join((finding.rule, finding.fingerprint, finding.location.path, str(finding.location.line)))
        copies[key] += 1
        number = uuid.uuid5(NAMESPACE, f"{key}\0{copies[key]}".encode("utf-8", "surrogatepass").hex())
        yield _vulnerability(ruling) | {"id": str(number)} | describe(finding, report)


def _vulnerability(ruling: Ruling) -> dict[str, Any]:
    finding = ruling.finding
    link = escape.web_url(finding.help_url)
    name = next(text for text in map(_name, (finding.title, finding.rule, "unnamed")) if text)
    fields: dict[str, Any] = {
        "name": name,
        "description": _markdown(finding.message) or _markdown(name),
        "severity": SEVERITIES[ruling.severity],
        "identifiers": _identifiers(ruling),
        "links": [{"url": link}] if link else [],
        "details": dict(_details(ruling)),
    }
    fix = suggest_fix(finding.rule, finding)
    return fields | ({"solution": escape.truncate(_markdown(fix), MAX_SOLUTION_LENGTH)} if fix else {})


def _details(ruling: Ruling) -> Iterator[tuple[str, dict[str, str]]]:
    """What the policy decided, and the redacted source text."""
    finding = ruling.finding
    outcome = f"{wording.label_outcome(ruling.outcome)}: {explain_decision(ruling.decision)}"
    yield "outcome", {"name": "Decision of the policy", "type": "text", "value": _text(outcome)}
    yield "fingerprint", {"name": "Fingerprint", "type": "text", "value": _text(finding.fingerprint)}
    if finding.evidence:
        yield "evidence", {"name": "Evidence", "type": "code", "value": _text(finding.evidence)}
    if finding.affected_package is not None:
        advisory = f"{wording.describe_advisory(finding)} {wording.label_bundled_only(finding)}".strip()
        yield "advisory", {"name": "Advisory", "type": "text", "value": _text(advisory)}


def _identifiers(ruling: Ruling) -> list[dict[str, str]]:
    """The first is the one by which GitLab recognizes a finding in the next pipeline: the rule, or the advisory."""
    finding = ruling.finding
    found = [_identifier(*_name_rule(finding.rule, finding), escape.web_url(finding.help_url))]
    others = dict.fromkeys(member.finding.rule for member in ruling.per_scanner if member.finding.rule != finding.rule)
    found += [_identifier(*_name_rule(rule, finding)) for rule in others]
    if finding.affected_package is not None:
        aliases = sorted({_name(alias) for alias in finding.affected_package.aliases} - {"", found[0]["value"]})
        found += [_identifier(_advisory_type(alias), alias) for alias in aliases]
    for cwe in dict.fromkeys(cwe for cwe in finding.cwe if cwe > 0):
        url = f"https://cwe.mitre.org/data/definitions/{cwe}.html"
        found.append({"type": "cwe", "name": f"CWE-{cwe}", "value": str(cwe), "url": url})
    return found[:MAX_IDENTIFIERS]


def _name_rule(rule: str, finding: Finding) -> tuple[str, str]:
    """The type and the name of an identifier for a rule; of a dependency's finding the rule ends in the advisory's name."""
    if finding.affected_package is not None:
        advisory = _name(rule.partition(":")[2] or rule) or "unnamed"
        return _advisory_type(advisory), advisory
    return "scangate_rule", _name(rule) or "unnamed"


def _identifier(kind: str, name: str, url: str = "") -> dict[str, str]:
    return {"type": kind, "name": name, "value": name} | ({"url": url} if url else {})


def _advisory_type(name: str) -> str:
    """``cve``, ``ghsa`` and other types that GitLab knows, by the prefix of an advisory's name."""
    prefix = name.partition("-")[0].lower()
    return prefix if prefix in {"cve", "ghsa", "osvdb", "usn"} else "osv"


def _format_time(text: str) -> str:
    """UTC, without a zone, as the schemas demand; they have no way to say that a time is unknown."""
    try:
        time = dt.datetime.fromisoformat(text)
        utc = (time if time.tzinfo is not None else time.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return UNKNOWN_TIME
    return f"{utc:%Y-%m-%dT%H:%M:%S}" if utc.year >= 1000 else UNKNOWN_TIME


def _name(text: str) -> str:
    return escape.truncate(escape.terminal(text).strip(), MAX_NAME_LENGTH)


def _text(text: str) -> str:
    return escape.truncate(escape.terminal(text), MAX_TEXT_LENGTH)


def _markdown(text: str) -> str:
    return escape.markdown(escape.truncate(text, MAX_TEXT_LENGTH))
