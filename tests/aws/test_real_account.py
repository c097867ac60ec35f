"""What AWS documents and no emulator enforces: conditions it ignores, limits of names, what keeps a stack from being deleted.

Each test names its source. The templates are only read; `test_pipeline_template.py` runs its builds.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import get_session

from tests.support.aws.cloudformation import StackTemplate
from tests.support.aws.pipeline_template import ENVIRONMENTS, WORKLOADS, allowed_actions, failed_assertions, load_stack
from tests.support.buildspec.parser import parse_buildspec
from tests.support.paths import ROOT

OPTIONAL = {"scangate", "certifi", "setuptools", "typing-extensions"}
"""Ours, and what is imported only where it is installed."""
SOURCE_KEYS = {"aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID", "aws:SourceOrgPaths"}


def _services(statement: Any) -> set[str]:
    principal = statement["Principal"]
    named = principal.get("Service", []) if isinstance(principal, dict) else []
    return {named} if isinstance(named, str) else set(named)


# -- mails --


def test_the_key_and_topic_of_alerts_accept_events_without_a_condition() -> None:
    """EventBridge sends no source keys to KMS and supports no conditions in a topic's policy; CloudWatch does both.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
    """
    made = load_stack().resources()
    assert made["Alerts"]["KmsMasterKeyId"] == "<AlertsKey>"
    for policy in (made["AlertsKey"]["KeyPolicy"], made["AlertsPolicy"]["PolicyDocument"]):
        for service, conditioned in (("events.amazonaws.com", False), ("cloudwatch.amazonaws.com", True)):
            (statement,) = (each for each in policy["Statement"] if service in _services(each))
            assert _services(statement) == {service}  # one statement each, so that one condition cannot be for both
            keys = {key for block in statement.get("Condition", {}).values() for key in block}
            assert bool(keys & SOURCE_KEYS) is conditioned
    # What has no condition opens nothing but alerts.
    for key in ("DataKey", "SigningKey"):
        assert not any(_services(each) for each in made[key]["KeyPolicy"]["Statement"])


def test_the_mail_of_a_failed_stage_links_to_the_execution() -> None:
    (target,) = load_stack().resources()["FailureEvents"]["Targets"]
    settings = target["InputTransformer"]
    text = settings["InputTemplate"]
    for name in settings["InputPathsMap"]:
        assert f"<{name}>" in text
        text = text.replace(f"<{name}>", f"the-{name}")
    sentence = json.loads(text)
    url = "https://eu-central-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/the-pipeline/executions/the-execution/timeline"
    assert sentence.endswith(url)
    assert "\n" not in sentence


# -- images and installations --


def test_an_image_of_the_team_is_pulled_with_the_projects_role() -> None:
    """https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html"""
    pull = {f"ecr:{name}" for name in ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")}
    values = get_session().get_service_model("codebuild").shape_for("ImagePullCredentialsType").metadata["enum"]
    for repository, expected in (("", "CODEBUILD"), ("security/scangate", "SERVICE_ROLE")):
        found = load_stack("static-site", BuildImageRepository=repository)
        assert expected in values
        for name, project in found.resources("AWS::CodeBuild::Project").items():
            assert project["Environment"]["ImagePullCredentialsType"] == expected
            if name in {"Gate", "Sign", "Check"}:  # "runtime-versions" are for the images that CodeBuild keeps
                assert ("runtime-versions" in project["Source"]["BuildSpec"]) is not bool(repository)
                parse_buildspec(project["Source"]["BuildSpec"])
            may = allowed_actions(found, f"{name}Role")
            assert (pull | {"ecr:GetAuthorizationToken"} <= may.keys()) is bool(repository)
            if repository:
                assert may["ecr:BatchGetImage"] == {f"arn:aws:ecr:eu-central-1:123456789012:repository/{repository}"}


def test_a_project_does_not_hide_the_scangate_of_its_image() -> None:
    """A variable of a project, even an empty one, replaces that of its image.

    https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
    """
    for project in load_stack().resources("AWS::CodeBuild::Project").values():
        assert "SCANGATE_HOME" not in {each["Name"] for each in project["Environment"].get("EnvironmentVariables", [])}


@pytest.mark.parametrize(
    ("install", "good"),
    [
        ("scangate[attest,aws]==0.1.0", True),
        ("scangate[attest,aws] @ git+https://git.example.org/team/scangate@0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c", True),
        ("/opt/scangate-0.1.0-py3-none-any.whl[attest,aws]", True),
        ("scangate", False),
        ("scangate[attest,aws] @ git+https://git.example.org/team/scangate", False),
        ("scangate[attest,aws] --index-url https://pypi.example.org", False),
        ("git+http://git.example.org/team/scangate@v1", False),
    ],
)
def test_what_is_installed_is_pinned_and_one_argument(install: str, good: bool) -> None:
    pattern = load_stack().template["Parameters"]["ScangateInstall"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, install)) is good


def test_without_an_installation_or_an_image_the_stack_is_refused() -> None:
    assert failed_assertions(load_stack("static-site", ScangateInstall=""))
    assert not failed_assertions(load_stack("static-site", ScangateInstall="", BuildImageRepository="scangate"))


def _pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(match.groups() for line in lines if (match := re.match(r"([\w.-]+)==([^\s;\\]+)", line)))  # type: ignore[misc]


def test_sign_and_check_install_no_scanner_and_only_pinned_packages() -> None:
    """Beside the signing key nothing runs that is not needed; what attest and verify import is what is installed."""
    found = load_stack()
    for name in ("Sign", "Check"):
        project = found.resources("AWS::CodeBuild::Project")[name]
        variables = {each["Name"]: each["Value"] for each in project["Environment"]["EnvironmentVariables"]}
        pins = dict(each.split("==") for each in variables["DEPENDENCIES"].split())
        assert {each: _pins()[each] for each in pins} == pins
        assert not pins.keys() & {"semgrep", "bandit", "detect-secrets", "pip-audit"}
        install = [each for phase in parse_buildspec(project["Source"]["BuildSpec"]).phases for each in phase.commands]
        assert [each for each in install if "pip install" in each and "--no-deps" not in each] == []
        unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        code = "import scangate.cli.main, scangate.cli.attest, scangate.cli.verify, scangate.publish.signing_keys, boto3, sys;"
        code += "print(*{name.partition('.')[0] for name in sys.modules})"
        ran = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, env=unmeasured)
        distributions = importlib.import_module("importlib.metadata").packages_distributions()
        imported = {each.lower() for top in ran.stdout.split() for each in distributions.get(top, [])}
        assert {each.replace("_", "-") for each in imported} - OPTIONAL <= pins.keys()


# -- caches and artifacts --


def test_the_gates_cache_is_no_link() -> None:
    """LOCAL_CUSTOM_CACHE: "symlinks are used to reference cached directories"; the cache refuses to be a link.

    https://docs.aws.amazon.com/codebuild/latest/userguide/caching-local.html
    """
    found = load_stack()
    for name, project in found.resources("AWS::CodeBuild::Project").items():
        cache = project.get("Cache", {"Type": "NO_CACHE"})
        assert cache["Type"] != "LOCAL"
        assert (cache["Type"] == "S3") is bool(re.search(r"\ncache:", project["Source"]["BuildSpec"])), name
        if cache["Type"] == "S3":
            assert cache["Location"] == "<Shelf>/cache"
            may = allowed_actions(found, f"{name}Role")
            assert "<Shelf.Arn>/cache/*" in may["s3:GetObject"] & may["s3:PutObject"]


def test_a_release_does_not_expire_while_hosts_may_be_added() -> None:
    """CodeDeploy gives a new instance of a group the last successful revision, at any age.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/integrations-aws-auto-scaling.html
    """
    for bucket, allowed in (("Artifacts", set()), ("Shelf", {"cache/"})):
        rules = load_stack().resources()[bucket]["LifecycleConfiguration"]["Rules"]
        assert {rule.get("Prefix") for rule in rules if {"ExpirationInDays", "ExpirationDate"} & rule.keys()} == allowed


# -- what Build makes --


def test_build_does_not_run_what_init_writes() -> None:
    """`scangate init` writes a gate into buildspec.yml, whose artifact is the reports."""
    for workload in set(WORKLOADS) - {"container-image"}:
        build = load_stack(workload).resources("AWS::CodeBuild::Project")["Build"]["Source"]["BuildSpec"]
        assert build not in {"buildspec.yml", "buildspec.yaml"}


def test_reports_are_not_signed_as_a_site(tmp_path: Any) -> None:
    spec = load_stack("static-site").resources("AWS::CodeBuild::Project")["Sign"]["Source"]["BuildSpec"]
    (script,) = (each for phase in parse_buildspec(spec).phases if phase.name == "build" for each in phase.commands)
    for names, refused in ((["index.html"], False), (["verdict.json", "junit.xml"], True), (["index.html", "verdict.json"], True)):
        folder = tmp_path / "-".join(names)
        folder.mkdir()
        for name in names:
            (folder / name).write_text("")
        variables = {"CODEBUILD_SRC_DIR": str(folder), "CODEBUILD_SRC_DIR_Gate": "/none", "ENVIRONMENT": "production", "KEY": "k"}
        variables |= {"VERDICT_KEY": "v"}
        variables |= {"WORKLOAD": "static-site", "SCANGATE_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        ran = subprocess.run(["bash", "-c", script], env=variables, capture_output=True, text=True, check=False)
        assert ("is no site" in ran.stderr) is refused


def test_a_verdict_that_passes_asks_nobody() -> None:
    """https://docs.aws.amazon.com/codepipeline/latest/userguide/stage-conditions.html"""
    found = load_stack(Approval="review", Environments="staging,production")
    (stage,) = (each for each in found.resources()["Pipeline"]["Stages"] if each["Name"] == "Decide")
    (condition,) = stage["BeforeEntry"]["Conditions"]
    assert condition["Result"] in get_session().get_service_model("codepipeline").shape_for("Result").metadata["enum"]
    assert condition["Result"] == "SKIP"
    (rule,) = condition["Rules"]
    assert {word for word in ("wanted", "none", "") if re.search(rule["Configuration"]["Value"], word)} == {"wanted"}
    gate = parse_buildspec(found.resources("AWS::CodeBuild::Project")["Gate"]["Source"]["BuildSpec"])
    assert rule["Configuration"]["Variable"] == "#{Gate.SCANGATE_DECISION}"
    assert "SCANGATE_DECISION" in gate.exported


