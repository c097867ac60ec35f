"""``scangate policy``: check a policy, show what it comes to, print the schema that editors use."""

from __future__ import annotations

import json
from pathlib import Path

import click

from scangate.app.scan import scanner_option_types, today
from scangate.app.scanner_registry import load_scanners
from scangate.judge import policy_loader
from scangate.judge.policy import Policy
from scangate.judge.policy_dump import dump_policy
from scangate.judge.policy_json_schema import build_policy_schema
from scangate.tools import CommandOptions

__all__ = ["command", "load_policy"]


@click.group(short_help="Check and show policies.")
def command() -> None:
    """Check and show policies."""


@command.command()
@click.argument("name", metavar="[NAME|FILE]", required=False)
@click.option(
    "--env", "environment", metavar="NAME", envvar="SCANGATE_ENV", show_envvar=True, help="The policy's environment block"
)
def check(name: str | None, environment: str | None) -> int:
    """Read a policy (default: scangate.yaml, else baseline) and say where it is wrong, if it is."""
    policy = load_policy(name, environment)
    click.echo(f"{policy.name}: a valid policy, digest {policy.digest[:12]}, read from {', '.join(policy.sources)}")
    return 0


@command.command(name="show")
@click.argument("name", metavar="[NAME|FILE]", required=False)
@click.option(
    "--env", "environment", metavar="NAME", envvar="SCANGATE_ENV", show_envvar=True, help="The policy's environment block"
)
def show_(name: str | None, environment: str | None) -> int:
    """Show what a policy comes to, with all that it extends."""
    click.echo(dump_policy(load_policy(name, environment)), nl=False)
    return 0


@command.command(name="schema")
def schema_() -> int:
    """Print the JSON Schema of a policy, for editors."""
    click.echo(json.dumps(build_policy_schema(scanner_option_types(load_scanners()), CommandOptions), indent=2, sort_keys=True))
    return 0


def load_policy(name: str | None, environment: str | None) -> Policy:
    """The policy as it is read in this directory. PolicyError where it is none."""
    return policy_loader.load_policy(
        name,
        Path.cwd(),
        environment,
        scanner_options=scanner_option_types(load_scanners()),
        command_options=CommandOptions,
        trusted=True,  # it is only read
        today=today(),
    )
