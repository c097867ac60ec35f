"""A click group that imports a command only when it is used, which keeps ``scangate --version`` fast."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Any

import click

from scangate.errors import UsageError


class LazyGroup(click.Group):
    """``summaries``: a line of help by command name; ``package`` has a module of each name, with the attribute ``command``."""

    def __init__(self, *arguments: Any, summaries: Mapping[str, str], package: str, heading: str, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self._summaries = summaries
        self._package = package
        self._heading = heading

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """The names, in the order of the help."""
        return list(self._summaries)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """The command of a name; None for an unknown one."""
        if name not in self._summaries:
            return None
        module = f"{self._package}.{name.replace('-', '_')}"
        try:
            command: click.Command = importlib.import_module(module).command
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            return None  # the distribution scangate-verify has one command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that ``args`` begin with. Raises UsageError for an unknown one, and names the nearest."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            raise UsageError(f"no such command: {args[0]}", " ".join([ctx.command_path, *close, "--help"]))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's signature
        """Writes the summaries, without importing any command."""
        with formatter.section(self._heading):
            formatter.write_dl(list(self._summaries.items()))
