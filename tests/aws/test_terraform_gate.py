"""The Terraform module for the gate makes what the template makes: parameters, resources, rights, buildspec, mails."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.aws.gate_template import INSTALL, load_gate_stack
from tests.support.aws.pipeline_template import CONNECTION
from tests.support.aws.terraform_module import GATE_MODULE, evaluate_locals, list_resources, read_module, terraform
from tests.support.command import run_scangate

needs_terraform = pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
KINDS: Final = {"gate": "Gate", "pull-request": "PullRequest", "nightly": "Nightly"}
ARN = "arn:aws:{}:eu-central-1:123456789012:{}"
# What the provider knows, and the names that the stack's evaluation has for the same.
KNOWN = {"account": "123456789012", "partition": "aws", "region": "eu-central-1", "store": "<Store>"}
NAMES = {
    "arn:aws:s3:::<Store>": "<Store.Arn>",
    ARN.format("codebuild", "report-group/scangate"): "<Reports.Arn>",
    ARN.format("codebuild", "project/scangate-nightly") + '"]': '<Nightly.Arn>"]',
    ARN.format("sns", "scangate-gate"): "<Alerts>",
    **{ARN.format("logs", f"log-group:/aws/codebuild/scangate-{kind}:*"): f"<{name}Log.Arn>" for kind, name in KINDS.items()},
}
# The resources of the template, and what makes the same in Terraform; a property of one is there often a resource of its own.
RESOURCES: Final[dict[str, tuple[str, ...]]] = {
    "AWS::S3::Bucket": (
        "aws_s3_bucket",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_versioning",
        "aws_s3_bucket_lifecycle_configuration",
    ),
    "AWS::S3::BucketPolicy": ("aws_s3_bucket_policy",),
    "AWS::CodeBuild::ReportGroup": ("aws_codebuild_report_group",),
    "AWS::Logs::LogGroup": ("aws_cloudwatch_log_group",),
    "AWS::IAM::ManagedPolicy": ("aws_iam_role_policy",),
    "AWS::IAM::Role": ("aws_iam_role", "aws_iam_role_policy"),
    "AWS::CodeBuild::Project": ("aws_codebuild_project", "aws_codebuild_webhook"),
    "AWS::Events::Rule": ("aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"),
    "AWS::KMS::Key": ("aws_kms_key",),
    "AWS::SNS::Topic": ("aws_sns_topic", "aws_sns_topic_subscription"),
    "AWS::SNS::TopicPolicy": ("aws_sns_topic_policy",),
    "AWS::CloudWatch::Alarm": ("aws_cloudwatch_metric_alarm",),
    "AWS::Logs::MetricFilter": ("aws_cloudwatch_log_metric_filter",),
}
# How many resources an expression of for_each makes, the longest first; one without it.
SIZES: Final = {"if project.publishes": 2, "local.webhooks": 2, "local.trust_statements": 4, "local.projects": 3, "": 1}
PIN = f"#sha256={'0f' * 32}"
CASES: Final[tuple[dict[str, str], ...]] = (
    {},
    {
        "ConnectionArn": CONNECTION,
        "Email": "team@example.org",
        "SecurityHub": "yes",
        "Environment": "prod",
        "Branch": "release",
        "Host": "GITLAB",
        "Policy": f"s3://acme-policies/house.yaml{PIN}",
        "Floor": f"ssm:///acme/house{PIN}",
    },
    {
        "ScangateInstall": "",
        "ImageRepository": "security/scangate",
        "Floor": "strict",
        "Host": "BITBUCKET",
        "Policy": "/opt/house.yaml",
    },
)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def test_it_is_formatted_and_our_own_rules_find_nothing(tmp_path: Path) -> None:
    shutil.copy(GATE_MODULE, tmp_path)
    if shutil.which("terraform"):
        terraform("fmt", "-check", "main.tf", cwd=tmp_path)
    run_scangate("scan", ".", "--policy", "strict", "--no-cache", "--output-dir", "out", cwd=tmp_path)
    assert json.loads((tmp_path / "out/verdict.json").read_text("utf-8"))["findings"] == []


def test_the_variables_are_the_parameters_of_the_template() -> None:
    variables = {name: body for block in read_module()["variable"] for name, body in block.items()}
    parameters = load_gate_stack().template["Parameters"]
    assert list(variables) == [_snake(name) for name in parameters]
    for name, parameter in parameters.items():
        found = variables[_snake(name)]
        assert found.get("default") == parameter.get("Default"), name
        assert found["type"] == {"String": "string", "Number": "number"}[parameter["Type"]]
        conditions = " ".join(each["condition"] for each in found.get("validation", ()))
        if "AllowedPattern" in parameter:
            pattern = str(parameter["AllowedPattern"]).replace("\\", "\\\\")
            assert f'regex("^({pattern})$", var.{_snake(name)})' in conditions, name
        for value in parameter.get("AllowedValues", ()):
            assert f'"{value}"' in conditions, (name, value)


def test_the_resources_are_those_of_the_template() -> None:
    """Of each kind as many as in the template, counted with all conditions on."""
    found = load_gate_stack(Email="team@example.org", SecurityHub="yes")
    wanted = Counter(each["Type"] for name, each in found.template["Resources"].items() if name in found.resources())
    assert {each for kind in wanted for each in RESOURCES[kind]} == {kind for kind, _, _ in list_resources()}
    made: Counter[str] = Counter()
    for kind, _, body in list_resources():
        made[kind] += next(size for text, size in SIZES.items() if text in body.get("for_each", ""))
    for kind, (main, *_) in RESOURCES.items():
        if kind != "AWS::IAM::ManagedPolicy":  # its statements are in each role's own policy
            assert made[main] == wanted[kind], kind
    named = {(kind, name) for kind, name, _ in list_resources()}
    mailed = {(kind, name) for kind, name, body in list_resources() if "count" in body}
    assert {kind for kind, _ in mailed} == {
        *("aws_kms_key", "aws_sns_topic", "aws_sns_topic_subscription", "aws_sns_topic_policy"),
        *("aws_cloudwatch_event_rule", "aws_cloudwatch_event_target", "aws_cloudwatch_metric_alarm"),
    }
    assert ("aws_cloudwatch_event_rule", "start") in named - mailed


def test_the_settings_of_the_resources_are_those_of_the_template() -> None:
    made = load_gate_stack(Email="team@example.org").resources()
    bodies = {(kind, name): body for kind, name, body in list_resources()}
    alarms = {"NotStarted": "not_started", "Unpublished": "unpublished"}
    for name, ours in alarms.items():
        alarm, body = made[name], bodies["aws_cloudwatch_metric_alarm", ours]
        for key, value in alarm.items():
            if key not in {"AlarmActions", "Dimensions", "MetricName"}:
                assert body[_snake(key)] == value, (name, key)
    for name in ("UnpublishedByGate", "UnpublishedByNightly"):
        assert bodies["aws_cloudwatch_log_metric_filter", "unpublished"]["pattern"] == made[name]["FilterPattern"]
    access = bodies["aws_s3_bucket_public_access_block", "store"]
    assert {_snake(key): value for key, value in made["Store"]["PublicAccessBlockConfiguration"].items()}.items() <= access.items()
    group = bodies["aws_codebuild_report_group", "reports"]
    assert (group["type"], group["delete_reports"]) == (made["Reports"]["Type"], made["Reports"]["DeleteReports"])
    project, theirs = bodies["aws_codebuild_project", "project"], made["Gate"]
    assert project["build_timeout"] == theirs["TimeoutInMinutes"]
    (artifacts,), (source,) = project["artifacts"], project["source"]
    for key in ("Type", "NamespaceType", "Name", "Packaging"):
        assert artifacts[_snake(key)] == theirs["Artifacts"][key]
    assert source["git_clone_depth"] == theirs["Source"]["GitCloneDepth"]


def _named(value: Any) -> Any:
    """Values with the names that the stack's evaluation gives to what only AWS knows."""
    text = json.dumps(value)
    for arn, name in NAMES.items():
        text = text.replace(arn, name)
    return json.loads(text)


