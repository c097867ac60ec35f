"""fleet.html: the roll-up as one page that needs no other file and runs no script; every value in it is escaped by the template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from scangate.fleet.rollup import DEBTS, RULES, Rollup
from scangate.model import Outcome, RulingOutcome
from scangate.report import escape
from scangate.report.wording import place

__all__ = ["render"]

TEMPLATE = Path(__file__).with_name("page.html.j2")
ORDER = (Outcome.FAIL, Outcome.INCOMPLETE, Outcome.PASS)


def render(rollup: Rollup) -> str:
    """The page, in UTF-8 text."""
    # finalize sees every value before autoescape does, which leaves alone what is marked as escaped
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escaped,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.from_string(TEMPLATE.read_text("utf-8"))
    severities = [level.severity for level in rollup.debts[0].levels] if rollup.debts else []
    return template.render(
        rollup=rollup,
        verdicts=[(outcome.value, rollup.number(outcome)) for outcome in ORDER],
        blocks=RulingOutcome.BLOCKS,
        passed=Outcome.PASS,
        severities=severities,
        rules=rollup.rules[:RULES],
        debts=rollup.debts[:DEBTS],
        more_rules=max(0, len(rollup.rules) - RULES),
        more_debts=max(0, len(rollup.debts) - DEBTS),
        place=place,
    )


def _escaped(value: Any) -> Markup:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return Markup(escape.html(text))  # noqa: S704 -- escaped by the one function for this language
