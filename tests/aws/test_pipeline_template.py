"""The templates of a delivery pipeline: their resources for each workload, and the builds from the gate to the verification."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import boto3
import pytest

from scangate.cli.snippet import list_snippets
from tests.support.aws.account import FakeAccount, serve_account
from tests.support.aws.cloudformation import StackTemplate, read_template
from tests.support.aws.codepipeline import FakeExecutions
from tests.support.aws.pipeline_roles import assert_least_privilege
from tests.support.aws.pipeline_template import (
    CONFIGS,
    CONNECTION,
    ENVIRONMENTS,
    PIPELINES,
    TEMPLATES,
    WORKLOADS,
    failed_assertions,
    load_stack,
)
from tests.support.aws.protocol import AwsCall
from tests.support.buildspec.interpreter import Build, run_build
from tests.support.buildspec.parser import parse_buildspec
from tests.support.buildspec.sources import CLEAN, INJECTION, commit
from tests.support.buildspec.workspace import Workspace
from tests.support.command import run_scangate
from tests.support.frequency import mostly_nightly
from tests.support.paths import ROOT, SNIPPETS
from tests.support.sample_trees import run_git

BIN = Path(sys.executable).parent
REGION: Final = "eu-west-1"  # the interpreter's
PAGE = ROOT / "docs" / "how-to" / "delivery-on-aws.md"
EXECUTION = "00000000-0000-4000-8000-000000000001"
DIGEST = "ab" * 32
POLICY = """\
version: 1
name: shop
extends: baseline
environments:
  staging: {budgets: {critical: 9, high: 9}}
  production: {budgets: {high: 0}}
"""


# -- the template --


def test_cfn_lint_accepts_the_templates() -> None:
    done = subprocess.run([BIN / "cfn-lint", *TEMPLATES], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_our_own_rules_find_nothing(tmp_path: Path) -> None:
    for template in TEMPLATES:
        shutil.copy(template, tmp_path)
    run_scangate("scan", ".", "--policy", "strict", "--no-cache", "--output-dir", "out", cwd=tmp_path).expect(3)
    verdict_json = json.loads((tmp_path / "out/verdict.json").read_text("utf-8"))
    assert verdict_json["findings"] == []
    assert {(gap["gap"]["kind"], gap["gap"]["content_type"]) for gap in verdict_json["gaps"]} == {("not-analyzed", "appspec")}
    assert {each["scanner"] for each in verdict_json["scanners"] if each["analyzed_files"]} >= {"semgrep", "detect-secrets"}


def test_cloudformation_takes_each_template_directly_and_most_parameters_have_defaults() -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: 51,200 bytes in a request."""
    needed = set()
    for file in TEMPLATES:
        assert file.stat().st_size <= 51_200
        template = read_template(file)
        needed |= {name for name, each in template["Parameters"].items() if "Default" not in each}
        interface = template["Metadata"]["AWS::CloudFormation::Interface"]
        grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
        assert sorted(grouped) == sorted(template["Parameters"])
        assert set(interface["ParameterLabels"]) <= set(grouped)
    assert needed == {"Application", "Repository", "Email"}


def test_a_parameter_has_the_same_meaning_in_every_template() -> None:
    """One value is given to each stack: what one template accepts, and takes as the default, another one does, too."""
    known: dict[str, Any] = {}
    for file in TEMPLATES:
        for name, each in read_template(file)["Parameters"].items():
            rest = {key: value for key, value in each.items() if key not in {"Description", "AllowedValues"}}
            values = each.get("AllowedValues") if name != "DeploymentConfig" else None
            assert known.setdefault(name, (rest, values)) == (rest, values), (file.name, name)


