"""fleet.html: the roll-up as a single page without scripts; the template escapes every value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from scangate.fleet.rollup import MAX_REPOSITORIES, MAX_RULES, OUTCOME_ORDER, Rollup
from scangate.model import RulingOutcome, Severity
from scangate.report import escape
from scangate.report.wording import format_location

TEMPLATE = Path(__file__).with_name("page.html.j2")


def render(rollup: Rollup) -> str:
    """Return the page."""
    # finalize runs before autoescape, which skips what is marked as escaped
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escape,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.from_string(TEMPLATE.read_text("utf-8"))
    return template.render(
        rollup=rollup,
        verdicts=[(outcome.value, rollup.count(outcome)) for outcome in OUTCOME_ORDER],
        blocking=RulingOutcome.BLOCKING,
        severities=[severity.value for severity in Severity.worst_first()],
        rules=rollup.rules[:MAX_RULES],
        most_open=rollup.most_open[:MAX_REPOSITORIES],
        more_rules=max(0, len(rollup.rules) - MAX_RULES),
        more_open=max(0, len(rollup.most_open) - MAX_REPOSITORIES),
        format_location=format_location,
    )


def _escape(value: Any) -> Markup:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return Markup(escape.html(text))  # noqa: S704 -- escaped
