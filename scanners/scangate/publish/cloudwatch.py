"""Sends a run's numbers to CloudWatch: as lines in the embedded metric format, by PutLogEvents, or by PutMetricData.

The format and its limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scangate.errors import PublishError, UsageError
from scangate.printable import replace_unprintable
from scangate.publish.aws_client import call_aws
from scangate.publish.metrics import MetricGroup

__all__ = ["NAMESPACE", "put_log_lines", "put_metric_data", "render_emf_lines", "validate_metric_target"]

NAMESPACE = "scangate"
MAX_LINE_BYTES = 250_000  # of a line: an event of CloudWatch Logs is cut at 256 KiB
MAX_BATCH_EVENTS, MAX_BATCH_BYTES, EVENT_OVERHEAD = 10_000, 1_048_576, 26  # of one PutLogEvents
MAX_METRICS_PER_CALL = 500  # of one PutMetricData: half of what is allowed, and well below its megabyte
MAX_DIMENSION_LENGTH = 250
MAX_AGE, MAX_FUTURE = dt.timedelta(days=14), dt.timedelta(hours=2)  # of a value, before and after now
_NAMESPACE = re.compile(r"(?!AWS/|:)[A-Za-z0-9._#:/-]{1,255}")


def validate_metric_target(namespace: str, timestamp: dt.datetime, now: dt.datetime) -> None:
    """UsageError for a namespace, PublishError for a time, that CloudWatch does not take: of a log line it would say nothing."""
    if not _NAMESPACE.fullmatch(namespace):
        raise UsageError(f"not a namespace of ours: {namespace}", "letters, digits and . _ # : / - make one; AWS/ is not ours")
    if not now - MAX_AGE <= timestamp <= now + MAX_FUTURE:
        told = f"the scan ended on {timestamp.isoformat()}: values of the last two weeks are taken, and none of the future"
        raise PublishError("OutOfTime", told, "send it when the scan is over")


def render_emf_lines(
    groups: Iterable[MetricGroup], namespace: str, timestamp: dt.datetime, properties: Mapping[str, str]
) -> Iterator[str]:
    """One JSON document a line and a group of metrics. ``members`` (commit, build) are searchable and no dimensions."""
    for group in groups:
        dimensions = {name: sanitize_dimension(value) for name, value in group.dimensions.items()}
        metrics = {name: value for name, (value, _) in group.metrics.items() if math.isfinite(value)}
        directive = {
            "Namespace": namespace,
            "Dimensions": [list(dimensions)],
            "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in group.metrics.items() if name in metrics],
        }
        envelope = {"Timestamp": _milliseconds(timestamp), "CloudWatchMetrics": [directive]}
        # the same text to a reader of JSON, and no command to a build service that reads the log
        line = json.dumps({"_aws": envelope, **properties, **dimensions, **metrics}).replace("##", "\\u0023#")
        if len(line) > MAX_LINE_BYTES:
            raise PublishError("TooLarge", f"a line of {len(line)} bytes is longer than CloudWatch takes")
        yield line


def sanitize_dimension(text: str) -> str:
    """``text`` as the value of a dimension: printable ASCII, not empty, no colon in front, not too long."""
    kept = replace_unprintable(text).encode("ascii", "replace").decode().strip().lstrip(":")
    return kept[:MAX_DIMENSION_LENGTH] or "none"


def put_log_lines(logs: Any, log_group: str, log_stream: str, lines: Sequence[str], timestamp: dt.datetime) -> int:
    """Puts the lines into a stream of a log group, which must be there; the stream is made. Returns how many were taken."""
    try:
        call_aws(lambda: logs.create_log_stream(logGroupName=log_group, logStreamName=log_stream))
    except PublishError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise
    sent = 0
    for batch in _batches(lines):
        events = [{"timestamp": _milliseconds(timestamp), "message": line} for line in batch]
        answer = call_aws(lambda: logs.put_log_events(logGroupName=log_group, logStreamName=log_stream, logEvents=events))  # noqa: B023
        if answer.get("rejectedLogEventsInfo"):
            told_why = ", ".join(sorted(answer["rejectedLogEventsInfo"]))
            raise PublishError("RejectedLogEvents", f"CloudWatch Logs did not take all lines: {told_why}", "check the clock: date")
        sent += len(batch)
    return sent


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for line in lines:
        weight = len(line.encode()) + EVENT_OVERHEAD
        if batch and (size + weight > MAX_BATCH_BYTES or len(batch) == MAX_BATCH_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += weight
    if batch:
        yield batch


def put_metric_data(cloudwatch: Any, namespace: str, groups: Iterable[MetricGroup], timestamp: dt.datetime) -> int:
    """Puts the metrics by PutMetricData; returns how many were taken."""
    data = [
        {
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": sanitize_dimension(text)} for key, text in group.dimensions.items()],
            "Timestamp": timestamp,
            "Value": value,
            "Unit": unit,
        }
        for group in groups
        for name, (value, unit) in group.metrics.items()
        if math.isfinite(value)
    ]
    for start in range(0, len(data), MAX_METRICS_PER_CALL):
        batch = data[start : start + MAX_METRICS_PER_CALL]
        call_aws(lambda: cloudwatch.put_metric_data(Namespace=namespace, MetricData=batch))  # noqa: B023
    return len(data)


def _milliseconds(timestamp: dt.datetime) -> int:
    return int(timestamp.timestamp() * 1000)