def test_the_pipelines_differ_in_their_deployment_and_the_image_only() -> None:
    """The stages are written in each of the four templates: a change of one is a change of all."""
    stages = {}
    for workload, file in PIPELINES.items():
        text = json.dumps(read_template(file)["Resources"]["Pipeline"])
        if workload == "container-image":  # which is judged, too
            text = text.replace('"Name": "Judged"', '"Name": "Gate"').replace("#{Judge.", "#{Gate.")
        found = [each["Fn::If"][1] if "Fn::If" in each else each for each in json.loads(text)["Properties"]["Stages"]]
        assert [each["Name"] for each in found if each["Name"] in {"Judge", "Accept"}] == (
            ["Judge", "Accept"] if workload == "container-image" else []
        )
        stages[workload] = [each for each in found if each["Name"] not in {"Judge", "Accept"}]
        for action in (action for stage in stages[workload] for action in stage["Actions"]):
            if action["Name"] == "Deploy":
                action.update(ActionTypeId={}, Configuration={})
            if action["Name"] == "Sign":
                sub = action["Configuration"]["EnvironmentVariables"]["Fn::Sub"]
                given = {each["name"]: each["value"] for each in json.loads(sub if isinstance(sub, str) else sub[0])}
                assert ("APPROVAL_ACTION" in given) is (workload == "container-image")
                action["Configuration"]["EnvironmentVariables"] = [given["ENVIRONMENT"], given["EXECUTION"]]
    assert all(each == stages["lambda"] for each in stages.values())


def test_the_page_names_every_parameter_and_output_and_its_commands_are_accepted() -> None:
    text = PAGE.read_text("utf-8")
    for file in TEMPLATES:
        template = read_template(file)
        names = {*template["Parameters"], *template["Outputs"], file.name}
        assert {name for name in names if f"`{name}`" not in text} == set(), file.name
    (block,) = (
        block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "--stack-name shop-pipeline --template" in block
    )
    printed = dict(re.findall(r"^scangate snippet (\S+) > (\S+)$", block, re.MULTILINE))
    assert {SNIPPETS / file for file in printed.values()} == {*TEMPLATES[:2], PIPELINES["lambda"]}
    assert all(list_snippets()[name].name == file for name, file in printed.items())
    given: dict[str, str] = {}
    for command in block.replace("\\\n", " ").split("aws cloudformation deploy")[1:]:
        (file,) = re.findall(r"--template-file (\S+)", command)
        pairs = re.findall(r"(?:'([A-Za-z]+)=([^']*)'|(\w+)=(\S+))", command.partition("--parameter-overrides")[2])
        parameters = {(quoted or plain): (value or other) for quoted, value, plain, other in pairs}
        assert parameters.keys() <= read_template(SNIPPETS / file)["Parameters"].keys(), file
        assert {name for name, value in parameters.items() if given.setdefault(name, value) != value} == set()
    assert given.pop("ScangateInstall").endswith("==X.Y.Z")
    assert failed_assertions(load_stack(given.pop("Workload"), **given)) == []


def test_what_is_imported_is_exported_by_a_stack_that_is_made_before() -> None:
    """A stack whose exports are imported cannot be deleted first; so there is one order, and the page names it."""
    exported: set[str] = set()
    for file in (*TEMPLATES[:2], *PIPELINES.values()):
        text = file.read_text("utf-8")
        assert set(re.findall(r'Fn::ImportValue: !Sub "([^"]+)"', text)) <= exported, file.name
        if file in TEMPLATES[:2]:
            exported |= set(re.findall(r'Export: \{Name: !Sub "([^"]+)"\}', text))
    assert exported >= {f"scangate-${{Application}}-{name}" for name in ("signing-key", "artifacts", "store", "alerts")}


@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("approval", ["none", "release", "review"])
def test_the_stages_follow_the_environments_parameter(workload: str, approval: str) -> None:
    for environments, connection in itertools.product(ENVIRONMENTS, ("", CONNECTION)):
        made = load_stack(workload, Environments=environments, Approval=approval, ConnectionArn=connection).resources()
        stages = environments.split(",")
        before = {"none": [], "release": [], "review": ["Decide"]}[approval]
        image = {"review": ["Judge", "Accept"]}.get(approval, ["Judge"]) if workload == "container-image" else []
        expected = ["Source", "Gate", *before, "Build", *image, *stages]
        if approval == "release":
            expected.insert(-1, "Release")
        assert [stage["Name"] for stage in made["Pipeline"]["Stages"]] == expected
        assert _groups(made) == ([] if workload == "static-site" else sorted(f"shop-{name}" for name in stages))


