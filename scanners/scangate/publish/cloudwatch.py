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
from scangate.publish.client import ask
from scangate.publish.metrics import Group

__all__ = ["NAMESPACE", "check", "lines", "put_lines", "put_metrics"]

NAMESPACE = "scangate"
MOST_BYTES = 250_000  # of a line: an event of CloudWatch Logs is cut at 256 KiB
MOST_EVENTS, MOST_EVENT_BYTES, EVENT_OVERHEAD = 10_000, 1_048_576, 26  # of one PutLogEvents
MOST_METRICS = 500  # of one PutMetricData: half of what is allowed, and well below its megabyte
LONGEST_VALUE = 250
OLDEST, NEWEST = dt.timedelta(days=14), dt.timedelta(hours=2)  # of a value, before and after now
_NAMESPACE = re.compile(r"(?!AWS/|:)[A-Za-z0-9._#:/-]{1,255}")


def check(namespace: str, moment: dt.datetime, now: dt.datetime) -> None:
    """UsageError for a namespace, PublishError for a time, that CloudWatch does not take: of a log line it would say nothing."""
    if not _NAMESPACE.fullmatch(namespace):
        raise UsageError(f"not a namespace of ours: {namespace}", "letters, digits and . _ # : / - make one; AWS/ is not ours")
    if not now - OLDEST <= moment <= now + NEWEST:
        told = f"the scan ended on {moment.isoformat()}: values of the last two weeks are taken, and none of the future"
        raise PublishError("OutOfTime", told, "send it when the scan is over")


def lines(groups: Iterable[Group], namespace: str, moment: dt.datetime, members: Mapping[str, str]) -> Iterator[str]:
    """One JSON document a line and a group of metrics. ``members`` (commit, build) are searchable and no dimensions."""
    for group in groups:
        dimensions = {name: plain(value) for name, value in group.dimensions.items()}
        metrics = {name: value for name, (value, _) in group.metrics.items() if math.isfinite(value)}
        directive = {
            "Namespace": namespace,
            "Dimensions": [list(dimensions)],
            "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in group.metrics.items() if name in metrics],
        }
        envelope = {"Timestamp": _milliseconds(moment), "CloudWatchMetrics": [directive]}
        # the same text to a reader of JSON, and no command to a build service that reads the log
        line = json.dumps({"_aws": envelope, **members, **dimensions, **metrics}).replace("##", "\\u0023#")
        if len(line) > MOST_BYTES:
            raise PublishError("TooLarge", f"a line of {len(line)} bytes is longer than CloudWatch takes")
        yield line


def plain(text: str) -> str:
    """``text`` as the value of a dimension: printable ASCII, not empty, no colon in front, not too long."""
    kept = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in text).strip().lstrip(":")
    return kept[:LONGEST_VALUE] or "none"


def put_lines(logs: Any, group: str, stream: str, told: Sequence[str], moment: dt.datetime) -> int:
    """Puts the lines into a stream of a log group, which must be there; the stream is made. Returns how many were taken."""
    try:
        ask(lambda: logs.create_log_stream(logGroupName=group, logStreamName=stream))
    except PublishError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise
    sent = 0
    for batch in _batches(told):
        events = [{"timestamp": _milliseconds(moment), "message": line} for line in batch]
        answer = ask(lambda: logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events))  # noqa: B023
        if answer.get("rejectedLogEventsInfo"):
            told_why = ", ".join(sorted(answer["rejectedLogEventsInfo"]))
            raise PublishError("RejectedLogEvents", f"CloudWatch Logs did not take all lines: {told_why}", "check the clock: date")
        sent += len(batch)
    return sent


def _batches(told: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for line in told:
        weight = len(line.encode()) + EVENT_OVERHEAD
        if batch and (size + weight > MOST_EVENT_BYTES or len(batch) == MOST_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += weight
    if batch:
        yield batch


def put_metrics(cloudwatch: Any, namespace: str, groups: Iterable[Group], moment: dt.datetime) -> int:
    """Puts the metrics by PutMetricData; returns how many were taken."""
    data = [
        {
            "MetricName": name,
            "Dimensions": [{"Name": key, "Value": plain(text)} for key, text in group.dimensions.items()],
            "Timestamp": moment,
            "Value": value,
            "Unit": unit,
        }
        for group in groups
        for name, (value, unit) in group.metrics.items()
        if math.isfinite(value)
    ]
    for start in range(0, len(data), MOST_METRICS):
        batch = data[start : start + MOST_METRICS]
        ask(lambda: cloudwatch.put_metric_data(Namespace=namespace, MetricData=batch))  # noqa: B023
    return len(data)


def _milliseconds(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