# -- the life of a stack --


def test_nothing_keeps_the_stack_from_being_deleted() -> None:
    """A report group with reports is deleted only with DeleteReports; a retained bucket needs the key of its objects.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-codebuild-reportgroup.html
    """
    template = load_stack().template["Resources"]
    retained = {name for name, each in template.items() if each.get("DeletionPolicy") == "Retain"}
    assert retained == {name for name, each in template.items() if each.get("UpdateReplacePolicy") == "Retain"}
    made = load_stack().resources()
    for name, each in template.items():
        if each["Type"] == "AWS::CodeBuild::ReportGroup":
            assert made[name]["DeleteReports"] is True
        if each["Type"] == "AWS::S3::Bucket":
            assert name in retained
            (rule,) = made[name]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
            key = rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"].strip("<>").partition(".")[0]
            assert key in retained


# https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html: 32; the others by their own API.
LIMITS = {
    "AWS::CodeBuild::Project": ("Name", 150),
    "AWS::CodeBuild::ReportGroup": ("Name", 128),
    "AWS::CodePipeline::Pipeline": ("Name", 100),
    "AWS::CodeDeploy::Application": ("ApplicationName", 100),
    "AWS::CodeDeploy::DeploymentGroup": ("DeploymentGroupName", 100),
    "AWS::Lambda::Function": ("FunctionName", 64),
    "AWS::SNS::Topic": ("TopicName", 256),
    "AWS::Logs::LogGroup": ("LogGroupName", 512),
    "AWS::CloudWatch::Dashboard": ("DashboardName", 255),
}


