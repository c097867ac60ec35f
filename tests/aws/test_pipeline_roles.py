"""The roles of a delivery pipeline: each allows what its builds and services call, and nothing else."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase

import boto3
import pytest

from scangate.publish import ecs_hook
from scangate.publish.codedeploy_hook import handler
from tests.support.aws.account import FakeAccount
from tests.support.aws.deployment_hook import CODE, ECS_SPEC, EVENT, IMAGE, LAMBDA_SPEC, REVISION_EVENT, Stage
from tests.support.aws.pipeline_roles import (
    BUILD_AGENT,
    CLONE,
    COMMANDS,
    DEPLOYMENT,
    MISSING_OBJECT,
    REPORTS,
)
from tests.support.aws.pipeline_template import (
    CONFIGS,
    CONNECTION,
    WORKLOADS,
    allowed_actions,
    load_stack,
)


@pytest.mark.parametrize("workload", WORKLOADS)
def test_build_and_ship_roles_allow_the_calls_of_their_commands(workload: str) -> None:
    found = load_stack(workload, ConnectionArn=CONNECTION)
    projects = found.resources("AWS::CodeBuild::Project")
    part = {"lambda": r"aws (?:lambda|deploy) ", "static-site": r"aws (?:s3|ssm|cloudfront) "}.get(workload, ".")
    agent = {"Build": BUILD_AGENT | CLONE[True] | REPORTS, "Ship": BUILD_AGENT - {"kms:GenerateDataKey", "s3:PutObject"}}
    for project in sorted(agent.keys() & projects.keys()):
        commands = set(re.findall(r"\b(aws (?!configure)[a-z0-9]+ [a-z-]+|docker push)", projects[project]["Source"]["BuildSpec"]))
        assert commands <= COMMANDS.keys()
        needed = {action for command in commands if re.match(part, f"{command} ") for action in COMMANDS[command]}
        assert set(allowed_actions(found, f"{project}Role")) == needed | agent[project]
    assert ("Ship" in projects) is (workload in {"lambda", "static-site"})


# What the services do by themselves, as their guides list it; none of it is a command of ours, so none of it can be recorded here.
# https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
# https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-service-role.html
PIPELINE = {"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:GetBucketVersioning", "kms:Decrypt", "kms:GenerateDataKey"}
PIPELINE |= {"codebuild:BatchGetBuilds", "codebuild:StartBuild", "codecommit:GetBranch", "codecommit:GetCommit"}
PIPELINE |= {"codecommit:GetRepository", "sns:Publish"}
BY_CODEDEPLOY = {"codedeploy:GetApplication"} | {f"codedeploy:{name}" for name in DEPLOYMENT}
BY_ECS = {"ecs:RegisterTaskDefinition", "iam:PassRole"}
OF_WORKLOAD = {"container-image": BY_CODEDEPLOY | BY_ECS, "ec2-codedeploy": BY_CODEDEPLOY, "lambda": set(), "static-site": set()}
DEPLOYER = {"cloudwatch:DescribeAlarms", "s3:GetObject", "s3:GetObjectVersion", "kms:Decrypt"}
TASK_SETS = {"CreateTaskSet", "DeleteTaskSet", "DescribeServices", "UpdateServicePrimaryTaskSet"}
BALANCER = {"DescribeListeners", "DescribeRules", "DescribeTargetGroups", "ModifyListener", "ModifyRule"}
DEPLOYERS = {
    "container-image": {"lambda:InvokeFunction", "iam:PassRole"}
    | {f"ecs:{name}" for name in TASK_SETS}
    | {f"elasticloadbalancing:{name}" for name in BALANCER},
    "lambda": {"lambda:InvokeFunction", "lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"},
    "ec2-codedeploy": {"ec2:DescribeInstanceStatus", "ec2:DescribeInstances", "tag:GetResources"},
}


@pytest.mark.parametrize("workload", WORKLOADS)
def test_service_roles_allow_what_the_aws_guides_list(workload: str) -> None:
    found = load_stack(workload, Approval="release")
    assert set(allowed_actions(found, "PipelineRole")) == PIPELINE | OF_WORKLOAD[workload]
    assert set(allowed_actions(found, "ChangeRole")) == {"codepipeline:StartPipelineExecution"}
    assert ("DeployRole" in found.resources()) is (workload in DEPLOYERS)
    if workload in DEPLOYERS:
        assert set(allowed_actions(found, "DeployRole")) == DEPLOYER | DEPLOYERS[workload]


def test_the_pipeline_of_a_service_that_deploys_itself_may_do_what_the_guide_lists() -> None:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECS.html#edit-role-ecs"""
    guide = {"DescribeServices", "DescribeTaskDefinition", "DescribeTasks", "ListTasks", "RegisterTaskDefinition", "TagResource"}
    wanted = PIPELINE | {f"ecs:{name}" for name in guide | {"UpdateService"}} | {"iam:PassRole"}
    assert set(allowed_actions(load_stack("container-image", DeploymentController="ECS"), "PipelineRole")) == wanted - {
        "sns:Publish"
    }


