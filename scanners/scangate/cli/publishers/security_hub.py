"""``scangate publish security-hub``: the findings of a project, kept up to date."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from pathlib import Path
from urllib.parse import quote

import click

from scangate.app.verdict_file import read_verdict_text
from scangate.ci import detect_build
from scangate.cli.console import warn
from scangate.cli.publication import UNPUBLISHED, Delivery, VerdictToPublish, publish_once, publish_options
from scangate.errors import UsageError
from scangate.model import Report
from scangate.publish import security_hub
from scangate.publish.asff import HubProject, validate_finding
from scangate.publish.aws_client import create_client, translate_errors
from scangate.publish.aws_partition import partition_for_region
from scangate.publish.scope_check import describe_partial_scope
from scangate.report.schema import parse_report

__all__ = ["command"]

_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
MAX_PROJECT_LENGTH = 300  # a finding's Id holds 512 characters, and ends with a fingerprint
_ACCOUNT = re.compile(r"[0-9]{12}")


@click.command(short_help="Findings in AWS Security Hub, kept up to date.")
@publish_options
@click.option("--project", metavar="NAME", help="What was scanned; part of each finding's identity  [default: CodeBuild's project]")
@click.option("--account", metavar="ID", help="The account  [default: CodeBuild's, else the caller's]")
@click.option("--region", metavar="NAME", envvar="AWS_REGION", show_envvar=True, help="The hub's region")
@click.option("--dry-run", type=click.Path(path_type=Path), metavar="FILE", help="Write what would be sent, and call nobody")
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    verdict: Path,
    record: Path | None,
    again: bool,
    project: str | None,
    account: str | None,
    region: str | None,
    dry_run: Path | None,
) -> int:
    """Send the findings of VERDICT.JSON: new ones are made, open ones kept alive, and those that are gone are archived.

    Send the verdicts of one branch only, the main one: findings of a pull request would come and go.
    """
    here = detect_build(os.environ)
    name = project or (here.project if here else "")
    if not _PROJECT.fullmatch(name):
        raise UsageError("whose findings are these?", "name what was scanned: --project NAME")

    if here and here.is_pull_request:
        raise UsageError("the findings of a pull request are not the project's", "send the verdicts of the main branch")

    def owner_of(report: Report) -> HubProject:
        there = region or (here.region if here else "")
        owner = HubProject(
            partition=partition_for_region(there),
            region=there,
            account=account or (here.account if here else "") or _caller_account(dry_run=dry_run is not None),
            name=_project_key(name, report.subdirectory),
            resource_arn=here.project_arn if here and not project else "",
        )
        if not owner.region or not _ACCOUNT.fullmatch(owner.account):
            raise UsageError("which account and region?", "name them: --account ID --region NAME")
        return owner

    def send(subject: VerdictToPublish) -> Delivery:
        less = describe_partial_scope(
            subject.report, subject.report.subdirectory if project else ""
        )  # a part's findings are kept apart
        if less:
            raise UsageError(f"these are not the project's findings: it is {less}", "send the verdicts of the main branch")
        owner = owner_of(subject.report)
        hub = create_client("securityhub", owner.region)
        known = security_hub.fetch_existing_findings(hub, owner)
        wanted = security_hub.build_updates(subject.report, owner, known, dt.datetime.now(dt.UTC))
        taken, refusals = security_hub.import_findings(hub, wanted)
        return Delivery(taken, tuple(refusals))

    if dry_run is not None:
        report = parse_report(read_verdict_text(verdict))
        return _write_dry_run(dry_run, report, owner_of(report))
    to = " ".join(filter(None, (account, region or (here.region if here else ""), name)))
    return publish_once("security-hub", verdict, record, to=to, again=again, send=send)


def _project_key(name: str, part: str) -> str:
    """The project's name, with the folder that was scanned alone: what is gone there is not gone from the rest. UsageError.

    No / stands in it, where another name of a project could end.
    """
    whole = f"{name}:{quote(part, safe='')}" if part else name
    if len(whole) > MAX_PROJECT_LENGTH:
        raise UsageError(
            "the project's name and the folder that was scanned are too long together", "give a shorter --project NAME"
        )
    return whole


def _caller_account(*, dry_run: bool) -> str:
    if dry_run:
        return ""
    with translate_errors():
        return create_client("sts").get_caller_identity()["Account"]


def _write_dry_run(file: Path, report: Report, owner: HubProject) -> int:
    """Writes what would be sent to an empty hub, and tells what of it the hub would refuse."""
    wanted = security_hub.build_updates(report, owner, {}, dt.datetime.now(dt.UTC))
    try:
        file.write_text(json.dumps({"Findings": wanted}, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}", "choose another place: --dry-run FILE") from error
    refused = [f"{document['Id']}: {why}" for document in wanted for why in validate_finding(document)]
    for line in refused:
        warn(f"scangate: would be refused: {line}")
    warn(f"scangate: security-hub: {len(wanted)} findings written, none sent")
    return UNPUBLISHED if refused else 0