def _sorted(statements: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(each, sort_keys=True) for each in statements)


def _one_or_list(statement: dict[str, Any]) -> dict[str, Any]:
    """A list of one resource is that resource."""
    place = statement.get("Resource")
    return {**statement, "Resource": place[0]} if isinstance(place, list) and len(place) == 1 else statement


@needs_terraform
@pytest.mark.parametrize("given", CASES)
def test_rights_buildspec_variables_and_mails_are_those_of_the_template(given: dict[str, str], tmp_path: Path) -> None:
    found = load_gate_stack(**given)
    made = found.resources()
    names: tuple[str, ...] = (
        "statements",
        "start_statements",
        "trust_statements",
        "store_statements",
        "buildspec",
        "variables",
        "webhooks",
    )
    names += ("failed_builds", "mail_paths", "mail", "key_statements", "topic_statements", "hosts")
    parameters = {"RepositoryUrl": "https://github.com/team/shop.git", "ScangateInstall": INSTALL, **given}
    ours = _named(evaluate_locals(tmp_path / "module", names, KNOWN, **{_snake(key): value for key, value in parameters.items()}))
    for kind, name in KINDS.items():
        role, project = made[f"{name}Role"], made[name]
        theirs = [each for policy in role["Policies"] for each in policy["PolicyDocument"]["Statement"]]
        theirs += made["CommonPolicy"]["PolicyDocument"]["Statement"]
        if "<PublishPolicy>" in role["ManagedPolicyArns"]:
            theirs += made["PublishPolicy"]["PolicyDocument"]["Statement"]
        assert _sorted([*map(_one_or_list, ours["statements"][kind])]) == _sorted([*map(_one_or_list, theirs)])
        assert ours["trust_statements"][kind] == role["AssumeRolePolicyDocument"]["Statement"]
        assert ours["buildspec"] == project["Source"]["BuildSpec"]
        assert ours["variables"][kind] == {each["Name"]: each["Value"] for each in project["Environment"]["EnvironmentVariables"]}
        groups = project.get("Triggers", {}).get("FilterGroups", [])
        assert [[{"Type": each["type"], "Pattern": each["pattern"]} for each in ours["webhooks"].get(kind, [])]] == (groups or [[]])
    assert ours["trust_statements"]["start"] == made["StartRole"]["AssumeRolePolicyDocument"]["Statement"]
    (policy,) = made["StartRole"]["Policies"]
    assert ours["start_statements"][0]["Resource"].endswith("project/scangate-nightly")
    assert {**ours["start_statements"][0], "Resource": ""} == {**policy["PolicyDocument"]["Statement"][0], "Resource": ""}
    assert ours["store_statements"] == made["StorePolicy"]["PolicyDocument"]["Statement"]
    approval = made["PullRequest"]["Triggers"]["PullRequestBuildPolicy"]
    assert ours["hosts"][found.parameters["Host"]]["approvers"] == approval["ApproverRoles"]
    if "Email" in given:
        assert ours["key_statements"] == made["AlertsKey"]["KeyPolicy"]["Statement"]
        assert ours["topic_statements"] == made["AlertsPolicy"]["PolicyDocument"]["Statement"]
        events = made["BuildEvents"]
        assert ours["failed_builds"] == events["EventPattern"]
        assert ours["mail_paths"] == events["Targets"][0]["InputTransformer"]["InputPathsMap"]
        assert ours["mail"] == events["Targets"][0]["InputTransformer"]["InputTemplate"]


@needs_terraform
@pytest.mark.parametrize(
    "wrong", [{"scangate_install": ""}, {"policy": "s3://acme/house.yaml"}, {"name": "A"}, {"host": "SVN"}, {"email": "x"}]
)
def test_what_the_template_refuses_is_refused(wrong: dict[str, str], tmp_path: Path) -> None:
    right = {"repository_url": "https://github.com/team/shop.git", "scangate_install": INSTALL}
    with pytest.raises(AssertionError, match="Invalid value for variable"):
        evaluate_locals(tmp_path / "module", ("arn",), KNOWN, **{**right, **wrong})
