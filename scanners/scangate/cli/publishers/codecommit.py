"""``scangate publish codecommit``: comments and an approval in a pull request."""

from __future__ import annotations

import os
from pathlib import Path

import click

from scangate.ci import detect_build
from scangate.cli.publication import Delivery, VerdictToPublish, publish_once, publish_options
from scangate.errors import UsageError
from scangate.model import Outcome
from scangate.publish import codecommit
from scangate.publish.aws_client import create_client
from scangate.publish.receipt import RejectedItem
from scangate.publish.review_comments import Review, build_comments
from scangate.publish.scope_check import describe_partial_scope
from scangate.report import markdown

__all__ = ["command"]


@click.command(short_help="Comments and an approval in a pull request of CodeCommit.")
@publish_options
@click.option("--repository", metavar="NAME", required=True, help="The repository in CodeCommit")
@click.option("--pull-request", metavar="NUMBER", help="The pull request  [default: CodeBuild's]")
@click.option("--approve/--no-approve", default=True, show_default=True, help="Approve a PASS, withdraw the approval of all else")
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    verdict: Path, record: Path | None, again: bool, repository: str, pull_request: str | None, approve: bool
) -> int:
    """Say what VERDICT.JSON says in the pull request: a summary that is kept up to date, and a remark on each line that blocks.

    Nothing is said, and nothing approved, where the pull request has moved on since the scan.
    """
    here = detect_build(os.environ)
    number = pull_request or (here.pull_request if here else "")
    if not number.isdecimal():
        raise UsageError("which pull request?", "name it: --pull-request NUMBER")

    def send(subject: VerdictToPublish) -> Delivery:
        report = subject.report
        less = describe_partial_scope(report, allow_change=True)  # a change is what a pull request is
        if less:
            raise UsageError(f"this speaks for no pull request: it is {less}", "scan the change: scangate scan --since main")
        api = create_client("codecommit")
        passed = report.verdict.outcome is Outcome.PASS
        pull = codecommit.fetch_pull_request(api, number, repository, report.commit)
        here_too = report.compared_revision is None or pull.has_merge_base(report.compared_revision.merge_base)
        if approve and not (passed and here_too):  # first of all: whatever fails after it, no approval is left
            codecommit.update_approval(api, pull, approve=False)
        words = Review(
            markdown.render(report), build_comments(report, markdown.render_comment, markdown.render_comment_title), passed
        )
        taken, refusals = codecommit.post_review(api, pull, words)
        if approve and passed and not here_too:
            refusals.append(
                RejectedItem("approval", "OtherBase", "the change was judged against another base than this pull request's")
            )
        elif approve and passed:
            codecommit.update_approval(api, pull, approve=True)
        return Delivery(taken, tuple(refusals))

    return publish_once(
        "codecommit", verdict, record, to=f"{repository}/{number}{'' if approve else ' without a vote'}", again=again, send=send
    )
