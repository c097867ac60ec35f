"""``scangate publish codecommit``: comments and an approval on a pull request."""

from __future__ import annotations

import os
from typing import Any

import click

from scangate.ci import detect_build
from scangate.cli.publication import Delivery, PublishOptions, VerdictToPublish, publish_once, publish_options
from scangate.errors import UsageError
from scangate.model import Outcome
from scangate.publish import codecommit
from scangate.publish.aws_client import create_client
from scangate.publish.receipt import RejectedItem
from scangate.publish.review_comments import Review, build_comments
from scangate.publish.scope_check import describe_partial_scope
from scangate.report import markdown


@click.command()
@publish_options
@click.option("--repository", metavar="NAME", required=True, help="The CodeCommit repository")
@click.option("--pull-request", metavar="NUMBER", help="The pull request  [default: CodeBuild's]")
@click.option("--approve/--no-approve", default=True, show_default=True, help="Approve a PASS, and revoke the approval otherwise")
def command(*, repository: str, pull_request: str | None, approve: bool, **shared: Any) -> int:
    """Post VERDICT.JSON to the pull request: a summary that is kept up to date, and a comment on each line with a blocking finding.

    Nothing is posted or approved if the pull request has changed since the scan.
    """
    build = detect_build(os.environ)
    number = pull_request or (build.pull_request if build else "")
    if not number.isdecimal():
        raise UsageError("the pull request is not known", "name it: --pull-request NUMBER")

    def send(subject: VerdictToPublish) -> Delivery:
        report = subject.report
        partial = describe_partial_scope(report, allow_change=True)
        if partial:
            raise UsageError(
                f"this is not the verdict of a pull request: it is {partial}", "scan the change: scangate scan --since main"
            )
        api = create_client("codecommit")
        passed = report.verdict.outcome is Outcome.PASS
        pull = codecommit.fetch_pull_request(api, number, repository, report.commit)
        has_same_base = report.compared_revision is None or pull.has_merge_base(report.compared_revision.merge_base)
        if approve and not (passed and has_same_base):  # first, so that no approval is left if a later step fails
            codecommit.update_approval(api, pull, approve=False)
        comments = build_comments(report, markdown.render_comment, markdown.render_comment_title)
        accepted, refusals = codecommit.post_review(api, pull, Review(markdown.render(report), comments, passed))
        if approve and passed and not has_same_base:
            refusals.append(
                RejectedItem("approval", "OtherBase", "the scan was compared with another base than the pull request's")
            )
        elif approve and passed:
            codecommit.update_approval(api, pull, approve=True)
        return Delivery(accepted, tuple(refusals))

    to = f"{repository}/{number}{'' if approve else ' without a vote'}"
    return publish_once("codecommit", PublishOptions(**shared), to, send)
