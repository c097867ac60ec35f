"""``scangate snippet``: list and print the bundled buildspecs, hooks and templates."""

from __future__ import annotations

from pathlib import Path

import click

from scangate.assets import folder
from scangate.cli.console import print_line
from scangate.errors import UsageError
from scangate.judge.error_text import suggest

KEPT_SUFFIXES = {".sh", ".tf", ".py"}
SUFFIXES = {".yml", ".yaml"} | KEPT_SUFFIXES


@click.command()
@click.argument("name", metavar="[NAME]", required=False)
def command(name: str | None) -> int:
    """Print the snippet NAME, to be redirected into a file; without NAME, list all snippets."""
    snippets = list_snippets()
    if name is None:
        width = max(map(len, snippets))
        click.echo("".join(f"{each:<{width}}  {_summary(file)}\n" for each, file in snippets.items()), nl=False)
        print_line("print one: scangate snippet NAME; or choose and write one: scangate init")
        return 0
    if name not in snippets:
        raise UsageError(f"no such snippet: {name}", suggest(name, set(snippets)))
    click.echo(snippets[name].read_text("utf-8"), nl=False)
    return 0


def list_snippets() -> dict[str, Path]:
    """The snippets by name: the path in the directory, of YAML without the suffix.

    A template keeps `.yaml` where a buildspec has its name.
    """
    root = folder("buildspec_snippets")
    files = sorted(file for file in root.rglob("*") if file.suffix in SUFFIXES)
    buildspecs = {str(file.relative_to(root).with_suffix("")) for file in files if file.suffix == ".yml"}
    names = (str(file.relative_to(root)) for file in files)
    return {
        name
        if file.suffix in KEPT_SUFFIXES or (name.endswith(".yaml") and name[:-5] in buildspecs)
        else name.rpartition(".")[0]: file
        for name, file in zip(names, files, strict=True)
    }


def _summary(file: Path) -> str:
    """The first comment, up to its first full stop, colon or semicolon at the end of a word."""
    comment = []
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("# "):
            comment.append(line[2:])
        elif not line.startswith("#!"):
            break
    text = " ".join(comment)
    ends = [index for mark in (". ", "; ", ": ") if (index := text.find(mark)) > 0]
    return text[: min(ends)] if ends else text.removesuffix(".")
