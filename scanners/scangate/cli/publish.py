"""``scangate publish``: send a verdict.json to a destination; one command each."""

from __future__ import annotations

import click

from scangate.cli.lazy_group import LazyGroup

DESTINATIONS = {
    "cloudwatch": "Metrics for dashboards and alarms.",
    "security-hub": "Findings in AWS Security Hub, kept up to date.",
    "codecommit": "Comments and an approval on a CodeCommit pull request.",
    "github": "A GitHub check run, and SARIF for code scanning.",
    "gitlab": "A GitLab commit status, and a note on a merge request.",
    "bitbucket": "A Bitbucket report with annotations, and a build status.",
}


@click.group(cls=LazyGroup, summaries=DESTINATIONS, package="scangate.cli.publishers", heading="Destinations")
def command() -> None:
    """Send a verdict.json to a destination. Credentials come from boto3's default chain.

    Exit codes: 0 everything was accepted, 4 some or all of it was not. The verdict does not change. The result is recorded in
    publish.json next to it, and the command can be run again.
    """
