"""A click group with a command that is meant where none is named: ``scangate rules NAME`` and ``scangate rules test DIR``."""

from __future__ import annotations

from typing import Any

import click


class DefaultGroup(click.Group):
    """``default``: the name of the command that gets all arguments that begin with no command's name."""

    def __init__(self, *arguments: Any, default: str, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.default = default

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts the default command before ``args`` that name none; help is that of the group."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [self.default, *args]
        return super().parse_args(ctx, args)
