"""``scangate publish codecommit``: comments and an approval in a pull request."""

from __future__ import annotations

import os
from pathlib import Path

import click
import msgspec

from scangate.cli.publication import Sent, Subject, arguments, carry_out
from scangate.errors import UsageError
from scangate.model import Outcome
from scangate.publish import codecommit
from scangate.publish.change import Words, remarks
from scangate.publish.client import client
from scangate.publish.codebuild import build
from scangate.publish.extent import shortfall
from scangate.publish.receipt import Refusal
from scangate.report import markdown

__all__ = ["command"]


@click.command(short_help="Comments and an approval in a pull request of CodeCommit.")
@arguments
@click.option("--repository", metavar="NAME", required=True, help="The repository in CodeCommit")
@click.option("--pull-request", metavar="NUMBER", help="The pull request  [default: CodeBuild's]")
@click.option("--approve/--no-approve", default=True, show_default=True, help="Approve a PASS, withdraw the approval of all else")
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    verdict: Path, record: Path | None, again: bool, repository: str, pull_request: str | None, approve: bool
) -> int:
    """Say what VERDICT.JSON says in the pull request: a summary that is kept up to date, and a remark on each line that blocks.

    Nothing is said, and nothing approved, where the pull request has moved on since the scan.
    """
    here = build(os.environ)
    number = pull_request or (here.pull_request if here else "")
    if not number.isdecimal():
        raise UsageError("which pull request?", "name it: --pull-request NUMBER")

    def send(subject: Subject) -> Sent:
        report = subject.report
        less = shortfall(msgspec.structs.replace(report, since=None))  # a change is what a pull request is
        if less:
            raise UsageError(f"this speaks for no pull request: it is {less}", "scan the change: scangate scan --since main")
        api = client("codecommit")
        passed = report.verdict.outcome is Outcome.PASS
        pull = codecommit.pull_request(api, number, repository, report.commit)
        here_too = report.since is None or pull.is_of(report.since.fork)
        if approve and not (passed and here_too):  # first of all: whatever fails after it, no approval is left
            codecommit.vote(api, pull, approve=False)
        words = Words(markdown.render(report), remarks(report, markdown.remark, markdown.title), passed)
        taken, refusals = codecommit.speak(api, pull, words)
        if approve and passed and not here_too:
            refusals.append(Refusal("approval", "OtherBase", "the change was judged against another base than this pull request's"))
        elif approve and passed:
            codecommit.vote(api, pull, approve=True)
        return Sent(taken, tuple(refusals))

    return carry_out(
        "codecommit", verdict, record, to=f"{repository}/{number}{'' if approve else ' without a vote'}", again=again, send=send
    )
