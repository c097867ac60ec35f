"""``scangate publish github``: a check run with annotations, and SARIF for code scanning."""

from __future__ import annotations

import os
from typing import Any

import click

from scangate.ci import Build, detect_build
from scangate.cli.publication import Delivery, PublishOptions, VerdictToPublish, publish_once, publish_options
from scangate.errors import PublishError, UsageError
from scangate.model import Outcome, Report
from scangate.publish import github
from scangate.publish.receipt import RejectedItem
from scangate.publish.review_comments import Review, build_comments
from scangate.report import markdown, sarif

MAX_ANNOTATIONS = 100


@click.command()
@publish_options
@click.option("--repository", metavar="OWNER/NAME", required=True, help="The GitHub repository")
@click.option("--ref", metavar="REF", help="The scanned branch or pull request, for code scanning  [default: CodeBuild's]")
@click.option("--api", metavar="URL", default=github.API_URL, show_default=True, help="The REST API of a GitHub server")
@click.option("--check/--no-check", default=True, show_default=True, help="Create a check run")
@click.option("--sarif/--no-sarif", "upload", default=True, show_default=True, help="Upload SARIF to code scanning")
def command(*, repository: str, ref: str | None, api: str, check: bool, upload: bool, **shared: Any) -> int:
    """Post VERDICT.JSON to the scanned commit. The token is read from GITHUB_TOKEN in the environment."""
    ref = ref or _default_ref(detect_build(os.environ))
    if upload and not ref:
        raise UsageError("the scanned branch or pull request is not known", "name it: --ref refs/heads/main, or --no-sarif")
    token = os.environ.get("GITHUB_TOKEN", "")

    def send(subject: VerdictToPublish) -> Delivery:
        report = subject.report
        if not token:
            raise PublishError("NoToken", "GITHUB_TOKEN is not set", "read it from Secrets Manager in the buildspec")
        commit = github.GitHubCommit(github.create_client(api, token), repository, report.commit)
        accepted = 0
        refused: dict[str, PublishError] = {}  # one part's refusal keeps nothing from the other: only an app may create check runs
        if check:
            try:
                accepted += _send_check_run(commit, report)
            except PublishError as error:
                refused["check run"] = error
        if upload:
            try:
                github.upload_sarif(commit, sarif.render(report), ref)
                accepted += 1
            except PublishError as error:
                refused["sarif"] = error
        if refused and not accepted:
            raise next(iter(refused.values()))
        return Delivery(accepted, tuple(RejectedItem(part, error.code, error.message) for part, error in refused.items()))

    parts = [*(["check"] if check else []), *([f"sarif of {ref}"] if upload else [])]
    return publish_once("github", PublishOptions(**shared), f"{repository} {' and '.join(parts)}", send)


def _send_check_run(commit: github.GitHubCommit, report: Report) -> int:
    """Creates or updates the check run; returns how many items were accepted."""
    outcome = report.verdict.outcome
    comments = build_comments(report, markdown.render_comment, markdown.render_comment_title, MAX_ANNOTATIONS)
    review = Review(markdown.render(report), comments, outcome is Outcome.PASS)
    return 1 + github.publish_check_run(commit, review, outcome.value)


def _default_ref(build: Build | None) -> str:
    if build is None:
        return ""
    return f"refs/pull/{build.pull_request}/head" if build.pull_request else build.head_ref
