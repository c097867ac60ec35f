"""``scangate gate``: judge a verdict.json again under another policy, without scanning."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from scanners.cli import ending, output
from scanners.cli.owners import owners_of
from scanners.cli.registry import known
from scanners.cli.run import EXIT_CODES, option_types, rule_digests, site, today
from scanners.cli.verdict_file import text_of
from scanners.judge.gate import judge
from scanners.judge.reading import load
from scanners.judge.scope import would_read_more
from scanners.model import Report
from scanners.report.reading import read
from scanners.tools import CommandOptions

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
def command(verdict: Path, policy_name: str, environment: str | None, reports: tuple[str, ...]) -> int:
    """Judge what a scan found by another policy. Where that policy would have read more, the verdict is INCOMPLETE."""
    results, targets, scope, meta = read(text_of(verdict))
    policy = load(
        policy_name,
        Path.cwd(),
        environment,
        scanner_options=option_types(known()),
        command_options=CommandOptions,
        trusted=True,  # nothing is started here
        today=today(),
    )
    beyond = would_read_more(dict(scope), policy, rule_digests())
    outputs = output.parse(reports, None)
    with site(Path.cwd().resolve()) as place:
        # As the policy, CODEOWNERS is that of the directory in which we are: the one whose scan it was.
        owners = owners_of(policy, place.root, place.top)
        ruled = judge(results, targets, policy, today(), beyond=beyond, owners=owners, known=meta.known)
        report = Report(
            verdict=ruled,
            results=results,
            targets=targets,
            scope=scope,
            exit_code=EXIT_CODES[ruled.outcome],
            **msgspec.structs.asdict(meta),
        )
        output.prepare(outputs, None, place.top, place.tracks)
        report, printed = ending.write(report, outputs)
    return ending.show(report, printed, quiet=False)
