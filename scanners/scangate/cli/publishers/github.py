"""``scangate publish github``: a check run with annotations, and the SARIF for code scanning."""

from __future__ import annotations

import os
from pathlib import Path

import click

from scangate.ci import Build, detect_build
from scangate.cli.publication import Delivery, VerdictToPublish, publish_once, publish_options
from scangate.errors import PublishError, UsageError
from scangate.model import Outcome
from scangate.publish import github
from scangate.publish.receipt import RejectedItem
from scangate.publish.review_comments import Review, build_comments
from scangate.report import markdown, sarif

__all__ = ["command"]

MAX_ANNOTATIONS = 100


@click.command(short_help="A check run, and SARIF for code scanning, at GitHub.")
@publish_options
@click.option("--repository", metavar="OWNER/NAME", required=True, help="The repository at GitHub")
@click.option("--ref", metavar="REF", help="What was scanned, for code scanning  [default: CodeBuild's]")
@click.option("--api", metavar="URL", default=github.API_URL, show_default=True, help="The REST API, of an own server")
@click.option("--check/--no-check", "checked", default=True, show_default=True, help="Make a check run")
@click.option("--sarif/--no-sarif", "uploaded", default=True, show_default=True, help="Upload the SARIF to code scanning")
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    verdict: Path, record: Path | None, again: bool, repository: str, ref: str | None, api: str, checked: bool, uploaded: bool
) -> int:
    """Say what VERDICT.JSON says on the commit that was scanned. The token comes from GITHUB_TOKEN in the environment."""
    reference = ref or _default_ref(detect_build(os.environ))
    if uploaded and not reference:
        raise UsageError("which branch or pull request was scanned?", "name it: --ref refs/heads/main, or --no-sarif")
    token = os.environ.get("GITHUB_TOKEN", "")

    def send(subject: VerdictToPublish) -> Delivery:
        report = subject.report
        if not token:
            raise PublishError("NoToken", "GITHUB_TOKEN is not set", "let the buildspec take it from Secrets Manager")
        there = github.GitHubClient(api, repository, report.commit, token)
        taken = 0
        if checked:
            passed = report.verdict.outcome is Outcome.PASS
            words = Review(
                markdown.render(report),
                build_comments(report, markdown.render_comment, markdown.render_comment_title, MAX_ANNOTATIONS),
                passed,
            )
            taken += 1 + github.publish_check_run(there, words, report.verdict.outcome.value)
        refusals: tuple[RejectedItem, ...] = ()
        if uploaded:
            try:
                github.upload_sarif(there, sarif.render(report), reference)
                taken += 1
            except PublishError as error:
                if not taken:
                    raise
                refusals = (RejectedItem("sarif", error.code, error.message),)
        return Delivery(taken, refusals)

    parts = [*(["check"] if checked else []), *([f"sarif of {reference}"] if uploaded else [])]
    return publish_once("github", verdict, record, to=f"{repository} {' and '.join(parts)}", again=again, send=send)


def _default_ref(here: Build | None) -> str:
    if here is None:
        return ""
    return f"refs/pull/{here.pull_request}/head" if here.pull_request else here.head_ref
