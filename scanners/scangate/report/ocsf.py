"""Findings as OCSF 1.4 events, one JSON document a line: class 2007, Application Security Posture Finding.

https://schema.ocsf.io/1.4.0/classes/application_security_posture_finding
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from scangate.model import AffectedPackage, Finding, Report, Ruling, RulingOutcome
from scangate.report import escape, summary, wording
from scangate.report.decision_text import explain_decision

VERSION = "1.4.0"
CATEGORY, CLASS, CREATE = 2, 2007, 1
NEW, IN_PROGRESS, SUPPRESSED = 1, 2, 3
STATUS = {
    RulingOutcome.BLOCKING: (NEW, "New"),
    RulingOutcome.NOT_JUDGED: (NEW, "New"),
    RulingOutcome.TOLERATED: (NEW, "New"),
    RulingOutcome.KNOWN: (IN_PROGRESS, "In Progress"),
    RulingOutcome.SUPPRESSED: (SUPPRESSED, "Suppressed"),
}
SEVERITIES = ("Unknown", "Informational", "Low", "Medium", "High", "Critical")
"""By ``severity_id``, which is `Severity.rank`."""


def render(report: Report) -> str:
    """One line per finding, whatever its outcome. Gaps have no event: the schema has no class for them."""
    return "".join(f"{json.dumps(_event(ruling, report), sort_keys=True)}\n" for ruling in report.verdict.rulings)


def _event(ruling: Ruling, report: Report) -> dict[str, Any]:
    finding = ruling.finding
    number, status = STATUS[ruling.outcome]
    return {
        "activity_id": CREATE,
        "category_uid": CATEGORY,
        "class_uid": CLASS,
        "type_uid": CLASS * 100 + CREATE,
        "time": _milliseconds(report),
        "severity_id": ruling.severity.rank,
        "severity": SEVERITIES[ruling.severity.rank],
        "status_id": number,
        "status": status,
        "status_detail": _escape(explain_decision(ruling.decision)),
        "confidence_id": finding.confidence.rank,
        "message": _escape(finding.message),
        "metadata": {
            "version": VERSION,
            "product": {"name": "scangate", "vendor_name": "scangate", "version": _escape(report.tool_version)},
        },
        "finding_info": {
            "uid": _escape(finding.fingerprint or finding.rule),
            "title": _escape(finding.title or finding.rule),
            "desc": _escape(finding.message),
            "types": [finding.kind.value],
            "data_sources": list(map(_escape, finding.reported_by)) or [finding.scanner],
            "analytic": {"name": _escape(finding.rule), "type_id": 1, "uid": _escape(finding.rule)},
        },
        "vulnerabilities": [_vulnerability(finding)],
        "resources": [{"name": _escape(finding.location.path), "type": "file", "version": _escape(report.commit)}],
        "unmapped": {
            "outcome": ruling.outcome.value,
            "policy": _escape(wording.describe_policy(report)),
            "policy_origin": _escape(wording.describe_policy_origin(report)),
            "evidence": _escape(finding.evidence),
            "bundled_only": summary.is_bundled_only(finding),
        },
    }


def _vulnerability(finding: Finding) -> dict[str, Any]:
    link = escape.web_url(finding.help_url)
    document: dict[str, Any] = {
        "title": _escape(finding.title or finding.rule),
        "desc": _escape(finding.message),
        "references": [link] if link else [],
        "affected_code": [
            {
                "file": _file(finding.location.path),
                "start_line": finding.location.line,
                "end_line": finding.location.end_line,
            }
        ],
    }
    if finding.cwe:
        document["cwe"] = {"uid": f"CWE-{finding.cwe[0]}"}
    return document | (
        dict(_package_fields(finding.affected_package, finding.rule)) if finding.affected_package is not None else {}
    )


def _file(path: str) -> dict[str, Any]:
    return {"name": _escape(path.rpartition("/")[2]) or "-", "path": _escape(path), "type_id": 1}


def _package_fields(package: AffectedPackage, rule: str) -> Iterator[tuple[str, Any]]:
    yield "is_fix_available", bool(package.fixed_in)
    fixed = {"fixed_in_version": _escape(package.fixed_in[0])} if package.fixed_in else {}
    yield "affected_packages", [{"name": _escape(package.name), "version": _escape(package.version), **fixed}]
    names = (rule.partition(":")[2], *package.aliases)
    number = next((name for name in names if name.upper().startswith("CVE-")), "")
    if number:
        yield "cve", {"uid": _escape(number)}
    yield "related_vulnerabilities", sorted({_escape(name) for name in names} - {number})


def _milliseconds(report: Report) -> int:
    """The time at which the scan finished; 0 if it is unknown."""
    try:
        return int(dt.datetime.fromisoformat(report.finished).timestamp() * 1000)
    except ValueError:
        return 0


def _escape(text: str) -> str:
    return escape.terminal(text)
