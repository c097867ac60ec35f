"""The comparison of two verdicts as JSON: every finding and gap of both with its status, written as in verdict.json."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from scangate.model import ComparedFinding, ComparedGap, ComparisonStatus, Report, VerdictComparison

SCHEMA = 1


def render(comparison: VerdictComparison) -> str:
    """The document in ASCII."""
    findings, gaps = ([_compared(each) for each in items] for items in (comparison.findings, comparison.gaps))
    document = {
        "schema": SCHEMA,
        "old": _verdict(comparison.old),
        "new": _verdict(comparison.new),
        "starts_blocking": comparison.starts_blocking,
        "differences": msgspec.to_builtins(comparison.differences),
        "counts": {
            "findings": {status.value: len(comparison.findings_with(status)) for status in ComparisonStatus},
            "gaps": {status.value: len(comparison.gaps_with(status)) for status in ComparisonStatus},
        },
        "findings": findings,
        "gaps": gaps,
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _verdict(report: Report) -> dict[str, Any]:
    verdict = report.verdict
    return {
        "outcome": verdict.outcome.value,
        "policy": verdict.policy,
        "policy_digest": verdict.policy_digest,
        "environment": verdict.environment,
        "commit": report.commit,
        "finished": report.finished,
        "tool_version": report.tool_version,
    }


def _compared(each: ComparedFinding | ComparedGap) -> dict[str, Any]:
    head = {"status": each.status.value, "starts_blocking": each.starts_blocking}
    before = msgspec.to_builtins(each.before) if each.before is not None else None
    return {**head, **msgspec.to_builtins(each.ruling), "before": before}
