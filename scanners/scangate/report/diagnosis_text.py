"""The result of ``scangate doctor`` as text for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from scangate.model import CheckArea, CheckStatus, Diagnosis
from scangate.report import escape
from scangate.report.wording import pluralize

MARKS = {CheckStatus.OK: " ", CheckStatus.WARNING: "!", CheckStatus.PROBLEM: "x"}
MAX_CHECKS = 20
"""Of one area; problems are always shown."""
NAME_WIDTH = 20
MAX_LENGTH = 400
RESULTS = {
    False: "nothing known without a scan would keep it from being complete",
    True: "a scan would be INCOMPLETE, or would not start",
}
"""By whether there is a problem."""


def render_text(diagnosis: Diagnosis) -> str:
    """The checks by area, each problem and warning with its hint, and the result last."""
    return "".join(f"{line.rstrip()}\n" for line in _lines(diagnosis))


def render_json(diagnosis: Diagnosis) -> str:
    """All checks as a list, and whether there is a problem."""
    document = {"problems": diagnosis.has_problems, "checks": msgspec.to_builtins(diagnosis.checks)}
    return json.dumps(document, indent=1) + "\n"


def _lines(diagnosis: Diagnosis) -> Iterator[str]:
    for area in CheckArea:
        checks = [check for check in diagnosis.checks if check.area is area]
        if not checks:
            continue
        yield area.value
        ordered = sorted(checks, key=lambda check: check.status is not CheckStatus.PROBLEM)
        shown = [check for at, check in enumerate(ordered) if at < MAX_CHECKS or check.status is CheckStatus.PROBLEM]
        for check in shown:
            yield f"  {MARKS[check.status]} {_escape(check.name):<{NAME_WIDTH}} {_escape(check.detail)}"
            if check.hint and check.status is not CheckStatus.OK:
                yield f"    {'':<{NAME_WIDTH}} hint: {_escape(check.hint)}"
        if len(shown) < len(checks):
            yield f"    and {len(checks) - len(shown):,} more: --format json"
        yield ""
    problems, warnings = (
        sum(check.status is status for check in diagnosis.checks) for status in (CheckStatus.PROBLEM, CheckStatus.WARNING)
    )
    end = (
        "a scan would be INCOMPLETE, or would not start"
        if problems
        else "nothing known without a scan would keep it from being complete"
    )
    yield f"{pluralize(problems, 'problem')} (x), {pluralize(warnings, 'warning')} (!): {end}"


def _escape(text: str) -> str:
    return escape.ci_log(escape.truncate(text, MAX_LENGTH))