def _groups(made: Mapping[str, Any]) -> list[str]:
    return sorted(each["DeploymentGroupName"] for name, each in made.items() if name.startswith("Group"))


@pytest.mark.parametrize("workload", WORKLOADS)
def test_every_artifact_is_made_before_it_is_used_and_no_variable_is_unknown(workload: str) -> None:
    found = load_stack(workload, Environments="dev,qa,staging,production", Approval="review")
    exported = {
        f"{name}.{each}"
        for name in found.resources("AWS::CodeBuild::Project").keys() & {"Gate", "Judge"}
        for each in parse_buildspec(_spec(found, name)).exported
    }
    held: set[str] = set()
    for stage in found.resources()["Pipeline"]["Stages"]:
        for action in stage["Actions"]:
            assert {each["Name"] for each in action.get("InputArtifacts", [])} <= held, action["Name"]
            made = {each["Name"] for each in action.get("OutputArtifacts", [])}
            assert not made & held
            assert all(len(name) <= 10 for name in made)  # a longer one is cut in the bucket, and the roles name them
            held |= made
        assert set(re.findall(r"#\{((?:Gate|Judge)\.\w+)\}", json.dumps(stage))) <= exported


@pytest.mark.parametrize(("approval", "lets"), [("none", {"PASS"}), ("release", {"PASS"}), ("review", {"PASS", "REVIEW"})])
def test_a_stage_starts_only_with_its_environments_verdict(approval: str, lets: set[str]) -> None:
    found = load_stack(Environments="dev,qa,staging,production", Approval=approval).resources()["Pipeline"]["Stages"]
    for stage in (each for each in found if each["Name"] in ("dev", "qa", "staging", "production")):
        ((condition,),) = (stage["BeforeEntry"]["Conditions"],)
        (rule,) = condition["Rules"]
        assert (condition["Result"], rule["RuleTypeId"]["Provider"]) == ("FAIL", "VariableCheck")
        assert rule["Configuration"]["Variable"] == f"#{{Gate.SCANGATE_VERDICT_{stage['Name'].upper()}}}"
        words = ("PASS", "FAIL", "REVIEW", "INCOMPLETE", "", "PASSED", "NOPASS")
        assert {word for word in words if re.search(rule["Configuration"]["Value"], word)} == lets
        assert [action["Name"] for action in stage["Actions"]] == ["Sign", "Check", "Deploy"]
        assert [action["RunOrder"] for action in stage["Actions"]] == [1, 2, 3]


def test_a_deployment_fails_closed_and_rolls_back_by_itself() -> None:
    for workload in ("container-image", "lambda", "ec2-codedeploy"):
        for group in load_stack(workload).resources("AWS::CodeDeploy::DeploymentGroup").values():
            assert group["AlarmConfiguration"] | {"Alarms": []} == {"Enabled": True, "IgnorePollAlarmFailure": False, "Alarms": []}
            assert set(group["AutoRollbackConfiguration"]["Events"]) == {
                "DEPLOYMENT_FAILURE",
                "DEPLOYMENT_STOP_ON_ALARM",
                "DEPLOYMENT_STOP_ON_REQUEST",
            }
            blue = group.get("BlueGreenDeploymentConfiguration", {}).get("TerminateBlueInstancesOnDeploymentSuccess", {})
            assert workload != "container-image" or blue["TerminationWaitTimeInMinutes"] == "60"
    others = load_stack("container-image", Environments="staging,production", BlueMinutes="120")
    kept = {
        each["DeploymentGroupName"]: each["BlueGreenDeploymentConfiguration"]["TerminateBlueInstancesOnDeploymentSuccess"]
        for each in others.resources("AWS::CodeDeploy::DeploymentGroup").values()
    }
    assert {name: str(each["TerminationWaitTimeInMinutes"]) for name, each in kept.items()} == {
        "shop-staging": "5",
        "shop-production": "120",
    }
    assert load_stack().resources()["SilentGate"]["TreatMissingData"] == "breaching"


