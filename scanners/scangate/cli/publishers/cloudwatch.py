"""``scangate publish cloudwatch``: what a run came to, in numbers."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

import click

from scangate.app.scan import open_session
from scangate.ci import Build, detect_build
from scangate.cli.console import write_page
from scangate.cli.publication import Delivery, VerdictToPublish, publish_once, publish_options
from scangate.errors import UsageError
from scangate.model import Report
from scangate.publish import cloudwatch, metrics, verdict_history
from scangate.publish.aws_client import create_client
from scangate.publish.s3_document import parse_s3_url, update_document
from scangate.publish.scope_check import describe_partial_scope
from scangate.timestamps import parse_timestamp

__all__ = ["command"]


@click.command(short_help="Metrics for dashboards and alarms.")
@publish_options
@click.option("--project", metavar="NAME", help="The dimension Project  [default: CodeBuild's project, else `local`]")
@click.option("--namespace", metavar="NAME", default=cloudwatch.NAMESPACE, show_default=True, help="CloudWatch's namespace")
@click.option("--log-group", metavar="NAME", help="Put the lines into this log group by PutLogEvents, not on standard output")
@click.option("--put-metric-data", is_flag=True, help="Send the numbers by PutMetricData, and print no lines")
@click.option(
    "--history", "remembered", metavar="FILE|s3://BUCKET/KEY", help="The branch's verdicts: for the time from block to green"
)
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    verdict: Path,
    record: Path | None,
    again: bool,
    project: str | None,
    namespace: str,
    log_group: str | None,
    put_metric_data: bool,
    remembered: str | None,
) -> int:
    """Send what VERDICT.JSON came to as metrics: by default as lines in the embedded metric format on standard output, which
    CloudWatch Logs reads in most builds; --log-group and --put-metric-data do not depend on how a build's log is kept.
    """
    if log_group and put_metric_data:
        raise UsageError("--log-group and --put-metric-data are two ways of the same", "choose one of them")
    here = detect_build(os.environ)

    def send(subject: VerdictToPublish) -> Delivery:
        report = subject.report
        if remembered is not None and (describe_partial_scope(report, report.subdirectory) or (here and here.is_pull_request)):
            raise UsageError("the history is of a branch, and this verdict is not", "leave out --history for a change under review")
        moment = _finish_time(report.finished)
        cloudwatch.validate_metric_target(namespace, moment, dt.datetime.now(dt.UTC))
        clock = metrics.LeadTimes(_commit_age(report, moment), _blocked_seconds(subject, remembered))
        groups = list(metrics.collect_metrics(report, project or (here.project if here else "local"), clock))
        if put_metric_data:
            return Delivery(cloudwatch.put_metric_data(create_client("cloudwatch"), namespace, groups, moment))
        lines = list(cloudwatch.render_emf_lines(groups, namespace, moment, _extra_fields(report, here)))
        if log_group:
            stream = cloudwatch.sanitize_dimension(here.id.replace(":", "/") if here else f"verdict/{subject.digest[:16]}")
            return Delivery(cloudwatch.put_log_lines(create_client("logs"), log_group, stream, lines, moment))
        write_page("".join(f"{line}\n" for line in lines))
        return Delivery(len(lines))

    way = "PutMetricData" if put_metric_data else log_group or "standard output"
    name = project or (here.project if here else "local")
    return publish_once("cloudwatch", verdict, record, to=f"{namespace} {name} by {way}", again=again, send=send)


def _extra_fields(report: Report, here: Build | None) -> dict[str, str]:
    return {"commit": report.commit, "build": here.arn if here else "", "outcome": report.verdict.outcome.value}


def _finish_time(stamp: str) -> dt.datetime:
    try:
        return parse_timestamp(stamp)
    except ValueError as error:
        raise UsageError("the verdict.json does not say when its scan ended", "scan again: scangate scan") from error


def _commit_age(report: Report, moment: dt.datetime) -> float | None:
    """Seconds from the commit's own time to the end of the scan; None where no repository here holds the commit."""
    if not report.commit:
        return None
    with open_session(Path.cwd().resolve()) as place:
        made = place.repository.commit_time(report.commit) if place.repository is not None else None
    seconds = None if made is None else moment.timestamp() - made
    return seconds if seconds is not None and seconds >= 0 else None  # a commit from the future says nothing


def _blocked_seconds(subject: VerdictToPublish, remembered: str | None) -> float | None:
    if remembered is None:
        return None
    report = subject.report
    now = verdict_history.PastVerdict(report.finished, report.verdict.outcome, report.commit, subject.digest)

    def change(text: str) -> str:
        return verdict_history.render_history(
            verdict_history.add_verdict(verdict_history.parse_history(text, remembered) if text else (), now)
        )

    page = _update_history(remembered, change)
    return verdict_history.blocked_seconds(verdict_history.parse_history(page, remembered), now)


def _update_history(place: str, change: Callable[[str], str]) -> str:
    if place.startswith("s3://"):
        return update_document(create_client("s3"), *parse_s3_url(place), change)
    file = Path(place)
    try:
        page = change(file.read_text("utf-8") if file.exists() else "")
        beside = file.with_name(f".{file.name}.new")
        beside.write_text(page, "utf-8")
        beside.replace(file)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the history {place} cannot be kept", "name another place: --history PLACE") from error
    return page
