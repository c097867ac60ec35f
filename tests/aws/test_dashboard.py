"""The dashboard shows metrics that exist, and each figure follows its definition."""

from __future__ import annotations

import itertools
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from scangate.publish.metrics import LeadTimes, collect_metrics
from tests.support.aws.event_patterns import matches_pattern
from tests.support.aws.metric_math import MetricChart, Series
from tests.support.aws.pipeline_template import load_stack
from tests.support.verdict_files import whole_tree_fail, whole_tree_pass

DAY = 86_400
STATISTICS: Mapping[str, Callable[[list[float]], float]] = {"Sum": sum, "SampleCount": len, "Maximum": max, "Minimum": min}
MEASURES = {
    "Deployment frequency",
    "Change failure rate",
    "Time to restore",
    "Commit to verdict",
    "Block to green",
    "Lead time for changes",
}


def board() -> dict[str, Any]:
    body: dict[str, Any] = json.loads(load_stack().resources()["Dashboard"]["DashboardBody"])
    return body


def figure(title: str) -> dict[str, Any]:
    (found,) = (each["properties"] for each in board()["widgets"] if each["properties"].get("title") == title)
    assert isinstance(found, dict)
    return found


def named(metric: list[Any]) -> tuple[str, dict[str, str], dict[str, Any]]:
    """A line of a widget: the metric's name, its dimensions, and how it is shown."""
    namespace, name, *more = metric
    assert namespace == "scangate"
    options = [each for each in more if isinstance(each, str)]
    (shown,) = [each for each in more if isinstance(each, dict)] or [{}]
    return name, dict(zip(options[::2], options[1::2], strict=True)), shown


def test_the_dashboard_shows_existing_metrics_only() -> None:
    made = load_stack().resources()
    real = {
        (name, frozenset(group.dimensions))
        for report in (whole_tree_pass(), whole_tree_fail())
        for group in collect_metrics(report, "shop-gate", LeadTimes(1.0, 1.0))
        for name in group.metrics
    } | {("CacheHitRate", frozenset({"Project", "Environment"}))}  # only where a file was given to a scanner
    for found in load_stack().resources("AWS::Logs::MetricFilter").values():
        (each,) = found["MetricTransformations"]
        assert each["MetricNamespace"] == "scangate"
        real.add((each["MetricName"], frozenset(key["Key"] for key in each.get("Dimensions", []))))
    real.add(("LeadTime", frozenset({"Pipeline", "Stage"})))  # see test_lead_time
    shown = set()
    for widget in (each for each in board()["widgets"] if each["type"] == "metric"):
        for metric in (each for each in widget["properties"]["metrics"] if not isinstance(each[0], dict)):
            name, dimensions, _ = named(metric)
            assert (name, frozenset(dimensions)) in real
            where = {"Project": "shop-gate", "Environment": "production"}
            where = {"Pipeline": "shop-delivery", "Stage": "production"} if name in {"FailedDeployment", "LeadTime"} else where
            assert {key: dimensions[key] for key in where} == where
            shown.add(name)
    request = {
        "Pass",
        "Fail",
        "Incomplete",
        "Findings",
        "Blocking",
        "New",
        "Known",
        "Waived",
        "Gaps",
        "ScanSeconds",
        "CacheHitRate",
    }
    assert shown >= request | {"CommitToVerdict", "BlockToGreen", "FailedDeployment"}
    for name in ("SilentGate", "IncompleteGate", "Unpublished"):
        alarm = made[name]
        assert (alarm["MetricName"], frozenset(each["Name"] for each in alarm.get("Dimensions", []))) in real
        assert alarm["AlarmActions"] == ["<Alerts>"]


def test_every_measure_is_defined_with_its_limits() -> None:
    widgets = board()["widgets"]
    texts = [each for each in widgets if each["type"] == "text"]
    assert {re.sub(r"^### ([^\n]*)\n.*", r"\1", each["properties"]["markdown"], flags=re.S) for each in texts} == MEASURES
    for text in texts:
        title = text["properties"]["markdown"].partition("\n")[0].removeprefix("### ")
        assert "cannot know" in text["properties"]["markdown"]
        (beside,) = (each for each in widgets if each["properties"].get("title") == title)
        assert (beside["y"], beside["height"], beside["x"]) == (text["y"], text["height"], text["width"])
        assert beside["properties"]["view"] == "singleValue"
    boxes = [(each["x"], each["y"], each["width"], each["height"]) for each in widgets]
    assert all(x + width <= 24 for x, _, width, _ in boxes)
    for (x, y, width, height), (left, top, wide, high) in itertools.combinations(boxes, 2):
        assert x + width <= left or left + wide <= x or y + height <= top or top + high <= y, "two widgets overlap"


# -- the figures, from CodePipeline's events --


def event(minute: float, state: str, *, stage: str = "production", action: str = "Deploy", pipeline: str = "shop-delivery") -> Any:
    """The EventBridge event of an action, ``minute`` minutes after the start of the dashboard's period.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
    """
    detail = {"pipeline": pipeline, "execution-id": "e", "stage": stage, "action": action, "state": state, "version": 1.0}
    kind = {"source": "aws.codepipeline", "detail-type": "CodePipeline Action Execution State Change"}
    return {**kind, "time": minute, "detail": {**detail, "type": {"owner": "AWS", "category": "Deploy", "version": "1"}}}


