"""``scangate schema``: print the JSON Schema of a file that scangate reads or writes."""

from __future__ import annotations

import json

import click

from scangate.app.policies import scanner_option_types
from scangate.app.scanner_registry import load_scanners
from scangate.judge.policy_json_schema import build_policy_schema
from scangate.report.schema import verdict_json_schema
from scangate.tools.sarif_command import Options as CommandOptions


@click.group()
def command() -> None:
    """Print the JSON Schema of a policy, for editors, or of verdict.json, for programs that read it."""


@command.command()
def policy() -> None:
    """Print the JSON Schema of a policy, with the options of the installed scanners."""
    _print(policy_schema())


@command.command()
def verdict() -> None:
    """Print the JSON Schema of verdict.json."""
    _print(verdict_json_schema())


def policy_schema() -> object:
    """The JSON Schema of a policy, with the options of the installed scanners."""
    return build_policy_schema(scanner_option_types(load_scanners()), CommandOptions)


def _print(schema: object) -> None:
    click.echo(json.dumps(schema, indent=2, sort_keys=True))
