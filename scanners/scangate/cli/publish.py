"""``scangate publish``: send a verdict.json on, one destination a command."""

from __future__ import annotations

import click

from scangate.cli.lazy_group import LazyGroup

__all__ = ["command"]

DESTINATIONS = {
    "cloudwatch": "Metrics for dashboards and alarms.",
    "security-hub": "Findings in AWS Security Hub, kept up to date.",
    "codecommit": "Comments and an approval in a pull request of CodeCommit.",
    "github": "A check run, and SARIF for code scanning, at GitHub.",
}


@click.group(
    cls=LazyGroup,
    told=DESTINATIONS,
    package="scangate.cli.publishers",
    heading="Destinations",
    short_help="Send a verdict.json on: metrics and more.",
)
def command() -> None:
    """Send a verdict.json to where it is needed. Credentials come from boto3's usual chain.

    Exit codes: 0 all of it was taken, 4 part of it or nothing was. The verdict stays what it is; what became of the publication
    is kept in publish.json beside it, and the same command can be run again.
    """