def values(events: Iterable[Any]) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """Minutes and values by pipeline and stage, after the event rule and the metric filters."""
    made = load_stack().resources()
    found: defaultdict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for each in (each for each in events if matches_pattern(made["DeliveryEvents"]["EventPattern"], each)):
        for name in ("DeliveryFailed", "DeliverySucceeded"):
            pattern = re.fullmatch(r'\{ \$\.detail\.state = "([A-Z]+)" \}', made[name]["FilterPattern"])
            assert pattern is not None
            assert made[name]["LogGroupName"] == made["DeliveryLog"]["LogGroupName"]
            if each["detail"]["state"] == pattern[1]:
                (options,) = made[name]["MetricTransformations"]
                keys = [key["Value"].removeprefix("$.detail.") for key in options["Dimensions"]]
                found[each["detail"][keys[0]], each["detail"][keys[1]]].append((each["time"], float(options["MetricValue"])))
    return found


def shown(title: str, events: Iterable[Any], days: int = 28) -> dict[str, float]:
    """The values that a widget shows, by label."""
    widget = figure(title)
    seconds = widget["period"]
    made = values(events)
    known: dict[str, Series] = {}
    labels: dict[str, Series] = {}
    for metric in widget["metrics"]:
        if isinstance(metric[0], dict):
            options = metric[0]
            known[options["id"]] = MetricChart(seconds, days * DAY // seconds, known).evaluate(options["expression"])
        else:
            _, where, options = named(metric)
            points = defaultdict(list)
            for minute, value in made[where["Pipeline"], where["Stage"]]:
                points[int(minute * 60 // seconds)].append(value)
            known[options["id"]] = {at: float(STATISTICS[options["stat"]](each)) for at, each in points.items()}
        if options.get("visible", True):
            labels[options["label"]] = known[options["id"]]
    return {label: series[max(series)] for label, series in labels.items() if series}


HOUR = 60
EVENTS = [
    event(10, "SUCCEEDED"),
    event(20, "STARTED"),
    event(30, "FAILED", stage="staging"),
    event(40, "FAILED", action="Check"),
    event(50, "FAILED", pipeline="other-delivery"),
    event(26 * HOUR, "FAILED"),
    event(27.5 * HOUR, "SUCCEEDED"),
    event(100 * HOUR, "FAILED"),
    event(100.5 * HOUR, "FAILED"),
    event(101 * HOUR, "SUCCEEDED"),
    event(28 * 24 * HOUR - 1, "SUCCEEDED"),
]


def test_deployment_frequency() -> None:
    assert shown("Deployment frequency", EVENTS) == {
        "deployments, the last day": 1.0,
        "deployments a day, all days shown": pytest.approx(4 / 28),
    }


def test_change_failure_rate() -> None:
    assert shown("Change failure rate", EVENTS) == {"% of the deployments shown": pytest.approx(100 * 3 / 7)}
    assert shown("Change failure rate", EVENTS[:4]) == {"% of the deployments shown": 0.0}


def test_time_to_restore() -> None:
    # 90 minutes, and 60 for two failures in a row.
    assert shown("Time to restore", EVENTS) == {"minutes, mean": pytest.approx((90 + 60) / 2)}
    # Within five minutes it is five: that is what it is measured to.
    short = [event(0, "SUCCEEDED"), event(101, "FAILED"), event(103, "SUCCEEDED")]
    assert shown("Time to restore", short) == {"minutes, mean": 5.0}
    assert shown("Time to restore", [*short, event(200, "FAILED"), event(260, "SUCCEEDED")]) == {"minutes, mean": (5 + 60) / 2}
    # What still lasts counts so far.
    lasting = [event(0, "SUCCEEDED"), event(DAY / 60 - 30, "FAILED")]
    assert shown("Time to restore", lasting, days=1) == {"minutes, mean": 30.0}
    # Nothing failed: there is no such time, and none is made up.
    assert shown("Time to restore", [event(0, "SUCCEEDED"), event(9, "SUCCEEDED")]) == {}


@pytest.mark.parametrize(("title", "name"), [("Commit to verdict", "CommitToVerdict"), ("Block to green", "BlockToGreen")])
def test_gate_times_use_the_shown_period(title: str, name: str) -> None:
    widget = figure(title)
    assert widget["setPeriodToTimeRange"] is True
    found = [named(metric) for metric in widget["metrics"]]
    assert [(metric, options["stat"]) for metric, _, options in found] == [(name, "Average"), (name, "p90"), (name, "Maximum")]


def test_the_line_on_a_failed_publication_is_not_confused_with_its_command() -> None:
    made = load_stack().resources()
    assert made["UnpublishedLines"]["LogGroupName"] == made["GateLog"]["LogGroupName"]
    pattern = re.fullmatch("%(.*)%", made["UnpublishedLines"]["FilterPattern"])
    assert pattern is not None
    spec = made["Gate"]["Source"]["BuildSpec"]
    commands = re.findall(r'echo "(.*not published.*)"', spec)
    assert len(commands) == 2  # metrics, findings
    for command in commands:
        assert not re.search(pattern[1], command)
        assert re.search(pattern[1], command.replace("$?", "4"))
