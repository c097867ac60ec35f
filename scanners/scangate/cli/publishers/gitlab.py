"""``scangate publish gitlab``: a commit status, and a note on a merge request."""

from __future__ import annotations

import os
from typing import Any

import click

from scangate.cli.publication import Delivery, PublishOptions, VerdictToPublish, publish_once, publish_options
from scangate.errors import PublishError
from scangate.model import Outcome
from scangate.publish import gitlab
from scangate.report import markdown, wording

TOKEN_VARIABLE = "GITLAB_TOKEN"  # noqa: S105 -- the name of a variable


@click.command()
@publish_options
@click.option(
    "--project",
    metavar="GROUP/NAME",
    required=True,
    envvar="CI_PROJECT_ID",
    show_envvar=True,
    help="The GitLab project, by path or number",
)
@click.option(
    "--merge-request",
    type=click.IntRange(1),
    metavar="NUMBER",
    envvar="CI_MERGE_REQUEST_IID",
    show_envvar=True,
    help="The merge request to write a note on  [default: none]",
)
@click.option(
    *("--api",), metavar="URL", default=gitlab.API_URL, show_default=True, envvar="CI_API_V4_URL", show_envvar=True, help="The API"
)
def command(*, project: str, merge_request: int | None, api: str, **shared: Any) -> int:
    """Post VERDICT.JSON to the scanned commit and to a merge request. The token is read from GITLAB_TOKEN in the environment."""
    token = os.environ.get(TOKEN_VARIABLE, "")

    def send(subject: VerdictToPublish) -> Delivery:
        report = subject.report
        if not token:
            raise PublishError("NoToken", f"{TOKEN_VARIABLE} is not set", "set it as a masked variable of the project")
        client = gitlab.create_client(api, token)
        passed = report.verdict.outcome is Outcome.PASS
        description = f"{report.verdict.outcome.value}: {wording.explain_verdict(report)}"
        gitlab.set_status(client, project, report.commit, description, passed=passed)
        if merge_request is None:
            return Delivery(1)
        gitlab.write_note(client, project, merge_request, markdown.render(report))
        return Delivery(2)

    where = project if merge_request is None else f"{project}!{merge_request}"
    return publish_once("gitlab", PublishOptions(**shared), where, send)
