"""``scangate publish bitbucket``: a Code Insights report with annotations, and a build status."""

from __future__ import annotations

import os
from typing import Any

import click

from scangate.cli.publication import Delivery, PublishOptions, VerdictToPublish, publish_once, publish_options
from scangate.errors import PublishError
from scangate.model import Outcome, Report, Severity
from scangate.publish import bitbucket
from scangate.publish.review_comments import ReviewComment, build_comments
from scangate.report import markdown, wording

TOKEN_VARIABLE = "BITBUCKET_TOKEN"  # noqa: S105 -- the name of a variable


@click.command()
@publish_options
@click.option(
    "--repository",
    metavar="WORKSPACE/NAME",
    required=True,
    envvar="BITBUCKET_REPO_FULL_NAME",
    show_envvar=True,
    help="The Bitbucket repository",
)
@click.option("--build-url", metavar="URL", help="The page that the build status links to  [default: the commit's page]")
@click.option("--api", metavar="URL", default=bitbucket.API_URL, show_default=True, help="The API")
def command(*, repository: str, build_url: str | None, api: str, **shared: Any) -> int:
    """Post VERDICT.JSON to the scanned commit. The token is read from BITBUCKET_TOKEN in the environment."""
    token = os.environ.get(TOKEN_VARIABLE, "")

    def send(subject: VerdictToPublish) -> Delivery:
        report = subject.report
        if not token:
            raise PublishError("NoToken", f"{TOKEN_VARIABLE} is not set", "set it as a secured variable of the repository")
        client = bitbucket.create_client(api, token)
        commit = bitbucket.commit_path(repository, report.commit)
        passed = report.verdict.outcome is Outcome.PASS
        description = f"{report.verdict.outcome.value}: {wording.explain_verdict(report)}"
        count = bitbucket.publish_report(client, commit, description, _list_comments(report), passed=passed)
        url = build_url or f"https://bitbucket.org/{repository}/commits/{report.commit}"
        bitbucket.set_status(client, commit, url, description, passed=passed)
        return Delivery(2 + count)

    return publish_once("bitbucket", PublishOptions(**shared), repository, send)


def _list_comments(report: Report) -> list[tuple[Severity, ReviewComment]]:
    """The worst findings that Bitbucket has room for, each with its severity under the policy."""
    severities = {ruling.finding.fingerprint: ruling.severity for ruling in report.verdict.rulings}
    comments = build_comments(report, markdown.render_comment, markdown.render_comment_title, bitbucket.MAX_ANNOTATIONS)
    return [(severities[comment.fingerprint], comment) for comment in comments]
