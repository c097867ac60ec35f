"""The template's pipeline from commit to release for each workload: only a PASS is released, with least privilege."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scangate.publish.codedeploy_hook import handler
from tests.support.aws.account import serve_account
from tests.support.aws.codedeploy import FakeDeployments
from tests.support.aws.pipeline_runner import REGION, PipelineSimulator, role_client
from tests.support.aws.pipeline_template import CONNECTION, WORKLOADS, allowed_actions, load_stack
from tests.support.aws.security_hub import FakeHub
from tests.support.buildspec import workloads as samples
from tests.support.buildspec.sources import commit
from tests.support.buildspec.workloads import OUTCOME_WORDS, SOURCE_BY_OUTCOME
from tests.support.buildspec.workspace import Workspace

nightly = pytest.mark.nightly
POLICY = "version: 1\nname: shop\nextends: baseline\nenvironments: {staging: {}, production: {}}\n"
HOOK = f"{handler.__module__}.{handler.__name__}"
TASK = {"family": "shop", "containerDefinitions": [{"name": "web", "image": "<IMAGE1_NAME>", "memory": 128}]}


def buildspec(*commands: str, **artifacts: Any) -> str:
    """The source's own build.buildspec.yml."""
    return yaml.safe_dump(
        {"version": 0.2, "env": {"shell": "bash"}, "phases": {"build": {"commands": [*commands]}}, "artifacts": artifacts}
    )


SOURCES: dict[str, dict[str, str]] = {
    "container-image": {"Dockerfile": "FROM python:3.12\nUSER nobody\n", "taskdef.json": json.dumps(TASK)},
    "lambda": {
        "template.yaml": samples.SOURCES["lambda"]["template.yaml"],
        "build.buildspec.yml": buildspec(
            "sam build --template-file template.yaml --build-dir built",
            '(cd built/Add && python3 -m zipfile -c "$CODEBUILD_SRC_DIR/function.zip" .)',
            files=["function.zip"],
        ),
    },
    "ec2-codedeploy": {
        **{name: samples.SOURCES["ec2-codedeploy"][name] for name in ("appspec.yml", "scripts/verify.sh")},
        "build.buildspec.yml": buildspec("python3 -m compileall -q app", files=["app/*.py", "appspec.yml", "scripts/*"]),
    },
    "static-site": {
        **samples.SOURCES["static-site"],
        "build.buildspec.yml": buildspec(
            "npm ci --ignore-scripts", "npm run build", **{"files": ["**/*"], "base-directory": "dist"}
        ),
    },
}


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., PipelineSimulator]]:
    """Creates the stack of a workload in an account with the template's prerequisites."""
    with serve_account() as account:
        for name, value in {**account.environment, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}.items():
            monkeypatch.setenv(name, value)

        def made(workload: str, **more: str) -> PipelineSimulator:
            found = load_stack(workload, ConnectionArn=CONNECTION, SecurityHub="yes", **more)
            account.services["securityhub"] = FakeHub(region=REGION).service
            groups = {each["DeploymentGroupName"] for each in found.resources("AWS::CodeDeploy::DeploymentGroup").values()}
            hooks = {
                each["FunctionName"]: handler
                for name, each in found.resources().items()
                if name.startswith("Hook") and "Handler" in each
            }
            deployments = FakeDeployments(groups, hooks, _spec, _shift)
            delivery = PipelineSimulator(account, found, tmp_path, Path(sys.executable).parent.parent, deployments)
            {"lambda": _function, "static-site": _site}.get(workload, lambda: None)()
            delivery.create_resources()
            if hooks:  # it runs in this process, under its role
                for name, value in found.resources()["HookProduction"]["Environment"]["Variables"].items():
                    known = value.replace("<SigningKey.Arn>", delivery.key).replace("<Shelf>", "shelf")
                    monkeypatch.setenv(name, known)
                monkeypatch.setenv("AWS_ACCESS_KEY_ID", "HookRole")
            return delivery

        yield made


