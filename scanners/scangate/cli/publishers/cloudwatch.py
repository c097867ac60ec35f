"""``scangate publish cloudwatch``: the numbers of a verdict as metrics."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from scangate.app.file_errors import file_errors
from scangate.app.session import open_session
from scangate.ci import detect_build
from scangate.cli.console import write_page
from scangate.cli.publication import Delivery, PublishOptions, VerdictToPublish, publish_once, publish_options
from scangate.errors import UsageError
from scangate.files import write_atomically
from scangate.model import Report
from scangate.publish import cloudwatch, metrics, verdict_history
from scangate.publish.aws_client import create_client
from scangate.publish.s3_document import parse_s3_url, update_document
from scangate.publish.scope_check import describe_partial_scope
from scangate.timestamps import parse_timestamp, utc_now


@click.command()
@publish_options
@click.option("--project", metavar="NAME", help="The dimension Project  [default: CodeBuild's project, else `local`]")
@click.option("--namespace", metavar="NAME", default=cloudwatch.NAMESPACE, show_default=True, help="CloudWatch's namespace")
@click.option("--log-group", metavar="NAME", help="Send the lines to this log group, not to standard output")
@click.option("--put-metric-data", is_flag=True, help="Send the metrics with PutMetricData, not as lines")
@click.option("--history", metavar="FILE|s3://BUCKET/KEY", help="The verdicts of the branch, to measure how long it was blocked")
def command(
    *, project: str | None, namespace: str, log_group: str | None, put_metric_data: bool, history: str | None, **shared: Any
) -> int:
    """Send the numbers of VERDICT.JSON as metrics: by default as lines in the embedded metric format on standard output, which
    CloudWatch Logs reads in most builds. --log-group and --put-metric-data do not depend on the build's log.
    """
    if log_group and put_metric_data:
        raise UsageError("--log-group and --put-metric-data cannot be used together", "choose one of them")
    build = detect_build(os.environ)
    name = project or (build.project if build else "local")

    def send(subject: VerdictToPublish) -> Delivery:
        report = subject.report
        if history is not None and (describe_partial_scope(report, report.subdirectory) or (build and build.is_pull_request)):
            raise UsageError("the verdict is not of a whole branch, as its history requires", "omit --history for a pull request")
        finished = _finish_time(report.finished)
        cloudwatch.validate_metric_target(namespace, finished, utc_now())
        lead_times = metrics.LeadTimes(_commit_age(report, finished), _blocked_seconds(subject, history))
        groups = list(metrics.collect_metrics(report, name, lead_times))
        if put_metric_data:
            return Delivery(cloudwatch.put_metric_data(create_client("cloudwatch"), namespace, groups, finished))
        fields = {"commit": report.commit, "build": build.arn if build else "", "outcome": report.verdict.outcome.value}
        lines = list(cloudwatch.render_emf_lines(groups, namespace, finished, fields))
        if log_group:
            stream = cloudwatch.sanitize_dimension(build.id.replace(":", "/") if build else f"verdict/{subject.digest[:16]}")
            return Delivery(cloudwatch.put_log_lines(create_client("logs"), log_group, stream, lines, finished))
        write_page("".join(f"{line}\n" for line in lines))
        return Delivery(len(lines))

    channel = "PutMetricData" if put_metric_data else log_group or "standard output"
    return publish_once("cloudwatch", PublishOptions(**shared), f"{namespace} {name} by {channel}", send)


def _finish_time(timestamp: str) -> dt.datetime:
    try:
        return parse_timestamp(timestamp)
    except ValueError as error:
        raise UsageError("verdict.json has no end of the scan", "scan again: scangate scan") from error


def _commit_age(report: Report, finished: dt.datetime) -> float | None:
    """Seconds from the commit to the end of the scan; None if the commit is not in a repository here, or in the future."""
    if not report.commit:
        return None
    with open_session(Path()) as session:
        committed = session.repository.commit_time(report.commit) if session.repository is not None else None
    seconds = None if committed is None else finished.timestamp() - committed
    return seconds if seconds is not None and seconds >= 0 else None


def _blocked_seconds(subject: VerdictToPublish, history: str | None) -> float | None:
    """How long the branch was blocked before this verdict, which is added to the history."""
    if history is None:
        return None
    report = subject.report
    current = verdict_history.PastVerdict(report.finished, report.verdict.outcome, report.commit, subject.digest)

    def add_current(text: str) -> str:
        earlier = verdict_history.parse_history(text, history) if text else ()
        return verdict_history.render_history(verdict_history.add_verdict(earlier, current))

    return verdict_history.blocked_seconds(verdict_history.parse_history(_update(history, add_current), history), current)


def _update(location: str, change: Callable[[str], str]) -> str:
    """Replaces the text of a file or an S3 object by what ``change`` returns, and returns it."""
    if location.startswith("s3://"):
        return update_document(create_client("s3"), *parse_s3_url(location), change)
    file = Path(location)
    with file_errors("update", file, "choose another file: --history FILE"):
        text = change(file.read_text("utf-8") if file.exists() else "")
        write_atomically(file, text.encode())
        return text
