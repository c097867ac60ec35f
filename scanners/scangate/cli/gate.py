"""``scangate gate``: evaluate a verdict.json under another policy, without scanning."""

from __future__ import annotations

from typing import Any

import click

from scangate.app.reevaluation import reevaluate
from scangate.app.requests import ReevaluationRequest
from scangate.cli import options
from scangate.cli.console_options import ConsoleOptions
from scangate.cli.progress import ConsoleEvents
from scangate.cli.report_output import print_report


@click.command()
@options.verdict_argument
@click.option("--policy", metavar="NAME|FILE", required=True, help="A bundled policy or a file")
@options.environment_option
@options.floor_option
@options.format_option
@options.show_all_option
@options.make_report_option()
@options.quiet_option
@click.option(
    "--image",
    metavar="[HOST/]REPOSITORY@sha256:DIGEST",
    help="Also evaluate ECR's findings in this image; HOST may be a repository's ARN",
)
@click.option("--image-region", metavar="NAME", default="", help="The image's region  [default: from HOST, else AWS_REGION]")
@click.option(
    *("--image-wait",),
    type=click.IntRange(0, 3600),
    default=300,
    show_default=True,
    metavar="SECONDS",
    help="Maximum wait for ECR's scan",
)
@click.option(
    *("--sbom-scan",),
    type=options.path_type,
    metavar="FILE",
    help="Also evaluate what Amazon Inspector found in an SBOM, as CycloneDX",
)
def command(*, console_format: str, show_all: bool, quiet: bool, **fields: Any) -> int:
    """Evaluate the findings of VERDICT.JSON under another policy, without a scan.

    If that policy requires more than was scanned, the verdict is INCOMPLETE.

    With --image, ECR's findings in the image built from the scanned source are evaluated as well, as scanner `ecr`.
    With --sbom-scan, so are those in a result of Inspector, as scanner `inspector`; what it did not look up is a gap.
    """
    request = ReevaluationRequest(**fields)
    with ConsoleEvents(quiet=True) as events:
        report = reevaluate(request, events)
    return print_report(report, request.reports, ConsoleOptions(console_format, show_all=show_all, quiet=quiet))
