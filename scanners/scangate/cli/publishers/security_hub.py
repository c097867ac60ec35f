"""``scangate publish security-hub``: the findings of a project, kept up to date."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from scangate.app.file_errors import file_errors
from scangate.app.verdict_file import read_verdict_text
from scangate.ci import detect_build
from scangate.cli.console import warn
from scangate.cli.publication import Delivery, PublishOptions, VerdictToPublish, publish_once, publish_options
from scangate.errors import UsageError
from scangate.model import Report, Severity
from scangate.publish import security_hub
from scangate.publish.asff import HubProject
from scangate.publish.aws_client import create_client, translate_errors
from scangate.publish.aws_partition import lookup_partition
from scangate.publish.scope_check import describe_partial_scope
from scangate.report.schema import parse_report
from scangate.timestamps import utc_now

_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_ACCOUNT = re.compile(r"[0-9]{12}")
MAX_PROJECT_LENGTH = 300  # a finding's Id has at most 512 characters, and ends with a fingerprint
MAIN_BRANCH_HINT = "send the verdicts of the main branch"


@click.command()
@publish_options
@click.option("--project", metavar="NAME", help="Part of the findings' identity  [default: CodeBuild's project]")
@click.option("--account", metavar="ID", help="The AWS account  [default: CodeBuild's, else the caller's]")
@click.option("--region", metavar="NAME", envvar="AWS_REGION", show_envvar=True, help="The hub's region")
@click.option(
    *("--min-severity",),
    type=click.Choice([each.value for each in Severity if each is not Severity.UNKNOWN]),
    default=Severity.INFO.value,
    show_default=True,
    help="Send no findings below this severity; an unknown one is always sent",
)
@click.option("--dry-run", type=click.Path(path_type=Path), metavar="FILE", help="Write the request to FILE, and send nothing")
def command(
    *, project: str | None, account: str | None, region: str | None, min_severity: str, dry_run: Path | None, **shared: Any
) -> int:
    """Send the findings of VERDICT.JSON: new ones are created, open ones updated, and resolved ones archived.

    Send only the verdicts of one branch, usually main: findings of a pull request would come and go.
    """
    options, lowest = PublishOptions(**shared), Severity(min_severity)
    build = detect_build(os.environ)
    name = project or (build.project if build else "")
    hub_region = region or (build.region if build else "")
    if not _PROJECT.fullmatch(name):
        raise UsageError("the project of the findings is not known", "name it: --project NAME")
    if build and build.is_pull_request:
        raise UsageError("the findings of a pull request are not the project's", MAIN_BRANCH_HINT)

    def project_of(report: Report) -> HubProject:
        caller = account or (build.account if build else "") or ("" if dry_run is not None else _caller_account())
        if not hub_region or not _ACCOUNT.fullmatch(caller):
            raise UsageError("the AWS account or region is not known", "name them: --account ID --region NAME")
        return HubProject(
            partition=lookup_partition(hub_region)[0],
            region=hub_region,
            account=caller,
            name=_project_key(name, report.subdirectory),
            resource_arn=build.project_arn if build and not project else "",
        )

    def send(subject: VerdictToPublish) -> Delivery:
        report = subject.report
        partial = describe_partial_scope(report, report.subdirectory if project else "")
        if partial:
            raise UsageError(f"these are not all findings of the project: it is {partial}", MAIN_BRANCH_HINT)
        hub_project = project_of(report)
        hub = create_client("securityhub", hub_region)
        existing = security_hub.fetch_existing_findings(hub, hub_project)
        updates = security_hub.build_updates(report, hub_project, existing, utc_now(), lowest)
        accepted, refusals = security_hub.import_findings(hub, updates)
        return Delivery(accepted, tuple(refusals))

    if dry_run is not None:
        report = parse_report(read_verdict_text(options.verdict))
        return _write_dry_run(dry_run, report, project_of(report), lowest)
    return publish_once("security-hub", options, " ".join(filter(None, (account, hub_region, name))), send)


def _project_key(name: str, subdirectory: str) -> str:
    """The project's name with a scanned subdirectory, whose resolved findings say nothing about the rest.

    Slashes are quoted, so that two projects never have the same key. Raises UsageError for one that is too long.
    """
    key = f"{name}:{quote(subdirectory, safe='')}" if subdirectory else name
    if len(key) > MAX_PROJECT_LENGTH:
        raise UsageError("the names of project and subdirectory are too long together", "use a shorter --project NAME")
    return key


def _caller_account() -> str:
    with translate_errors():
        return create_client("sts").get_caller_identity()["Account"]


def _write_dry_run(file: Path, report: Report, project: HubProject, lowest: Severity) -> int:
    """Writes the findings that would be sent to an empty hub."""
    updates = security_hub.build_updates(report, project, {}, utc_now(), lowest)
    with file_errors("write", file, "choose another file: --dry-run FILE"):
        file.write_text(json.dumps({"Findings": updates}, indent=1) + "\n", "utf-8")
    warn(f"security-hub: {len(updates)} findings written, none sent")
    return 0