def test_the_hook_of_ecs_may_make_the_calls_that_it_makes(account: FakeAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(account, monkeypatch)
    stage.attest("image", IMAGE)
    key = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    monkeypatch.setenv("SCANGATE_PUBLIC_KEY", key)
    account.calls.clear()
    ecs_hook.handler(REVISION_EVENT)
    made = {f"{call.service}:{call.operation}" for call in account.calls}
    beside = MISSING_OBJECT | {"kms:Decrypt", "logs:CreateLogStream", "logs:PutLogEvents"}
    role = allowed_actions(load_stack("container-image", DeploymentController="ECS"), "HookRole")
    assert set(role) == made | beside
    revision = REVISION_EVENT["executionDetails"]["targetServiceRevisionArn"].replace("eu-west-1", "eu-central-1")
    assert any(fnmatchcase(revision, place) for place in role["ecs:DescribeServiceRevisions"])


# AWSCodeDeployRole, version 11, but for classic load balancers and topics; then what a launch template asks for.
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRole.html
FLEETS = {
    f"autoscaling:{name}"
    for name in (
        *("AttachLoadBalancerTargetGroups", "CompleteLifecycleAction", "CreateAutoScalingGroup", "CreateOrUpdateTags"),
        *("DeleteAutoScalingGroup", "DeleteLifecycleHook", "DescribeAutoScalingGroups", "DescribeLifecycleHooks"),
        *("DescribeNotificationConfigurations", "DescribePolicies", "DescribeScalingActivities", "DescribeScheduledActions"),
        *("EnableMetricsCollection", "PutLifecycleHook", "PutNotificationConfiguration", "PutScalingPolicy"),
        *("PutScheduledUpdateGroupAction", "PutWarmPool", "RecordLifecycleActionHeartbeat", "ResumeProcesses"),
        *("SuspendProcesses", "UpdateAutoScalingGroup"),
    )
}
FLEETS |= {f"elasticloadbalancing:Describe{name}" for name in ("LoadBalancerAttributes", "LoadBalancers", "TargetGroupAttributes")}
FLEETS |= {f"elasticloadbalancing:{name}" for name in ("DescribeTargetGroups", "DescribeTargetHealth", "RegisterTargets")}
FLEETS |= {"elasticloadbalancing:DeregisterTargets", "cloudwatch:PutMetricAlarm", "ec2:TerminateInstances"}
FLEETS |= {"ec2:RunInstances", "ec2:CreateTags", "iam:PassRole"}


def test_only_blue_green_instances_need_permissions_for_copied_groups() -> None:
    found = load_stack("ec2-codedeploy", DeploymentConfig="BlueGreen")
    assert set(allowed_actions(found, "DeployRole")) == DEPLOYER | DEPLOYERS["ec2-codedeploy"] | FLEETS


@pytest.mark.parametrize("workload", ["container-image", "lambda"])
def test_the_hooks_role_allows_the_calls_that_it_makes(
    account: FakeAccount, monkeypatch: pytest.MonkeyPatch, workload: str
) -> None:
    stage = Stage(account, monkeypatch)
    stage.spec, name, digest = (ECS_SPEC, "image", IMAGE) if workload == "container-image" else (LAMBDA_SPEC, "lambda", CODE)
    stage.attest(name, digest)
    key = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    monkeypatch.setenv("SCANGATE_PUBLIC_KEY", key)
    account.calls.clear()
    handler(EVENT)
    made = {f"{call.service}:{call.operation}" for call in account.calls}
    beside = MISSING_OBJECT | {"kms:Decrypt", "logs:CreateLogStream", "logs:PutLogEvents"}
    # An AppSpec in S3 is read in the version that is deployed.
    beside |= {"s3:GetObjectVersion"} if workload == "container-image" else set()
    assert set(allowed_actions(load_stack(workload), "HookRole")) == made | beside


# Which actions cannot be restricted to a resource: its service authorisation reference has none for them.
WITHOUT_A_RESOURCE = {
    "cloudwatch:PutMetricData",
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeLifecycleHooks",
    "autoscaling:DescribeNotificationConfigurations",
    "autoscaling:DescribePolicies",
    "autoscaling:DescribeScalingActivities",
    "autoscaling:DescribeScheduledActions",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetHealth",
    "codedeploy:PutLifecycleEventHookExecutionStatus",
    "ec2:DescribeInstanceStatus",
    "ec2:DescribeInstances",
    "ecr:GetAuthorizationToken",
    "ecs:DescribeTaskDefinition",
    "ecs:ListTasks",  # but a container instance, which a task of Fargate does not have
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
    "tag:GetResources",
}


@pytest.mark.parametrize("config", ["AllAtOnce", "BlueGreen"])
@pytest.mark.parametrize("workload", WORKLOADS)
def test_roles_name_actions_and_resources_explicitly(workload: str, config: str) -> None:
    more = {"DeploymentConfig": config} if config in CONFIGS[workload] else {}
    found = load_stack(workload, Approval="review", SecurityHub="yes", **more)
    roles = found.resources("AWS::IAM::Role")
    for role, properties in roles.items():
        for action, resources in allowed_actions(found, role).items():
            assert "*" not in action
            assert (action in WITHOUT_A_RESOURCE) == ("*" in resources), (role, action)
        (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
        if trust["Principal"]["Service"] == "lambda.amazonaws.com":
            # "aws:SourceArn applies only to policies where your function is the target": a condition on it would never hold here.
            # https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
            assert "Condition" not in trust
            continue
        assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": "123456789012"}
        assert trust["Condition"]["ArnLike"]["aws:SourceArn"].startswith("arn:aws:")
    holders = {"SigningKey": "SignRole", "VerdictKey": "GateRole"}
    holders |= {"JudgeKey": "JudgeRole"} if workload == "container-image" else {}
    for key, holder in holders.items():
        statements = found.resources()[key]["KeyPolicy"]["Statement"]
        assert [each["Principal"] for each in statements if "kms:Sign" in each["Action"]] == [{"AWS": f"<{holder}.Arn>"}]
        (account,) = (each for each in statements if each["Sid"] == "Account")
        assert not {"kms:Sign", "kms:CreateGrant", "kms:*"} & set(account["Action"])
    assert {role for role in roles if "kms:Sign" in allowed_actions(found, role)} == {*holders.values()}
    assert not any(
        action.startswith("iam:") for role in roles for action in allowed_actions(found, role) if action != "iam:PassRole"
    )


@pytest.mark.parametrize(
    ("role", "key"),
    [
        ("BuildRole", "shop-delivery/Gate/x"),
        ("BuildRole", "shop-delivery/RelProd/x"),
        ("GateRole", "shop-delivery/Built/x"),
        ("CheckRole", "shop-delivery/RelProd/x"),
        ("SignRole", "shop-delivery/Gate/x"),
        ("SignRole", "shop-delivery/Judged/x"),
        ("GateRole", "shop-delivery/Judged/x"),
        ("BuildRole", "shop-delivery/Judged/x"),
        ("JudgeRole", "shop-delivery/Gate/x"),
    ],
)
def test_no_role_writes_the_objects_of_another(role: str, key: str) -> None:
    places = allowed_actions(load_stack("container-image"), role)["s3:PutObject"]
    assert not any(fnmatchcase(f"<Artifacts.Arn>/{key}", directory) for directory in places)


def test_only_the_verification_step_records_admissions() -> None:
    mark = f"<Shelf.Arn>/release/production/accepted/production/{'ab' * 32}"
    found = load_stack()
    writers = {
        role
        for role in found.resources("AWS::IAM::Role")
        if any(fnmatchcase(mark, directory) for directory in allowed_actions(found, role).get("s3:PutObject", ()))
    }
    assert writers == {"CheckRole"}


@pytest.mark.parametrize("role", ["GateRole", "JudgeRole"])
@pytest.mark.parametrize("parameter", ["Policy", "Floor"])
def test_the_right_to_read_a_policy_follows_its_address(role: str, parameter: str) -> None:
    pin = f"#sha256={'0f' * 32}"
    places = {
        f"s3://acme-policies/house.yaml{pin}": ("s3:GetObject", "arn:aws:s3:::acme-policies/house.yaml"),
        f"ssm:///acme/house{pin}": ("ssm:GetParameter", "arn:aws:ssm:eu-central-1:123456789012:parameter/acme/house"),
        f"https://acme.example/house.yaml{pin}": ("", ""),
        "/opt/house.yaml": ("", ""),
    }
    plain = allowed_actions(load_stack("container-image"), role)
    for address, (action, place) in places.items():
        found = allowed_actions(load_stack("container-image", **{parameter: address}), role)
        more = {(name, each) for name, given in found.items() for each in given - plain.get(name, set())}
        assert more == ({(action, place)} if action else set())


def test_other_accounts_read_what_is_released_and_can_do_nothing_else() -> None:
    """Without the parameter nobody outside of the account is named; with it, those accounts may pass on rights to read."""
    accounts = ["111122223333", "444455556666"]
    for given, wanted in (("", set()), (",".join(accounts), {"Readers", "ReadersList"})):
        made = load_stack("ec2-codedeploy", ReaderAccounts=given).resources()
        policies = {
            "DataKey": made["DataKey"]["KeyPolicy"],
            "SigningKey": made["SigningKey"]["KeyPolicy"],
            "Artifacts": made["ArtifactsPolicy"]["PolicyDocument"],
            "Shelf": made["ShelfPolicy"]["PolicyDocument"],
        }
        found = {
            (name, action, str(each["Resource"]), json.dumps(each.get("Condition")))
            for name, policy in policies.items()
            for each in policy["Statement"]
            if each.get("Sid") in {"Readers", "ReadersList"}
            for action in each["Action"]
        }
        named = [each for policy in policies.values() for each in policy["Statement"] if each["Principal"] == {"AWS": accounts}]
        assert {each["Sid"] for each in named} == wanted
        expected = {
            ("DataKey", "kms:Decrypt", "*", '{"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}'),
            ("SigningKey", "kms:GetPublicKey", "*", "null"),
            ("Artifacts", "s3:GetObject", "<Artifacts.Arn>/*", "null"),
            ("Artifacts", "s3:GetObjectVersion", "<Artifacts.Arn>/*", "null"),
            ("Shelf", "s3:GetObject", "<Shelf.Arn>/release/*", "null"),
            ("Shelf", "s3:ListBucket", "<Shelf.Arn>", '{"StringLike": {"s3:prefix": "release/*"}}'),
        }
        assert found == (expected if wanted else set())
