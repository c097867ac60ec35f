"""``scangate policy``: check and show policies."""

from __future__ import annotations

from pathlib import Path

import click

from scangate.app.ignored_configuration import find_ignored_configuration
from scangate.app.policies import read_policy
from scangate.app.session import locate_root
from scangate.cli import options, schema
from scangate.cli.console import warn
from scangate.judge.policy import Policy
from scangate.judge.policy_dump import dump_policy
from scangate.scan.masking import mask_tokens

_name_argument = click.argument("name", metavar="[NAME|FILE]", required=False)


@click.group()
def command() -> None:
    """Check and show policies."""


@command.command()
@_name_argument
@options.environment_option
@options.floor_option
def check(name: str | None, environment: str | None, floor: str | None) -> int:
    """Validate a policy (default: scangate.yaml or [tool.scangate] in pyproject.toml, else baseline), in all its environments."""
    for note in find_ignored_configuration(locate_root(Path())[0]):
        warn(note)
    policy = _read_bounded(name, environment, floor)
    if environment is None and floor is not None:
        for each in policy.environments:
            _read_bounded(name, each, floor)
    click.echo(f"{policy.name} is a valid policy, digest {policy.digest[:12]}, read from {', '.join(policy.sources)}")
    return 0


@command.command()
@_name_argument
@options.environment_option
@options.floor_option
def show(name: str | None, environment: str | None, floor: str | None) -> int:
    """Show a policy with everything that it extends."""
    for note in find_ignored_configuration(locate_root(Path())[0]):
        warn(note)
    click.echo(mask_tokens(dump_policy(_read_bounded(name, environment, floor))), nl=False)
    return 0


def _read_bounded(name: str | None, environment: str | None, floor: str | None) -> Policy:
    bound = None if floor is None else read_policy(floor, environment, is_floor=True)
    return read_policy(name, environment, floor=bound)


command.add_command(schema.policy, "schema")
