"""The template's custom resource for blue/green deployment groups, which CloudFormation cannot create."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest

from tests.support.aws.account import FakeAccount
from tests.support.aws.pipeline_template import allowed_actions, load_stack

ROLE = "arn:aws:iam::123456789012:role/deploy"


class Fleets:
    """The custom resource of a stack: CloudFormation's requests and the responses."""

    def __init__(self, account: FakeAccount, monkeypatch: pytest.MonkeyPatch) -> None:
        self.account = account
        self.answers: list[tuple[Any, ...]] = []
        answering = ModuleType("cfnresponse")  # Lambda adds it to code that is inline in a template
        answering.__dict__.update(SUCCESS="SUCCESS", FAILED="FAILED", send=self._send)
        monkeypatch.setitem(sys.modules, "cfnresponse", answering)
        self.found = load_stack("ec2-codedeploy", DeploymentConfig="BlueGreen", Environments="staging,production")
        names: dict[str, Any] = {}
        exec(self.found.resources()["FleetMaker"]["Code"]["ZipFile"], names)
        self.handler = names["handler"]
        boto3.client("codedeploy").create_application(applicationName="shop", computePlatform="Server")
        account.calls.clear()

    def _send(self, event: Any, context: Any, status: str, data: Any, physical: str, *, reason: str | None) -> None:
        assert (event["StackId"], context.name, data, physical) == ("stack", "context", {}, "shop")
        self.answers.append((status, reason))

    def send(self, request: str, environments: str, before: str = "") -> tuple[str, str | None]:
        properties = {**self.found.resources()["Fleets"], "Environments": environments}
        properties["Group"] = properties["Group"].replace("<DeployRole.Arn>", ROLE)
        old = {"OldResourceProperties": {**properties, "Environments": before}} if before else {}
        event = {"RequestType": request, "StackId": "stack", "ResourceProperties": properties, **old}
        self.handler(event, SimpleNamespace(name="context"))
        (answer,) = self.answers
        self.answers.clear()
        return answer

    def calls(self) -> list[tuple[str, Any]]:
        calls = [(call.operation, call.parameters) for call in self.account.calls]
        self.account.calls.clear()
        assert self.account.refusals == []
        return calls


@pytest.fixture
def fleets(account: FakeAccount, monkeypatch: pytest.MonkeyPatch) -> Fleets:
    # Which of these calls moto has is no matter: all of them are checked against botocore's model before they are answered.
    account.services["codedeploy"] = {
        "CreateApplication": lambda _: {"applicationId": "a"},
        "CreateDeploymentGroup": lambda _: {"deploymentGroupId": "g"},
        "UpdateDeploymentGroup": lambda _: {},
        "DeleteDeploymentGroup": lambda _: {},
    }
    return Fleets(account, monkeypatch)


def test_each_environment_has_a_group_that_fails_closed(fleets: Fleets) -> None:
    assert fleets.send("Create", "staging,production") == ("SUCCESS", None)
    (first, staging), (second, production) = fleets.calls()
    assert (first, second) == ("CreateDeploymentGroup", "CreateDeploymentGroup")
    assert (staging["deploymentGroupName"], production["deploymentGroupName"]) == ("shop-staging-fleet", "shop-production-fleet")
    assert production["autoScalingGroups"] == ["shop-production"]  # exactly one, or CodeDeploy refuses to copy it
    assert production["deploymentStyle"] == {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
    assert production["blueGreenDeploymentConfiguration"]["greenFleetProvisioningOption"] == {"action": "COPY_AUTO_SCALING_GROUP"}
    assert production["loadBalancerInfo"] == {"targetGroupInfoList": [{"name": "shop-production"}]}
    assert (production["serviceRoleArn"], production["deploymentConfigName"]) == (ROLE, "CodeDeployDefault.OneAtATime")
    alarms = [{"name": "shop-production-rollback"}]
    assert production["alarmConfiguration"] == {"enabled": True, "ignorePollAlarmFailure": False, "alarms": alarms}
    # As in the groups that CloudFormation makes.
    other = load_stack("ec2-codedeploy").resources()["GroupProduction"]["AutoRollbackConfiguration"]
    assert production["autoRollbackConfiguration"] == {"enabled": other["Enabled"], "events": other["Events"]}


def test_an_update_keeps_copied_groups_and_follows_the_environments(fleets: Fleets) -> None:
    assert fleets.send("Update", "qa,staging,production", before="dev,staging,production") == ("SUCCESS", None)
    made = fleets.calls()
    assert [(operation, each.get("deploymentGroupName", each.get("currentDeploymentGroupName"))) for operation, each in made] == [
        ("CreateDeploymentGroup", "shop-qa-fleet"),
        ("UpdateDeploymentGroup", "shop-staging-fleet"),
        ("UpdateDeploymentGroup", "shop-production-fleet"),
        ("DeleteDeploymentGroup", "shop-dev-fleet"),
    ]
    assert all("autoScalingGroups" not in each for operation, each in made if operation == "UpdateDeploymentGroup")


def test_with_the_stack_the_groups_go(fleets: Fleets) -> None:
    assert fleets.send("Delete", "staging,production") == ("SUCCESS", None)
    names = [(operation, each["deploymentGroupName"]) for operation, each in fleets.calls()]
    assert names == [("DeleteDeploymentGroup", "shop-production-fleet"), ("DeleteDeploymentGroup", "shop-staging-fleet")]


def test_an_error_is_reported_to_cloudformation(fleets: Fleets) -> None:
    del fleets.account.services["codedeploy"]["CreateDeploymentGroup"]  # type: ignore[attr-defined]
    status, error = fleets.send("Create", "production")
    assert status == "FAILED"
    assert error is not None
    assert "this codedeploy has no CreateDeploymentGroup" in error


def test_its_role_allows_the_calls_it_makes(fleets: Fleets) -> None:
    for request, before in (("Create", ""), ("Update", "dev,production"), ("Delete", "")):
        fleets.send(request, "production", before)
    made = {f"codedeploy:{operation}" for operation, _ in fleets.calls()}
    # The service role is handed to CodeDeploy, and the function's own runtime writes its log.
    assert set(allowed_actions(fleets.found, "FleetRole")) == made | {"iam:PassRole", "logs:CreateLogStream", "logs:PutLogEvents"}
