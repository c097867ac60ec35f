"""The lead time of a deployment: from the commit's time, which the gate exports, to the success in production."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.aws.account import FakeAccount
from tests.support.aws.codepipeline import FakeExecutions
from tests.support.aws.event_patterns import matches_pattern
from tests.support.aws.pipeline_template import allowed_actions, load_stack

COMMITTED = 1_764_550_000
EXECUTION = "00000000-0000-4000-8000-000000000001"


def _event(state: str = "SUCCEEDED", stage: str = "production", action: str = "Deploy") -> dict[str, Any]:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html"""
    detail = {"pipeline": "shop-delivery", "execution-id": EXECUTION, "stage": stage, "action": action, "state": state}
    kind = {"source": "aws.codepipeline", "detail-type": "CodePipeline Action Execution State Change"}
    return {**kind, "time": "2025-12-01T01:00:00Z", "detail": detail}


def _measure(account: FakeAccount, executions: FakeExecutions, event: dict[str, Any]) -> list[dict[str, Any]]:
    """What the function of the stack sends, which is within its role's rights."""
    account.services |= {"codepipeline": executions.service, "cloudwatch": {"PutMetricData": lambda _: {}}}
    account.calls.clear()
    found = load_stack()
    names: dict[str, Any] = {}
    exec(found.resources()["LeadTime"]["Code"]["ZipFile"], names)
    names["handler"](event, None)
    assert account.refusals == []
    role = set(allowed_actions(found, "LeadTimeRole"))
    assert {f"{call.service}:{call.operation}" for call in account.calls} <= role
    assert role == {"codepipeline:ListActionExecutions", "cloudwatch:PutMetricData", "logs:CreateLogStream", "logs:PutLogEvents"}
    return [each for call in account.calls_to("cloudwatch") for each in call.parameters["MetricData"]]


def _executions(exported: dict[str, str], execution: str = EXECUTION) -> FakeExecutions:
    made = FakeExecutions("shop-delivery")
    for action in ("Source", "Gate", "Build", "Sign", "Check", "Deploy"):
        made.add_run(execution, action, "Succeeded")
        if action == "Gate":
            made.runs[0]["output"] = {"outputVariables": exported}
    return made


def test_it_is_measured_from_the_commit_to_the_deployment(account: FakeAccount) -> None:
    (metric,) = _measure(account, _executions({"SCANGATE_COMMIT_TIME": str(COMMITTED)}), _event())
    assert (metric["MetricName"], metric["Unit"]) == ("LeadTime", "Seconds")
    assert metric["Value"] == 1_764_550_800 - COMMITTED
    assert {each["Name"]: each["Value"] for each in metric["Dimensions"]} == {"Pipeline": "shop-delivery", "Stage": "production"}


@pytest.mark.parametrize("exported", [{}, {"SCANGATE_COMMIT_TIME": ""}, {"SCANGATE_COMMIT_TIME": "yesterday"}])
def test_without_a_commit_time_nothing_is_measured(account: FakeAccount, exported: dict[str, str]) -> None:
    assert _measure(account, _executions(exported), _event()) == []


def test_a_rollback_has_no_gate_and_is_not_counted(account: FakeAccount) -> None:
    assert _measure(account, _executions({"SCANGATE_COMMIT_TIME": str(COMMITTED)}, "another"), _event()) == []


def test_only_what_succeeded_in_production_is_measured() -> None:
    rule = load_stack().resources()["LeadTimeEvents"]["EventPattern"]
    assert matches_pattern(rule, _event())
    for other in (_event("FAILED"), _event(stage="staging"), _event(action="Sign")):
        assert not matches_pattern(rule, other)
