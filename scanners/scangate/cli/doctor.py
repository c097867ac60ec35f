"""``scangate doctor``: what a scan would have here, and what it would lack."""

from __future__ import annotations

from pathlib import Path

import click

from scangate.app.diagnosis import diagnose
from scangate.app.requests import ScanRequest
from scangate.cli import options
from scangate.cli.console import write_page
from scangate.model import EXIT_CODES, Outcome
from scangate.report.diagnosis_text import render_json, render_text


@click.command()
@click.argument("path", type=options.path_type, default=".", metavar="[PATH]")
@options.policy_options
@click.option("--online", is_flag=True, help="Ask the advisory services whether they answer, for at most two seconds")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="What to print")
def command(  # noqa: PLR0913 -- one parameter per option
    path: Path, *, policy: str | None, environment: str | None, floor: str | None, online: bool, form: str
) -> int:
    """Check what a scan of PATH would have: tools and versions, policy, caches, network routes, git, CI system, files by type.

    Nothing is scanned, and without --online nothing is asked over the network.

    Exit codes: 0 nothing would keep the scan from being complete; 3 something would, and is marked by an x.
    """
    request = ScanRequest(root=path, policy=policy, environment=environment, floor=floor)
    diagnosis = diagnose(request, online=online)
    write_page(render_text(diagnosis) if form == "text" else render_json(diagnosis))
    return EXIT_CODES[Outcome.INCOMPLETE] if diagnosis.has_problems else 0
