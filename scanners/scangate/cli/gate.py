"""``scangate gate``: judge a verdict.json again under another policy, without scanning."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from scangate.app import policy_inputs, report_files
from scangate.app.image_scan import fetch_image_findings
from scangate.app.scan import EXIT_CODES, digest_bundled_rules, open_session, today
from scangate.app.verdict_file import read_verdict_text
from scangate.cli import report_output
from scangate.judge.evaluation import evaluate
from scangate.judge.scan_scope import find_scope_gaps
from scangate.model import Report
from scangate.report.schema import parse_scan
from scangate.tools.ecr import NAME as ECR

__all__ = ["command"]


@click.command(short_help="Judge a verdict.json again under another policy.")
@click.argument("verdict", type=click.Path(path_type=Path), metavar="VERDICT.JSON")
@click.option("--policy", "policy_name", metavar="NAME|FILE", required=True, help="A bundled policy or a file")
@click.option(
    "--env", "environment", metavar="NAME", envvar="SCANGATE_ENV", show_envvar=True, help="The policy's environment block"
)
@click.option(
    "--report", "reports", multiple=True, metavar="FORMAT=FILE", help="Write a report; - is standard output  [repeatable]"
)
@click.option(
    "--image", metavar="[HOST/]REPOSITORY@sha256:DIGEST", help="Judge what ECR found in this image, too; the ARN will do for HOST/"
)
@click.option("--image-region", metavar="NAME", default="", help="Its region  [default: its host's or ARN's, else AWS_REGION]")
@click.option(
    "--image-wait", type=click.IntRange(0, 3600), default=300, show_default=True, metavar="SECONDS", help="For ECR's scan"
)
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    verdict: Path,
    policy_name: str,
    environment: str | None,
    reports: tuple[str, ...],
    image: str | None,
    image_region: str,
    image_wait: int,
) -> int:
    """Judge what a scan found by another policy. Where that policy would have read more, the verdict is INCOMPLETE.

    With --image, what ECR found in the image that was built of it is judged together with it, as scanner `ecr`.
    """
    results, targets, scope, meta = parse_scan(read_verdict_text(verdict))
    outputs = report_files.parse_targets(reports, None)
    with open_session(Path.cwd().resolve()) as place:
        # The policy and CODEOWNERS are those of the directory in which we are: the one whose scan it was. Nothing is started here.
        by = policy_inputs.load_policy_inputs(policy_name, environment, place, trust_policy=True)
        targets = msgspec.structs.replace(targets, notes=tuple(dict.fromkeys((*targets.notes, *by.notes))))
        if image is not None:
            results = (
                *(result for result in results if result.scanner != ECR),
                fetch_image_findings(image, image_region, image_wait, place),
            )
        beyond = (*by.forced_gaps, *find_scope_gaps(dict(scope), by.policy, digest_bundled_rules()))
        ruled = evaluate(
            results, targets, by.policy, today(), forced_gaps=beyond, owners=by.owners, known_sources=meta.known_sources
        )
        report = Report(
            verdict=ruled,
            results=results,
            targets=targets,
            scope=scope,
            exit_code=EXIT_CODES[ruled.outcome],
            **msgspec.structs.asdict(meta),
        )
        report_files.prepare(outputs, None, place.worktree, place.is_tracked)
        report, printed = report_output.write_reports(report, outputs)
    return report_output.print_report(report, printed, quiet=False)
