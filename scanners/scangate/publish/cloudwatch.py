"""Send metrics to CloudWatch: as embedded metric format lines, by PutLogEvents, or by PutMetricData.

Format and limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from scangate.errors import PublishError, UsageError
from scangate.printable import replace_unprintable
from scangate.publish.aws_client import translate_errors
from scangate.publish.batches import split_batches
from scangate.publish.metrics import MetricGroup

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_cloudwatch.type_defs import MetricDatumTypeDef
    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_logs.type_defs import InputLogEventTypeDef

NAMESPACE = "scangate"
MAX_LINE_BYTES = 250_000  # CloudWatch Logs truncates events at 256 KiB
MAX_BATCH_EVENTS, MAX_BATCH_BYTES, EVENT_OVERHEAD = 10_000, 1_048_576, 26  # of one PutLogEvents
MAX_METRICS_PER_CALL = 500  # half of what PutMetricData allows, well below its megabyte
MAX_DIMENSION_LENGTH = 250
MAX_AGE, MAX_FUTURE = dt.timedelta(days=14), dt.timedelta(hours=2)
_NAMESPACE = re.compile(r"(?!AWS/|:)[A-Za-z0-9._#:/-]{1,255}")


def validate_metric_target(namespace: str, timestamp: dt.datetime, now: dt.datetime) -> None:
    """Raise UsageError for a namespace, PublishError for a timestamp, that CloudWatch would silently drop from a log line."""
    if not _NAMESPACE.fullmatch(namespace):
        hint = "use letters, digits and . _ # : / - only; AWS/ is reserved"
        raise UsageError(f"not a valid namespace: {namespace}", hint)
    if not now - MAX_AGE <= timestamp <= now + MAX_FUTURE:
        message = f"the scan ended on {timestamp.isoformat()}; CloudWatch accepts the last two weeks only"
        raise PublishError("OutOfTime", message, "publish right after the scan")


def render_emf_lines(
    groups: Iterable[MetricGroup], namespace: str, timestamp: dt.datetime, properties: Mapping[str, str]
) -> Iterator[str]:
    """Yield one JSON document for each group. ``properties`` (commit, build) are searchable, but not dimensions."""
    for group in groups:
        dimensions = {name: sanitize_dimension(value) for name, value in group.dimensions.items()}
        metrics = {name: value for name, (value, _) in group.metrics.items() if math.isfinite(value)}
        directive = {
            "Namespace": namespace,
            "Dimensions": [list(dimensions)],
            "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in group.metrics.items() if name in metrics],
        }
        metadata = {"Timestamp": _milliseconds(timestamp), "CloudWatchMetrics": [directive]}
        # escaped, since ## starts a command to build services that read the log
        line = json.dumps({"_aws": metadata, **properties, **dimensions, **metrics}).replace("##", "\\u0023#")
        if len(line) > MAX_LINE_BYTES:
            raise PublishError("TooLarge", f"a log line of {len(line)} bytes exceeds the limit of CloudWatch")
        yield line


def sanitize_dimension(text: str) -> str:
    """Return ``text`` as a valid dimension value: printable ASCII, not empty, no leading colon, truncated."""
    value = replace_unprintable(text).encode("ascii", "replace").decode().strip().lstrip(":")
    return value[:MAX_DIMENSION_LENGTH] or "none"


@translate_errors()
def put_log_lines(logs: CloudWatchLogsClient, log_group: str, log_stream: str, lines: Sequence[str], timestamp: dt.datetime) -> int:
    """Put the lines into a stream, which is created, of an existing log group. Returns how many were accepted."""
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=log_group, logStreamName=log_stream)
    sent = 0
    for batch in split_batches(lines, MAX_BATCH_EVENTS, MAX_BATCH_BYTES, lambda line: len(line.encode()) + EVENT_OVERHEAD):
        events: list[InputLogEventTypeDef] = [{"timestamp": _milliseconds(timestamp), "message": line} for line in batch]
        response = logs.put_log_events(logGroupName=log_group, logStreamName=log_stream, logEvents=events)
        if response.get("rejectedLogEventsInfo"):
            reasons = ", ".join(sorted(response["rejectedLogEventsInfo"]))
            raise PublishError("RejectedLogEvents", f"CloudWatch Logs rejected lines: {reasons}", "check the clock: date")
        sent += len(batch)
    return sent


@translate_errors()
def put_metric_data(cloudwatch: CloudWatchClient, namespace: str, groups: Iterable[MetricGroup], timestamp: dt.datetime) -> int:
    """Put the metrics by PutMetricData. Returns how many were accepted."""
    data: list[MetricDatumTypeDef] = [
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
    for batch in split_batches(data, MAX_METRICS_PER_CALL):
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=batch)
    return len(data)


def _milliseconds(timestamp: dt.datetime) -> int:
    return int(timestamp.timestamp() * 1000)
