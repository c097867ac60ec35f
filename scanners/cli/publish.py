"""``scangate publish``: send a verdict.json on, one destination a command."""

from __future__ import annotations

import importlib

import click

__all__ = ["command"]

DESTINATIONS = {
    "cloudwatch": "Metrics for dashboards and alarms.",
    "security-hub": "Findings in AWS Security Hub, kept up to date.",
    "codecommit": "Comments and an approval in a pull request of CodeCommit.",
    "github": "A check run, and SARIF for code scanning, at GitHub.",
}


class _Destinations(click.Group):
    """Loads a destination only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        return list(DESTINATIONS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        if name not in DESTINATIONS:
            return None
        module = importlib.import_module(f"scanners.cli.publishers.{name.replace('-', '_')}")
        destination: click.Command = module.command
        return destination

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's signature
        with formatter.section("Destinations"):
            formatter.write_dl(list(DESTINATIONS.items()))


@click.group(cls=_Destinations, short_help="Send a verdict.json on: metrics and more.")
def command() -> None:
    """Send a verdict.json to where it is needed. Credentials come from boto3's usual chain.

    Exit codes: 0 all of it was taken, 4 part of it or nothing was. The verdict stays what it is; what became of the publication
    is kept in publish.json beside it, and the same command can be run again.
    """
