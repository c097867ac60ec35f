"""A group of commands that loads one only when it is asked for: ``scangate --version`` needs none of them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

__all__ = ["LazyGroup"]


class LazyGroup(click.Group):
    """``told``: the commands by name, with what help says of each; ``package`` holds a module of that name with ``command``.

    ``heading`` stands above them in the help.
    """

    def __init__(self, *arguments: Any, told: Mapping[str, str], package: str, heading: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._summaries = told
        self._package = package
        self._heading = heading

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The names, in the order in which they are told."""
        return list(self._summaries)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """The command of a name, None where there is none."""
        if name not in self._summaries:
            return None
        command: click.Command = importlib.import_module(f"{self._package}.{name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's signature
        """Writes what is told of each, and loads none for it."""
        with formatter.section(self._heading):
            formatter.write_dl(list(self._summaries.items()))