def _function() -> None:
    role = role_client("iam").create_role(RoleName="shop", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    about = {"FunctionName": "shop-production", "Runtime": "python3.12", "Role": role, "Handler": "adding.add"}
    role_client("lambda").create_function(**about, Code={"ZipFile": b"PK\x05\x06" + bytes(18)}, Publish=True)
    role_client("lambda").create_alias(FunctionName="shop-production", Name="live", FunctionVersion="1")


def _site() -> None:
    s3 = role_client("s3")
    s3.create_bucket(Bucket="shop-production-123456789012", CreateBucketConfiguration={"LocationConstraint": REGION})
    for name in ("index.html", "gone.html"):
        s3.put_object(Bucket="shop-production-123456789012", Key=name, Body=b"old")
    role_client("ssm").put_parameter(Name="/shop/production/distribution", Value=samples.create_distribution(), Type="String")


def _spec(revision: Any) -> Any:
    """The AppSpec; CodeDeploy reads one in a bucket with its own role."""
    if revision["revisionType"] == "AppSpecContent":
        return json.loads(revision["appSpecContent"]["content"])
    location = revision["s3Location"]
    request = {"Bucket": location["bucket"], "Key": location["key"], "VersionId": location["version"]}
    return json.loads(role_client("s3", "DeployRole").get_object(**request)["Body"].read())


def _shift(revision: Any) -> None:
    ((resource,),) = (each.values() for each in _spec(revision)["Resources"])
    if resource["Type"] == "AWS::Lambda::Function":
        allowed = resource["Properties"]
        live = {"FunctionName": allowed["Name"], "Name": allowed["Alias"]}
        assert role_client("lambda", "DeployRole").get_alias(**live)["FunctionVersion"] == allowed["CurrentVersion"]
        role_client("lambda", "DeployRole").update_alias(**live, FunctionVersion=allowed["TargetVersion"])


def _source(folder: Path, workload: str, verdict: str) -> Path:
    location = folder / "repository"
    location.mkdir()
    site = Workspace(location)
    for path, text in {**SOURCES[workload], "app/adding.py": SOURCE_BY_OUTCOME[verdict], "scangate.yaml": POLICY}.items():
        site.write(path, text)
    commit(site)
    return site.source


def _held(bucket: str, prefix: str = "") -> dict[str, bytes]:
    s3 = role_client("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


def _live() -> dict[str, Any]:
    found: dict[str, Any] = role_client("lambda").get_function_configuration(FunctionName="shop-production", Qualifier="live")
    return found


# -- a PASS ships --

STEPS = ["Gate.Gate", "Build.Build", "production.Sign", "production.Check", "production.Deploy"]


@nightly
@pytest.mark.parametrize("workload", WORKLOADS)
def test_a_pass_is_released_and_each_role_has_least_privilege(
    workload: str, begin: Callable[..., PipelineSimulator], tmp_path: Path
) -> None:
    delivery = begin(workload)
    steps = [*STEPS[:2], *(["Judge.Judge"] if workload == "container-image" else []), *STEPS[2:]]
    assert delivery.start(_source(tmp_path, workload, "pass")) == steps, [build.log for build in delivery.builds.values()][-1]
    assert delivery.alerts == []
    assert delivery.builds["Gate"].exported["SCANGATE_VERDICT"] == "PASS"
    assert [each["status"] for each in delivery.deployments.made.values()] == (["Succeeded"] if workload in HOOKED else [])
    SHIPPED[workload](delivery)
    _compare(delivery)


def _image_runs(delivery: PipelineSimulator) -> None:
    (digest,) = delivery.registry.images["shop"]
    assert set(_held("shelf", "release/")) >= {f"release/production/{digest.removeprefix('sha256:')}.json"}
    (task,) = role_client("ecs").list_task_definitions()["taskDefinitionArns"]
    (container,) = role_client("ecs").describe_task_definition(taskDefinition=task)["taskDefinition"]["containerDefinitions"]
    assert container["image"] == f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop@{digest}"


def _function_runs(_: PipelineSimulator) -> None:
    assert _live()["Version"] == "2"


def _bundle_runs(delivery: PipelineSimulator) -> None:
    bundle = delivery.folder / "host-production"
    assert {".scangate-attestation.json", "appspec.yml", "scripts/verify.sh", "app/adding.py"} <= {
        str(file.relative_to(bundle)) for file in bundle.rglob("*") if file.is_file()
    }


def _site_runs(delivery: PipelineSimulator) -> None:
    held = _held("shop-production-123456789012")
    assert held["index.html"] == b"<!doctype html>\n"
    assert not {"gone.html", ".scangate-attestation.json"} & held.keys()
    assert delivery.account.calls_to("cloudfront", "CreateInvalidation")


HOOKED = ("container-image", "lambda")
SHIPPED = {"container-image": _image_runs, "lambda": _function_runs, "ec2-codedeploy": _bundle_runs, "static-site": _site_runs}

# -- nothing else does --

WEAK_IMAGE = {"name": "CVE-2024-0001", "severity": "CRITICAL", "attributes": [{"key": "package_name", "value": "zlib"}]}


@nightly
@pytest.mark.parametrize(("findings", "verdict"), [([WEAK_IMAGE], "FAIL"), (None, "INCOMPLETE")])
def test_an_image_that_does_not_pass_is_not_signed(
    findings: list[dict[str, Any]] | None, verdict: str, begin: Callable[..., PipelineSimulator], tmp_path: Path
) -> None:
    delivery = begin("container-image")
    delivery.registry.findings = findings
    assert delivery.start(_source(tmp_path, "container-image", "pass")) == ["Gate.Gate", "Build.Build", "Judge.Judge"]
    judge = delivery.builds["Judge"]
    assert (judge.status, judge.exported["SCANGATE_VERDICT_PRODUCTION"]) == ("FAILED", verdict), judge.log
    assert not _held("shelf", "release/")
    assert not delivery.deployments.made


@pytest.mark.parametrize(
    ("workload", "verdict"),
    [
        pytest.param(name, verdict, marks=() if (name, verdict) == ("container-image", "fail") else nightly)
        for name in WORKLOADS
        for verdict in ("fail", "incomplete")
    ],
)
def test_without_a_pass_nothing_but_reports_and_alerts_goes_out(
    workload: str, verdict: str, begin: Callable[..., PipelineSimulator], tmp_path: Path
) -> None:
    delivery = begin(workload)
    before = _held("shop-production-123456789012") if workload == "static-site" else {}
    assert delivery.start(_source(tmp_path, workload, verdict)) == ["Gate.Gate"]
    assert delivery.builds["Gate"].exported["SCANGATE_VERDICT"] == OUTCOME_WORDS[verdict]
    (alert,) = delivery.alerts
    assert alert.startswith("shop-delivery: stage Gate of execution 00000000-0000-4000-8000-000000000001 failed")
    assert (delivery.builds["Gate"].reports[0].status, delivery.builds["Gate"].reports[0].problems) == ("FAILED", ())
    assert set(_held("shelf")) == {"history/production.json"}
    assert set(delivery.registry.images) | set(delivery.deployments.made) == set()
    assert (_held("shop-production-123456789012") if workload == "static-site" else {}) == before
    assert workload != "lambda" or _live()["Version"] == "1"
    assert verdict != "fail" or delivery.account.calls_to("securityhub", "BatchImportFindings")
    # What was asked of AWS since the commit came: the gate alone, its artifact not taken, and what it reports.
    request = {
        (each.access_key, f"{each.service}:{each.operation}") for each in delivery.account.calls if each.access_key.endswith("Role")
    }
    assert {by for by, _ in request} == {"PipelineRole", "GateRole"}
    allowed = {"logs:PutLogEvents", "logs:CreateLogStream", "securityhub:BatchImportFindings", "s3:PutObject"}
    assert {action for by, action in request if by == "GateRole" and not action.partition(":")[2].startswith("Get")} <= allowed
    assert not [
        each
        for each in delivery.account.calls
        if each.access_key == "GateRole" and each.s3_location.startswith("artifacts/shop-delivery/Gate")
    ]


# -- the roles --

# What is done in a role's name and cannot be recorded here: no SDK has it, or a program of AWS's or Docker's does it by itself.
CLONE = {"codeconnections:UseConnection", "codestar-connections:UseConnection"}
REPORTS = {"codebuild:BatchPutTestCases", "codebuild:CreateReport", "codebuild:UpdateReport"}
ALL_REPORTS = REPORTS | {"codebuild:BatchPutCodeCoverages", "codebuild:CreateReportGroup"}  # of a group that the source names
LAYERS = {f"ecr:{name}" for name in ("BatchCheckLayerAvailability", "BatchGetImage", "CompleteLayerUpload", "InitiateLayerUpload")}
BESIDE = {
    # S3 says that an object is not there to those only who may list.
    # Without a finding the hub is sent none; see the test of a FAIL.
    "GateRole": CLONE | REPORTS | {"s3:ListBucket", "securityhub:BatchImportFindings"},
    "BuildRole": CLONE | ALL_REPORTS | {"s3:GetObject"},
    "JudgeRole": CLONE | {"s3:GetObject"},
    "SignRole": {"s3:GetObject"},
    "CheckRole": {"s3:ListBucket"},
    "ShipRole": {"s3:GetObject"},
    "HookRole": {"s3:ListBucket", "logs:CreateLogStream", "logs:PutLogEvents"},
}


def _compare(delivery: PipelineSimulator) -> None:
    workload = delivery.found.parameters["Workload"]
    more = {("BuildRole", "container-image"): LAYERS | {"ecr:GetDownloadUrlForLayer", "ecr:UploadLayerPart"}}
    # What CodeDeploy asks for, in addition to the call itself, when CreateDeployment is called.
    more["ShipRole", "lambda"] = {
        "codedeploy:GetApplicationRevision",
        "codedeploy:GetDeploymentConfig",
        "codedeploy:RegisterApplicationRevision",
    }
    for role in sorted(BESIDE.keys() & delivery.found.resources("AWS::IAM::Role").keys()):
        used = delivery.actions(role)
        beside = BESIDE[role] | more.get((role, workload), set())
        assert used, role
        assert used | beside == set(allowed_actions(delivery.found, role)), role