def test_each_template_allows_only_the_configurations_that_there_are() -> None:
    assert set(CONFIGS) == set(WORKLOADS)
    for workload, names in CONFIGS.items():
        given = load_stack(workload).template["Parameters"].get("DeploymentConfig", {"AllowedValues": []})
        assert list(given["AllowedValues"]) == list(names)


@pytest.mark.parametrize(("workload", "config"), [(workload, config) for workload in CONFIGS for config in CONFIGS[workload]])
def test_a_deployment_configuration_is_that_of_codedeploy(workload: str, config: str) -> None:
    found = load_stack(workload, DeploymentConfig=config, Environments="dev,qa,staging,production")
    assert failed_assertions(found) == []
    made = found.resources()
    groups = found.resources("AWS::CodeDeploy::DeploymentGroup")
    fleets = (workload, config) == ("ec2-codedeploy", "BlueGreen")
    assert len(groups) == (0 if fleets else 4)
    assert ("Fleets" in made) is fleets
    for group in groups.values():
        assert group["DeploymentConfigName"] == CONFIGS[workload][config]
        style = {"DeploymentType": "IN_PLACE", "DeploymentOption": "WITHOUT_TRAFFIC_CONTROL"}
        if workload != "ec2-codedeploy":
            style = {"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"}
        assert group["DeploymentStyle"] == style
    # What the pipeline deploys to is a group that is there.
    names = {each["DeploymentGroupName"] for each in groups.values()}
    names |= {f"shop-{each}-fleet" for each in ("dev", "qa", "staging", "production")} if fleets else set()
    actions = [each for stage in made["Pipeline"]["Stages"] for each in stage["Actions"] if each["Name"] == "Deploy"]
    request = {each["Configuration"].get("DeploymentGroupName") for each in actions}
    assert request == (names if workload in {"container-image", "ec2-codedeploy"} else {None})


