"""The template of a service whose deployments are its own: the hook, the traffic, the alarm, and the pipeline for it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.session import get_session

from tests.support.aws.cloudformation import StackTemplate
from tests.support.aws.pipeline_template import allowed_actions, failed_assertions, load_stack
from tests.support.command import run_scangate
from tests.support.paths import ROOT, SNIPPETS

SERVICE_TEMPLATE = SNIPPETS / "ecs-service.yaml"
PAGE = ROOT / "docs" / "how-to" / "delivery-on-aws.md"
PLACE: Final = "eu-central-1:123456789012"
GROUP: Final = f"arn:aws:elasticloadbalancing:{PLACE}:targetgroup/shop"
RULE: Final = f"arn:aws:elasticloadbalancing:{PLACE}:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2"
GIVEN: Final = {
    "Application": "shop",
    "TaskDefinition": f"arn:aws:ecs:{PLACE}:task-definition/shop:1",
    "LoadBalancer": "app/shop/50dc6c495c0c9188",
    "BlueTargetGroup": f"{GROUP}-blue/0f1e",
    "GreenTargetGroup": f"{GROUP}-green/0f1e",
    "ProductionRule": RULE,
}
TEST_FUNCTION: Final = f"arn:aws:lambda:{PLACE}:function:shop-smoke"
STAGES: Final = {"dev": "GroupDev", "qa": "GroupQa", "staging": "GroupStaging", "production": "GroupProduction"}
ALL: Final = ",".join(STAGES)


def _load(**more: str) -> StackTemplate:
    return StackTemplate.load(SERVICE_TEMPLATE, **{**GIVEN, **more})


def test_cfn_lint_and_our_own_rules_accept_it(tmp_path: Path) -> None:
    done = subprocess.run([Path(sys.executable).parent / "cfn-lint", SERVICE_TEMPLATE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    shutil.copy(SERVICE_TEMPLATE, tmp_path)
    run_scangate("scan", ".", "--policy", "strict", "--no-cache", "--output-dir", "out", cwd=tmp_path)
    assert json.loads((tmp_path / "out/verdict.json").read_text("utf-8"))["findings"] == []
    assert SERVICE_TEMPLATE.stat().st_size <= 51_200


@pytest.mark.parametrize(
    ("strategy", "member"), [("BLUE_GREEN", ""), ("CANARY", "canaryConfiguration"), ("LINEAR", "linearConfiguration")]
)
def test_a_deployment_goes_on_as_the_strategy_says(strategy: str, member: str) -> None:
    """The words and members are those of botocore's model of CreateService."""
    model = get_session().get_service_model("ecs")
    assert strategy in model.shape_for("DeploymentStrategy").metadata["enum"]
    shape = model.shape_for("DeploymentConfiguration")
    made = _load(Strategy=strategy).resources()["Service"]["DeploymentConfiguration"]
    _assert_members(made, shape)
    paced = {name for name in ("canaryConfiguration", "linearConfiguration") if name[0].upper() + name[1:] in made}
    assert paced == ({member} if member else set())
    balancer = _load().resources()["Service"]["LoadBalancers"][0]["AdvancedConfiguration"]
    _assert_members(balancer, model.shape_for("AdvancedConfiguration"))


def _assert_members(made: dict[str, Any], shape: Any) -> None:
    for name, value in made.items():
        member = shape.members[name[0].lower() + name[1:]]
        if isinstance(value, dict):
            _assert_members(value, member)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for each in value:
                _assert_members(each, member.member)


@pytest.mark.parametrize("environment", STAGES)
def test_it_asks_the_function_of_the_signing_stack_and_the_pipeline_deploys_it(environment: str) -> None:
    service = _load(Environment=environment).resources()["Service"]
    found = load_stack("container-image", Environments=ALL, DeploymentController="ECS")
    functions = {each["FunctionName"] for each in found.resources("AWS::Lambda::Function").values()}
    (hook,) = service["DeploymentConfiguration"]["LifecycleHooks"]
    assert hook["LifecycleStages"] == ["PRE_SCALE_UP"]
    assert hook["HookTargetArn"].rpartition(":")[2] in functions
    assert hook["HookTargetArn"].endswith(f":shop-{environment}-gate")
    assert allowed_actions(_load(Environment=environment), "HookCaller") == {"lambda:InvokeFunction": {hook["HookTargetArn"]}}
    assert service["DeploymentConfiguration"]["Alarms"] == {"Enable": True, "Rollback": True, "AlarmNames": ["<Alarm>"]}
    assert _load(Environment=environment).resources()["Alarm"]["AlarmName"] == f"shop-{environment}-rollback"
    stage = next(each for each in found.resources()["Pipeline"]["Stages"] if each["Name"] == environment)
    deploy = stage["Actions"][-1]
    assert deploy["ActionTypeId"]["Provider"] == "ECS"
    wanted = {"ClusterName": service["Cluster"], "ServiceName": service["ServiceName"], "FileName": "imagedefinitions.json"}
    assert deploy["Configuration"] == wanted


def test_the_pipeline_has_the_one_way_or_the_other() -> None:
    native, other = (
        load_stack("container-image", Environments=ALL, DeploymentController=each).resources() for each in ("ECS", "CODE_DEPLOY")
    )
    assert other.keys() - native.keys() == {"Deployments", "DeployRole", *STAGES.values()}
    assert native.keys() <= other.keys()
    handlers = {made["HookProduction"]["Handler"] for made in (native, other)}
    assert handlers == {"scangate.publish.ecs_hook.handler", "scangate.publish.codedeploy_hook.handler"}


def test_a_function_of_ones_own_tests_a_release_before_production() -> None:
    assert failed_assertions(_load(TestFunction=TEST_FUNCTION))  # without test traffic it would test nothing
    found = _load(TestFunction=TEST_FUNCTION, TestRule=RULE)
    assert not failed_assertions(found)
    hooks = found.resources()["Service"]["DeploymentConfiguration"]["LifecycleHooks"]
    assert [(each["HookTargetArn"], each["LifecycleStages"]) for each in hooks[1:]] == [
        (TEST_FUNCTION, ["POST_TEST_TRAFFIC_SHIFT"])
    ]
    known = get_session().get_service_model("ecs").shape_for("DeploymentLifecycleHookStage").metadata["enum"]
    assert {stage for each in hooks for stage in each["LifecycleStages"]} <= set(known)
    assert TEST_FUNCTION in allowed_actions(found, "HookCaller")["lambda:InvokeFunction"]


def test_the_page_names_its_parameters_and_its_command_is_accepted() -> None:
    text, template = PAGE.read_text("utf-8"), _load().template
    assert {name for name in (*template["Parameters"], *template["Outputs"]) if f"`{name}`" not in text} == set()
    (block,) = (each for each in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "--template-file ecs-service.yaml" in each)
    given = dict(re.findall(r"(\w+)=(\S+)", block))
    assert (
        {name for name, each in template["Parameters"].items() if "Default" not in each}
        <= given.keys()
        <= template["Parameters"].keys()
    )