def _longest(pattern: str) -> int:
    """The length of the longest name that a pattern of our form allows."""
    match = re.fullmatch(r"\[a-z\]\[a-z0-9-\]\{1,(\d+)\}", pattern)
    assert match
    return 1 + int(match[1])


@pytest.mark.parametrize("workload", WORKLOADS)
def test_the_longest_application_leaves_room_for_every_name(workload: str) -> None:
    application = "a" * _longest(load_stack().template["Parameters"]["Application"]["AllowedPattern"])
    for environments in ENVIRONMENTS:
        found = load_stack(workload, Application=application, Environments=environments)
        for kind, (key, limit) in LIMITS.items():
            for made in found.resources(kind).values():
                assert len(made.get(key, "")) <= limit, (kind, made[key])
        for name in _target_groups(found):
            assert len(name) <= 32, name
    # The bucket of a static site, which a person creates: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    assert len(f"{application}-production-123456789012") <= 63


def _target_groups(found: StackTemplate) -> Iterator[str]:
    for group in found.resources("AWS::CodeDeploy::DeploymentGroup").values():
        for pair in group.get("LoadBalancerInfo", {}).get("TargetGroupPairInfoList", []):
            yield from (each["Name"] for each in pair["TargetGroups"])


def test_the_function_for_fleets_keeps_what_production_replaced_as_long_as_the_parameter_says() -> None:
    found = load_stack("ec2-codedeploy", DeploymentConfig="BlueGreen", BlueMinutes="90", Environments="staging,production")
    code = found.resources()["FleetMaker"]["Code"]["ZipFile"]
    (make,) = (each for each in ast.parse(code).body if isinstance(each, ast.FunctionDef) and each.name == "make")
    asked: list[dict[str, Any]] = []

    class Deploy:
        def create_deployment_group(self, **request: Any) -> None:
            asked.append(request)

    class Boto:
        @staticmethod
        def client(_: str) -> Deploy:
            return Deploy()

    names: dict[str, Any] = {"json": json, "boto3": Boto}
    exec(compile(ast.Module([make], []), "delivery-ec2.yaml", "exec"), names)  # the template's own code
    names["make"]("Create", "shop", found.resources()["Fleets"], {})
    key = "terminateBlueInstancesOnDeploymentSuccess"
    kept = {
        each["deploymentGroupName"]: each["blueGreenDeploymentConfiguration"][key]["terminationWaitTimeInMinutes"] for each in asked
    }
    assert kept == {"shop-staging-fleet": 5, "shop-production-fleet": 90}
