"""``scangate snippet``: list and print the buildspecs, hooks and templates that come along; writes nothing."""

from __future__ import annotations

from pathlib import Path

import click

from scangate.assets import folder
from scangate.cli.console import warn
from scangate.errors import UsageError
from scangate.judge.error_text import suggest

__all__ = ["command", "list_snippets"]

KINDS = {".yml", ".yaml", ".sh"}


@click.command(short_help="List and print ready buildspecs, hooks and templates.")
@click.argument("name", metavar="[NAME]", required=False)
def command(name: str | None) -> int:
    """Print the snippet NAME as it comes along, to be redirected into a file; without NAME, list what there is."""
    found = list_snippets()
    if name is None:
        width = max(map(len, found))
        click.echo("".join(f"{each:<{width}}  {_summary(file)}\n" for each, file in found.items()), nl=False)
        warn("print one: scangate snippet NAME; or let scangate init choose and write it")
        return 0
    if name not in found:
        raise UsageError(f"no such snippet: {name}", suggest(name, set(found)))
    click.echo(found[name].read_text("utf-8"), nl=False)
    return 0


def list_snippets() -> dict[str, Path]:
    """Every snippet by its name: its path below the folder, without `.yml` or `.yaml`."""
    root = folder("buildspec_snippets")
    files = sorted(file for file in root.rglob("*") if file.suffix in KINDS)
    return {str(file.relative_to(root)).removesuffix(".yml").removesuffix(".yaml"): file for file in files}


def _summary(file: Path) -> str:
    """What its first comment says, up to the first full stop, colon or semicolon at a word's end."""
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#!")]
    said = []
    for line in lines:
        if not line.startswith("# "):
            break
        said.append(line[2:])
    text = " ".join(said)
    ends = [at for mark in (". ", "; ", ": ") if (at := text.find(mark)) > 0]
    return text[: min(ends)] if ends else text.removesuffix(".")
