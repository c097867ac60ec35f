"""The list of rules, as a table for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from scangate.model import RuleInfo, Severity
from scangate.report import escape
from scangate.report.wording import pluralize


def render_table(rules: Sequence[RuleInfo]) -> str:
    """A line for each rule: severity, name, weaknesses, title; and their number."""
    rows = [(_severity(each), each.rule, ", ".join(f"CWE-{number}" for number in each.cwe) or "-", each.title) for each in rules]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), escape.terminal(row[3])]) for row in rows
    ]
    return "\n".join([*lines, "", f"{pluralize(len(rules), 'rule')}; the page of one: scangate rules NAME", ""])


def render_json(rules: Sequence[RuleInfo]) -> str:
    """A list with an object for each rule."""
    entries = [
        {
            "rule": each.rule,
            "scanner": each.rule.partition(":")[0],
            "title": each.title,
            "severity": each.severity.value,
            "kind": each.kind.value,
            "cwe": list(each.cwe),
            "description": each.description,
            "help_url": each.help_url,
            "page": each.page,
        }
        for each in rules
    ]
    return json.dumps(entries, indent=1) + "\n"


def _severity(about: RuleInfo) -> str:
    return "varies" if about.severity is Severity.UNKNOWN else about.severity.value
