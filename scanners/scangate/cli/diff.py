"""``scangate diff``: compare two verdict.json files, without a scan."""

from __future__ import annotations

from pathlib import Path

import click

from scangate.app.comparison import compare_verdict_files
from scangate.cli import options
from scangate.cli.console import write_page
from scangate.model import EXIT_CODES, Outcome
from scangate.report import DIFF_FORMATS, render_diff


@click.command()
@click.argument("old", type=options.path_type, metavar="OLD")
@click.argument("new", type=options.path_type, metavar="NEW")
@click.option(
    "--format", "form", type=click.Choice(list(DIFF_FORMATS)), default="text", show_default=True, help="markdown: a comment"
)
@click.option("--exit-code", "fails", is_flag=True, help="Exit with 1 if a finding or gap is blocking that was not before")
def command(old: Path, new: Path, *, form: str, fails: bool) -> int:
    """Compare two verdict.json files: findings and gaps that are new, fixed and unchanged.

    They are matched as with a baseline, so that moved lines and renamed files change nothing. What NEW did not scan is not called
    fixed. Different policies, scanners and files are named.
    """
    comparison = compare_verdict_files(old, new)
    write_page(render_diff(comparison, form))
    return EXIT_CODES[Outcome.FAIL] if fails and comparison.starts_blocking else 0