def test_buckets_are_closed_and_encrypted() -> None:
    made = load_stack().resources()
    for name in ("Artifacts", "Shelf"):
        bucket = made[name]
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["BucketKeyEnabled"]
        assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"] == "<DataKey.Arn>"
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        (statement,) = made[f"{name}Policy"]["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


# -- the projects --


def _spec(found: StackTemplate, project: str) -> str:
    spec: str = found.resources("AWS::CodeBuild::Project")[project]["Source"]["BuildSpec"]
    return spec


@pytest.mark.parametrize("workload", WORKLOADS)
def test_every_buildspec_is_one(workload: str) -> None:
    for project in load_stack(workload).resources("AWS::CodeBuild::Project").values():
        text = project["Source"]["BuildSpec"]
        if text == "build.buildspec.yml":
            assert workload != "container-image"
            continue
        spec = parse_buildspec(text)
        assert {phase.on_failure for phase in spec.phases} == {None}
        for phase in spec.phases:
            for command in (*phase.commands, *phase.closing):
                subprocess.run(["bash", "-n"], input=command, text=True, check=True)


@dataclass(frozen=True)
class Line:
    """An account with the stack's resources, and the directory in which its builds run."""

    account: FakeAccount
    folder: Path
    key: str

    def build(self, found: StackTemplate, project: str, source: Path, **more: str) -> Build:
        """One project's build with the variables that the template gives it."""
        properties = found.resources("AWS::CodeBuild::Project")[project]
        variables = {each["Name"]: each["Value"] for each in properties["Environment"].get("EnvironmentVariables", [])}
        known = {"KEY": self.key, "SHELF": "shelf", "DEPENDENCIES": ""}  # the environment has what it would install
        variables |= {name: value for name, value in known.items() if name in variables}
        variables |= {"SCANGATE_HOME": str(BIN.parent), "PIP_NO_INDEX": "1", "VERDICT_KEY": self.key}
        directory = self.folder / f"{project}-{len(list(self.folder.iterdir()))}"
        directory.mkdir()
        site = Workspace(directory)
        made = site.project(overrides={**self.account.environment, **variables, **more}, seconds=600)
        build = run_build(
            properties["Source"]["BuildSpec"], replace(made, source=source, build=f"shop-{project.lower()}:{EXECUTION}")
        )
        assert "Traceback" not in build.log, build.log
        assert self.account.refusals == []
        return build


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    with serve_account() as account:
        for name, value in {**account.environment, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}.items():
            monkeypatch.setenv(name, value)
        session = boto3.session.Session(region_name=REGION)
        session.client("s3").create_bucket(Bucket="shelf", CreateBucketConfiguration={"LocationConstraint": REGION})
        session.client("logs").create_log_group(logGroupName="/scangate/shop/metrics")
        key = session.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        account.services["securityhub"] = {
            "GetFindings": lambda _: {"Findings": []},
            "BatchImportFindings": lambda request: {
                "FailedCount": 0,
                "SuccessCount": len(request["Findings"]),
                "FailedFindings": [],
            },
        }
        account.calls.clear()
        yield Line(account, tmp_path, key)


def _source(folder: Path, code: str) -> Path:
    directory = folder / "repository"
    directory.mkdir()
    site = Workspace(directory)
    site.write("shop.py", code)
    site.write("scangate.yaml", POLICY)
    commit(site)
    return site.source


def _product(folder: Path, workload: str) -> Path:
    """The artifact of the Build project."""
    directory = folder / "built"
    directory.mkdir()
    if workload == "container-image":
        (directory / "image.txt").write_text(f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop@sha256:{DIGEST}\n", "utf-8")
        (directory / "taskdef.json").write_text("{}", "utf-8")
    elif workload == "lambda":
        (directory / "function.zip").write_bytes(b"PK")
    else:
        (directory / "index.html").write_text("<p>shop</p>\n", "utf-8")
    return directory


@pytest.mark.nightly
@pytest.mark.parametrize("workload", ["container-image", "static-site"])
def test_a_pass_is_signed_and_admitted_with_least_privilege(line: Line, workload: str) -> None:
    found = load_stack(workload, Environments="staging,production", SecurityHub="yes", Approval="review", ConnectionArn=CONNECTION)
    source = _source(line.folder, CLEAN)
    gate = line.build(found, "Gate", source)
    assert gate.status == "SUCCEEDED", gate.log
    assert {name: gate.exported[name] for name in gate.exported if name not in {"SCANGATE_SUMMARY", "SCANGATE_COMMIT_TIME"}} == {
        "SCANGATE_VERDICT": "PASS",
        "SCANGATE_VERDICT_DEV": "INCOMPLETE",
        "SCANGATE_VERDICT_QA": "INCOMPLETE",
        "SCANGATE_VERDICT_STAGING": "PASS",
        "SCANGATE_VERDICT_PRODUCTION": "PASS",
        "SCANGATE_DECISION": "none",
    }
    assert gate.exported["SCANGATE_SUMMARY"].startswith("critical=0 ")
    assert gate.exported["SCANGATE_COMMIT_TIME"] == run_git(source, "show", "-s", "--format=%ct", "HEAD")
    assert {"staging/verdict.json", "production/verdict.json", "production/junit.xml"} <= set(gate.artifacts[0].files)
    assert (gate.reports[0].status, gate.reports[0].problems) == ("SUCCEEDED", ())
    calls = {"Gate": _taken(line)}
    product = _product(line.folder, workload)
    reports = "CODEBUILD_SRC_DIR_Judged" if workload == "container-image" else "CODEBUILD_SRC_DIR_Gate"
    variables = {"ENVIRONMENT": "production", "EXECUTION": EXECUTION, reports: str(source / "scangate-reports")}
    sign = line.build(found, "Sign", product, **variables)
    assert sign.status == "SUCCEEDED", sign.log
    calls["Sign"] = _taken(line)
    check = line.build(found, "Check", product, ENVIRONMENT="production")
    assert check.status == "SUCCEEDED", check.log
    calls["Check"] = _taken(line)
    for project, made in calls.items():
        assert_least_privilege(found, project, made)


def _taken(line: Line) -> list[AwsCall]:
    calls = list(line.account.calls)
    line.account.calls.clear()
    return calls


@pytest.mark.nightly
def test_a_fail_stops_the_release_but_is_published(line: Line) -> None:
    found = load_stack("static-site")
    gate = line.build(found, "Gate", _source(line.folder, INJECTION))
    assert (gate.status, gate.phase("build").status, gate.phase("post_build").status) == ("FAILED", "FAILED", "SUCCEEDED")
    assert (gate.exported["SCANGATE_VERDICT"], gate.exported["SCANGATE_VERDICT_PRODUCTION"]) == ("FAIL", "FAIL")
    assert gate.reports[0].failed > 0
    assert line.account.calls_to("logs", "PutLogEvents")
    assert line.account.calls_to("securityhub") == []  # the parameter says no
    line.account.calls.clear()
    product = _product(line.folder, "static-site")  # as if the stage's condition had been overridden
    variables = {"ENVIRONMENT": "production", "EXECUTION": EXECUTION}
    reports = str(line.folder / "repository/src/scangate-reports")
    # The gate signs no verdict of a build that fails, and Sign attests none that is not signed.
    sign = line.build(found, "Sign", product, **variables, CODEBUILD_SRC_DIR_Gate=reports)
    assert (sign.status, "verdict.attestation.json" in sign.log) == ("FAILED", True)
    check = line.build(found, "Check", product, ENVIRONMENT="production")
    assert check.status == "FAILED"
    assert not boto3.client("s3").list_objects_v2(Bucket="shelf", Prefix="release/").get("Contents")


@pytest.mark.nightly
def test_the_verdict_for_a_later_environment_blocks_only_its_stage(line: Line) -> None:
    gate = line.build(load_stack("lambda", Environments="staging,production"), "Gate", _source(line.folder, INJECTION))
    assert gate.status == "SUCCEEDED", gate.log
    assert (gate.exported["SCANGATE_VERDICT_STAGING"], gate.exported["SCANGATE_VERDICT_PRODUCTION"]) == ("PASS", "FAIL")
    assert gate.exported["SCANGATE_VERDICT"] == "FAIL"  # the last one's: what an approval shows


def test_a_failed_publication_does_not_change_the_verdict(line: Line) -> None:
    boto3.client("logs").delete_log_group(logGroupName="/scangate/shop/metrics")
    gate = line.build(load_stack("static-site"), "Gate", _source(line.folder, CLEAN))
    assert "metrics of production: not published, exit code 4" in gate.log
    assert (gate.status, gate.exported["SCANGATE_VERDICT"]) == ("SUCCEEDED", "PASS")


@pytest.mark.nightly
def test_a_verdict_that_was_changed_after_the_gate_is_not_signed(line: Line) -> None:
    found = load_stack("static-site")
    source, product = _source(line.folder, CLEAN), _product(line.folder, "static-site")
    assert line.build(found, "Gate", source).status == "SUCCEEDED"
    reports = source / "scangate-reports"
    file = reports / "production/verdict.json"
    file.write_text(file.read_text("utf-8") + " ", "utf-8")
    variables = {"ENVIRONMENT": "production", "EXECUTION": EXECUTION, "CODEBUILD_SRC_DIR_Gate": str(reports)}
    sign = line.build(found, "Sign", product, **variables)
    assert (sign.status, "is not the one that was signed" in sign.log) == ("FAILED", True)


def test_an_approved_review_is_signed_with_the_approver(line: Line) -> None:
    found = load_stack("static-site", Approval="review")
    source, product = _source(line.folder, INJECTION), _product(line.folder, "static-site")
    gate = line.build(found, "Gate", source)
    assert (gate.status, gate.exported["SCANGATE_VERDICT_PRODUCTION"]) == ("SUCCEEDED", "REVIEW"), gate.log
    pipeline = FakeExecutions("shop-delivery")
    line.account.services["codepipeline"] = pipeline.service
    variables = {"ENVIRONMENT": "production", "EXECUTION": EXECUTION, "CODEBUILD_SRC_DIR_Gate": str(source / "scangate-reports")}
    refused = line.build(found, "Sign", product, **variables)
    assert refused.status == "FAILED"
    pipeline.add_run(EXECUTION, "Approve", "Succeeded", "arn:aws:iam::123456789012:user/lead")
    line.account.calls.clear()
    assert line.build(found, "Sign", product, **variables).status == "SUCCEEDED"
    assert ("codepipeline", "ListActionExecutions") in {(call.service, call.operation) for call in line.account.calls}
    check = line.build(found, "Check", product, ENVIRONMENT="production")
    assert "arn:aws:iam::123456789012:user/lead" in check.log


OURS = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop"
FOREIGN = [
    "elsewhere.example/shop@sha256:" + DIGEST,
    "elsewhere.example:443/Shop@sha256:" + DIGEST,
    f"elsewhere.example/{OURS}@sha256:{DIGEST}",
    "shop:latest",
    "",
    "a b",
    OURS,
    f"{OURS}:latest@sha256:{DIGEST}",
    f"{OURS}@sha256:{DIGEST.upper()}",
    f"{OURS}@sha256:{DIGEST}@sha256:{DIGEST}",
    f"{OURS}@sha256:{DIGEST}\nanother line",
    f"{OURS}@sha256:{DIGEST}\n{OURS}@sha256:{DIGEST}",
]


@pytest.mark.parametrize("image", mostly_nightly(FOREIGN, often=3))
def test_an_image_of_another_registry_or_without_a_digest_is_not_signed(line: Line, image: str) -> None:
    found, product = load_stack("container-image"), _product(line.folder, "container-image")
    (product / "image.txt").write_text(image, "utf-8")
    variables = {"ENVIRONMENT": "production", "EXECUTION": EXECUTION, "CODEBUILD_SRC_DIR_Judged": str(line.folder)}
    sign = line.build(found, "Sign", product, **variables)
    assert sign.status == "FAILED"
    assert "image.txt names no " in sign.log  # the guard, and not what would have failed behind it
    assert not (product / "imageDetail.json").exists()
    assert line.account.calls == []


@pytest.mark.nightly
def test_the_appspec_always_calls_the_hook(line: Line) -> None:
    found = load_stack("container-image")
    source, product = _source(line.folder, CLEAN), _product(line.folder, "container-image")
    (product / "appspec.yaml").write_text("version: 0.0\n", "utf-8")
    line.build(found, "Gate", source)
    variables = {"ENVIRONMENT": "production", "EXECUTION": EXECUTION, "CODEBUILD_SRC_DIR_Judged": str(source / "scangate-reports")}
    assert line.build(found, "Sign", product, **variables).status == "SUCCEEDED"
    spec = json.loads((product / "appspec.yaml").read_text("utf-8"))
    assert spec["Hooks"] == [{"BeforeInstall": found.resources()["HookProduction"]["FunctionName"]}]
    image = json.loads((product / "imageDetail.json").read_text("utf-8"))["ImageURI"]
    assert image.endswith(DIGEST)
    definitions = json.loads((product / "imagedefinitions.json").read_text("utf-8"))  # what a service that deploys itself is given
    assert definitions == [{"name": found.parameters["ContainerName"], "imageUri": image}]
