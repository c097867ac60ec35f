"""Metrics are sent to CloudWatch once, in three ways, within its limits."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import boto3
import msgspec
import pytest

from scangate.errors import PublishError
from scangate.model import ComparedRevision
from scangate.model import RulingOutcome as Known
from scangate.publish import cloudwatch
from scangate.publish.aws_client import create_client
from scangate.publish.metrics import LeadTimes, MetricGroup, collect_metrics
from tests.support.aws.account import REGION, FakeAccount
from tests.support.aws.protocol import AwsError
from tests.support.command import CommandResult, environment, run_scangate
from tests.support.sample_reports import many_findings
from tests.support.verdict_files import whole_tree_fail, whole_tree_pass, write_verdict

ARN = f"arn:aws:codebuild:{REGION}:123456789012:build/shop-gate:0aa1b2c3-d4e5-4f60-8172-93a4b5c6d7e8"
MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def send(account: FakeAccount, file: Path, *options: str, **env: str) -> CommandResult:
    return run_scangate(
        "publish",
        "cloudwatch",
        file,
        *options,
        cwd=file.parent,
        env=environment(**account.environment, CODEBUILD_BUILD_ARN=ARN, **env),
    )


def metrics_of(line: str) -> dict[str, Any]:
    """The metrics and dimensions that CloudWatch extracts from a line of the embedded metric format."""
    document = json.loads(line)
    (directive,) = document["_aws"]["CloudWatchMetrics"]
    (dimensions,) = directive["Dimensions"]
    assert len(line) < 256_000
    assert len(directive["Metrics"]) <= 100
    assert all(isinstance(document[name], str) and document[name].isascii() for name in dimensions)
    assert not {"commit", "build"} & set(dimensions)
    return {name: document[name] for name in (*dimensions, *(metric["Name"] for metric in directive["Metrics"]))}


def test_lines_on_standard_output_need_no_aws_calls(account: FakeAccount, tmp_path: Path) -> None:
    ran = send(account, write_verdict(whole_tree_fail(), tmp_path)).expect(0)
    whole, *rest = [metrics_of(line) for line in ran.stdout.splitlines()]
    rulings = whole_tree_fail().verdict.rulings
    blocking = sum(ruling.outcome.value == "blocking" for ruling in rulings)
    assert (whole["Project"], whole["Blocking"], whole["Fail"], whole["Pass"]) == ("shop-gate", blocking, 1, 0)
    by_severity = {each["Severity"]: each for each in rest if "Severity" in each}
    assert len(by_severity) == 6
    assert sum(each["Blocking"] for each in by_severity.values()) == blocking
    assert {each["Scanner"] for each in rest if "Scanner" in each} == {result.scanner for result in whole_tree_fail().results}
    assert account.calls == []


def test_lines_by_put_log_events(account: FakeAccount, tmp_path: Path) -> None:
    logs = boto3.session.Session().client("logs")
    logs.create_log_group(logGroupName="/scangate")
    ran = send(account, write_verdict(whole_tree_fail(), tmp_path), "--log-group", "/scangate").expect(0)
    assert ran.stdout == ""
    (stream,) = logs.describe_log_streams(logGroupName="/scangate")["logStreams"]
    assert stream["logStreamName"].startswith("shop-gate/0aa1b2c3")
    found = logs.get_log_events(logGroupName="/scangate", logStreamName=stream["logStreamName"])["events"]
    assert metrics_of(found[0]["message"])["Project"] == "shop-gate"
    send(account, write_verdict(whole_tree_fail(), tmp_path), "--log-group", "/scangate", "--again").expect(0)
    assert account.refusals == []


def test_metrics_by_put_metric_data(account: FakeAccount, tmp_path: Path) -> None:
    send(account, write_verdict(whole_tree_fail(), tmp_path), "--put-metric-data", "--namespace", "gate").expect(0)
    metrics_found = boto3.session.Session().client("cloudwatch").list_metrics(Namespace="gate")["Metrics"]
    assert {"Blocking", "ScanSeconds", "CacheHitRate"} <= {metric["MetricName"] for metric in metrics_found}
    assert account.refusals == []


def test_a_second_run_sends_nothing(account: FakeAccount, tmp_path: Path) -> None:
    file = write_verdict(whole_tree_pass(), tmp_path)
    send(account, file, "--put-metric-data").expect(0)
    call_count = len(account.calls)
    send(account, file, "--put-metric-data").expect(0)
    assert len(account.calls) == call_count
    file = write_verdict(whole_tree_fail(), tmp_path)
    send(account, file, "--put-metric-data").expect(0)
    assert len(account.calls) > call_count


def test_an_aws_error_is_exit_code_4_and_recorded(account: FakeAccount, tmp_path: Path) -> None:
    file = write_verdict(whole_tree_pass(), tmp_path)
    before = file.read_bytes()
    account.fail_next("cloudwatch", "PutMetricData", AwsError("ExpiredToken", "the token is expired", 403))
    ran = send(account, file, "--put-metric-data").expect(4)
    assert "aws sts" in ran.stderr
    (receipt,) = json.loads((tmp_path / "publish.json").read_text("utf-8"))["receipts"]
    assert (receipt["state"], receipt["reason"]) == ("failed", "ExpiredToken: the token is expired")
    assert file.read_bytes() == before
    send(account, file, "--put-metric-data").expect(0)
    (receipt,) = json.loads((tmp_path / "publish.json").read_text("utf-8"))["receipts"]
    assert (receipt["state"], receipt["reason"]) == ("sent", "")


def test_block_to_green_comes_from_the_history(account: FakeAccount, tmp_path: Path) -> None:
    boto3.session.Session().client("s3").create_bucket(
        Bucket="verdicts", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    for location in ("s3://verdicts/shop/main.json", str(tmp_path / "history.json")):
        blocked = write_verdict(whole_tree_fail(), tmp_path, "1.json")
        assert "BlockToGreen" not in send(account, blocked, "--history", location, "--again").expect(0).stdout
        green = tmp_path / "2.json"
        page = write_verdict(whole_tree_pass(), tmp_path, "2.json").read_text("utf-8")
        document = json.loads(page)
        started = dt.datetime.fromisoformat(json.loads(blocked.read_text("utf-8"))["finished"])
        later = (started + dt.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
        green.write_text(page.replace(json.dumps(document["finished"]), json.dumps(later)), "utf-8")
        ran = send(account, green, "--history", location, "--again").expect(0)
        assert metrics_of(ran.stdout.splitlines()[0])["BlockToGreen"] == 7200


def test_a_pull_request_is_not_added_to_the_history(account: FakeAccount, tmp_path: Path) -> None:
    location = tmp_path / "history.json"
    change = msgspec.structs.replace(whole_tree_fail(), compared_revision=ComparedRevision("main", "a" * 40, "a" * 40))
    send(account, write_verdict(change, tmp_path), "--history", str(location)).expect(2)
    send(account, write_verdict(whole_tree_fail(), tmp_path), "--history", str(location), CODEBUILD_WEBHOOK_TRIGGER="pr/7").expect(
        2
    )
    assert not location.exists()


def test_the_same_verdict_is_sent_again_to_another_target(account: FakeAccount, tmp_path: Path) -> None:
    file = write_verdict(whole_tree_pass(), tmp_path)
    assert send(account, file).expect(0).stdout
    send(account, file, "--put-metric-data").expect(0)
    send(account, file, "--put-metric-data", "--project", "other").expect(0)
    assert len(account.calls_to("cloudwatch")) == 2


def test_new_findings_are_neither_known_nor_suppressed() -> None:
    report = whole_tree_fail()
    first, second, third, *_ = report.verdict.rulings
    ruled = [
        msgspec.structs.replace(each, outcome=outcome)
        for each, outcome in zip((first, second, third), (Known.KNOWN, Known.SUPPRESSED, Known.BLOCKING), strict=True)
    ]
    report = msgspec.structs.replace(report, verdict=msgspec.structs.replace(report.verdict, rulings=tuple(ruled)))
    metrics_found = next(collect_metrics(report, "p", LeadTimes())).metrics
    assert [metrics_found[name][0] for name in ("Findings", "New", "Known", "Waived", "Blocking")] == [2, 1, 1, 1, 1]


@pytest.mark.parametrize("options", [("--log-group", "g", "--put-metric-data"), ("--history", "s3://x")])
def test_invalid_options_are_exit_code_2(account: FakeAccount, tmp_path: Path, options: tuple[str, ...]) -> None:
    assert send(account, write_verdict(whole_tree_pass(), tmp_path), *options).expect(2).stderr.count("hint: ") == 1


@pytest.mark.parametrize("namespace", ["AWS/EC2", ":own", "a b", "", "n" * 256])
def test_an_invalid_namespace_is_exit_code_2(account: FakeAccount, tmp_path: Path, namespace: str) -> None:
    send(account, write_verdict(whole_tree_pass(), tmp_path), "--namespace", namespace).expect(2)
    assert account.calls == []


@pytest.mark.parametrize("hours", [24 * 15, -3])
def test_metrics_that_cloudwatch_would_drop_are_an_error(account: FakeAccount, tmp_path: Path, hours: float) -> None:
    ran = send(account, write_verdict(whole_tree_pass(), tmp_path, hours=hours)).expect(4)
    assert (ran.stdout, "OutOfTime" in ran.stderr) == ("", True)


def test_lines_are_sent_in_batches_within_the_limits(account: FakeAccount) -> None:
    batches: list[int] = []

    def put_log_events(request: Any) -> dict[str, Any]:
        batches.append(len(request["logEvents"]))
        return {}

    account.services["logs"] = {"CreateLogStream": lambda _: {}, "PutLogEvents": put_log_events}
    assert cloudwatch.put_log_lines(create_client("logs"), "g", "s", ["x" * 200_000] * 11, MOMENT) == 11
    assert batches == [5, 5, 1]


def test_lines_that_the_service_rejects_are_an_error(account: FakeAccount) -> None:
    rejected = {"rejectedLogEventsInfo": {"tooOldLogEventEndIndex": 1}}
    account.services["logs"] = {"CreateLogStream": lambda _: {}, "PutLogEvents": lambda _: rejected}
    with pytest.raises(PublishError) as error:
        cloudwatch.put_log_lines(create_client("logs"), "g", "s", ["{}"], MOMENT)
    assert error.value.code == "RejectedLogEvents"


def test_hostile_names_stay_one_line_of_ascii() -> None:
    group = MetricGroup(
        {"Project": ':a\nb\u202e"|' + "x" * 400, "Environment": "\x00"},
        {"Findings": (1.0, "Count"), "Bad": (float("nan"), "Count")},
    )
    (line,) = cloudwatch.render_emf_lines([group], "scangate", MOMENT, {"commit": "\n"})
    found = metrics_of(line)
    assert "\n" not in line
    assert (found["Environment"], len(found["Project"]), found["Project"][:4]) == ("?", 250, "a?b?")
    assert "Bad" not in found


def test_the_number_of_metrics_does_not_depend_on_findings() -> None:
    few, lots = (len(list(collect_metrics(many_findings(count), "p", LeadTimes()))) for count in (10, 2000))
    assert few == lots
