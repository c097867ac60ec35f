"""fleet.html: the roll-up as one page that needs no other file and runs no script; every value in it is escaped by the template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from scangate.fleet.rollup import MAX_REPOSITORIES, MAX_RULES, Rollup
from scangate.model import Outcome, RulingOutcome
from scangate.report import escape
from scangate.report.wording import format_location

__all__ = ["render"]

TEMPLATE = Path(__file__).with_name("page.html.j2")
ORDER = (Outcome.FAIL, Outcome.INCOMPLETE, Outcome.PASS)


def render(rollup: Rollup) -> str:
    """The page, in UTF-8 text."""
    # finalize sees every value before autoescape does, which leaves alone what is marked as escaped
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escape,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.from_string(TEMPLATE.read_text("utf-8"))
    severities = [level.severity for level in rollup.most_open[0].levels] if rollup.most_open else []
    return template.render(
        rollup=rollup,
        verdicts=[(outcome.value, rollup.count(outcome)) for outcome in ORDER],
        blocks=RulingOutcome.BLOCKING,
        passed=Outcome.PASS,
        severities=severities,
        rules=rollup.rules[:MAX_RULES],
        debts=rollup.most_open[:MAX_REPOSITORIES],
        more_rules=max(0, len(rollup.rules) - MAX_RULES),
        more_debts=max(0, len(rollup.most_open) - MAX_REPOSITORIES),
        place=format_location,
    )


def _escape(value: Any) -> Markup:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return Markup(escape.html(text))  # noqa: S704 -- escaped by the one function for this language
