"""``scangate merge``: merge the shard files of a scan, and evaluate them as one scan."""

from __future__ import annotations

from typing import Any

import click

from scangate.app.interruption import catch_signals
from scangate.app.merging import merge
from scangate.app.requests import MergeRequest
from scangate.cli import options
from scangate.cli.console_options import ConsoleOptions
from scangate.cli.progress import ConsoleEvents
from scangate.cli.report_output import print_report


@click.command()
@click.argument("shard_files", nargs=-1, required=True, type=options.path_type, metavar="SHARD-FILE...")
@click.option(
    "--root", metavar="DIR", type=options.path_type, default=".", help="The scanned directory  [default: the current directory]"
)
@options.policy_options
@options.since_option
@options.format_option
@options.show_all_option
@options.report_option
@options.output_dir_option
@options.baseline_options
@options.trust_policy_option
@options.quiet_option
def command(*, console_format: str, show_all: bool, quiet: bool, **fields: Any) -> int:
    """Merge the SHARD-FILEs that `scangate scan --shard` wrote, and evaluate them as one scan.

    They must be all shard files of one scan, of the files in --root as they are now, with the same policy, --since and
    --baseline. The exit code is the verdict. Scanners run only over the base of --since.
    """
    request = MergeRequest(**fields)
    with catch_signals() as interruption, ConsoleEvents(quiet=True) as events:
        report = merge(request, events, interruption)
    return print_report(report, request.reports, ConsoleOptions(console_format, show_all=show_all, quiet=quiet))
