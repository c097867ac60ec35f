"""fleet.html: the roll-up as a page of the same look as report.html, with links to the repositories' pages and earlier runs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from urllib.parse import quote

from scangate.fleet.rollup import MAX_REPOSITORIES, MAX_RULES, OUTCOME_ORDER, Rollup
from scangate.fleet.trend import HEIGHT, WIDTH, RunSummary, draw_trend
from scangate.model import RulingOutcome, Severity
from scangate.report.html_template import render_template
from scangate.report.wording import format_location


def render(rollup: Rollup, pages: Collection[str] = (), runs: Sequence[RunSummary] = ()) -> str:
    """Return the page.

    ``pages``: the names of the repositories that have a page, ``repositories/NAME/report.html`` next to this one. ``runs``: the
    summaries of this run and of earlier ones.
    """
    return render_template(
        "fleet.html.j2",
        rollup=rollup,
        verdicts=[(outcome.value, rollup.count(outcome)) for outcome in OUTCOME_ORDER],
        blocking=RulingOutcome.BLOCKING,
        known=RulingOutcome.KNOWN,
        suppressed=RulingOutcome.SUPPRESSED,
        severities=[severity.value for severity in Severity.worst_first()],
        rules=rollup.rules[:MAX_RULES],
        most_open=rollup.most_open[:MAX_REPOSITORIES],
        more_rules=max(0, len(rollup.rules) - MAX_RULES),
        more_open=max(0, len(rollup.most_open) - MAX_REPOSITORIES),
        format_location=format_location,
        links={name: f"repositories/{quote(name)}/report.html" for name in pages},
        trend=draw_trend(runs),
        width=str(WIDTH),
        height=str(HEIGHT),
    )
