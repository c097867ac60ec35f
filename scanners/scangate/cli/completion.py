"""``scangate completion``: print the script that completes commands and options in a shell, and say how to install it."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

PROGRAM = "scangate"
VARIABLE = "_SCANGATE_COMPLETE"
INSTALLATION = {
    "bash": ("scangate completion bash > ~/.scangate-complete.bash", "echo '. ~/.scangate-complete.bash' >> ~/.bashrc"),
    "zsh": ("scangate completion zsh > ~/.scangate-complete.zsh", "echo '. ~/.scangate-complete.zsh' >> ~/.zshrc"),
    "fish": ("scangate completion fish > ~/.config/fish/completions/scangate.fish",),
}


@click.command()
@click.argument("shell", type=click.Choice(list(INSTALLATION)))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print the completion script for SHELL. Its first lines say how to install it."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"click has no completion for {shell}")
    script = kind(context.find_root().command, {}, PROGRAM, VARIABLE).source()
    lines = ["Completion for scangate. To install it, run and open a new shell:", *(f"  {line}" for line in INSTALLATION[shell])]
    click.echo("\n".join(f"# {line}" for line in lines))
    click.echo(script)
    return 0
