"""The gate template: what it makes, what its builds do with a verdict, and what each role may."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from botocore.session import get_session

from tests.support.aws.account import FakeAccount, serve_account
from tests.support.aws.event_patterns import matches_pattern
from tests.support.aws.gate_template import GATE_TEMPLATE, load_gate_stack
from tests.support.aws.pipeline_template import CONNECTION, allowed_actions, failed_assertions
from tests.support.aws.security_hub import FakeHub
from tests.support.buildspec.interpreter import Build, run_build
from tests.support.buildspec.parser import parse_buildspec
from tests.support.buildspec.sources import CLEAN, INJECTION, commit
from tests.support.buildspec.workspace import Workspace
from tests.support.command import run_scangate
from tests.support.paths import ROOT
from tests.support.sample_trees import run_git

BIN = Path(sys.executable).parent
REGION: Final = "eu-west-1"  # the interpreter's
PROJECTS = ("Gate", "PullRequest", "Nightly")
HOSTS = ("GITHUB", "GITLAB", "BITBUCKET")
PAGE = ROOT / "docs" / "how-to" / "gate-on-aws.md"
BUILD = "8745a7a9-c340-456a-9166-edf953571bee"
UNREADABLE = "def add(left, right:\n"  # no version of Python can parse it
WEBHOOK = {
    "CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED",
    "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main",
    "CODEBUILD_WEBHOOK_TRIGGER": "pr/7",
}


# -- the template --


def test_cfn_lint_accepts_the_template() -> None:
    done = subprocess.run([BIN / "cfn-lint", GATE_TEMPLATE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_our_own_rules_find_nothing(tmp_path: Path) -> None:
    shutil.copy(GATE_TEMPLATE, tmp_path)
    run_scangate("scan", ".", "--policy", "strict", "--no-cache", "--output-dir", "out", cwd=tmp_path)
    assert json.loads((tmp_path / "out/verdict.json").read_text("utf-8"))["findings"] == []


def test_cloudformation_takes_it_directly_and_most_parameters_have_defaults() -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: 51,200 bytes in a request."""
    assert GATE_TEMPLATE.stat().st_size <= 51_200
    template = load_gate_stack().template
    assert {name for name, each in template["Parameters"].items() if "Default" not in each} == {"RepositoryUrl"}
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template["Parameters"])
    assert set(interface["ParameterLabels"]) <= set(grouped)


def test_it_needs_an_installation_or_an_image() -> None:
    assert failed_assertions(load_gate_stack(ScangateInstall=""))
    assert not failed_assertions(load_gate_stack(ScangateInstall="", ImageRepository="security/scangate"))


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("approval", ["DISABLED", "FORK_PULL_REQUESTS", "ALL_PULL_REQUESTS"])
def test_webhooks_are_those_of_the_code_host(host: str, approval: str) -> None:
    """PULL_REQUEST_REOPENED is GitHub's alone, roles have the host's name, and the words are those of botocore's model."""
    model = get_session().get_service_model("codebuild")
    found = load_gate_stack(Host=host, CommentApproval=approval)
    projects = found.resources("AWS::CodeBuild::Project")
    for name in ("Gate", "PullRequest"):
        (group,) = projects[name]["Triggers"]["FilterGroups"]
        assert {each["Type"] for each in group} <= set(model.shape_for("WebhookFilterType").metadata["enum"])
        assert projects[name]["Source"]["Type"] in model.shape_for("SourceType").metadata["enum"]
        assert projects[name]["Source"]["ReportBuildStatus"] is True
    assert "Triggers" not in projects["Nightly"]
    events = {each["Type"]: each["Pattern"] for each in projects["PullRequest"]["Triggers"]["FilterGroups"][0]}
    assert ("PULL_REQUEST_REOPENED" in events["EVENT"]) is (host == "GITHUB")
    for ref, wanted in (("refs/heads/main", True), ("refs/heads/maintenance", False), ("refs/heads/x/refs/heads/main", False)):
        assert bool(re.search(events["BASE_REF"], ref)) is wanted
    policy = projects["PullRequest"]["Triggers"]["PullRequestBuildPolicy"]
    assert policy["RequiresCommentApproval"] in model.shape_for("PullRequestBuildCommentApproval").metadata["enum"]
    roles = policy.get("ApproverRoles", [])
    assert bool(roles) is (approval != "DISABLED")  # "only applicable when requiresCommentApproval is not DISABLED"
    assert set(roles) <= set(model.shape_for("PullRequestBuildApproverRole").metadata["enum"])
    assert all(each.startswith(f"{host}_") and not each.endswith(("_READ", "_GUEST", "_REPORTER")) for each in roles)


def test_no_author_can_edit_the_buildspec_and_a_clone_is_complete() -> None:
    projects = load_gate_stack().resources("AWS::CodeBuild::Project")
    assert set(projects) == set(PROJECTS)
    texts = set()
    for project in projects.values():
        spec = parse_buildspec(project["Source"]["BuildSpec"])
        assert {phase.on_failure for phase in spec.phases} == {None}
        for phase in spec.phases:
            for command in (*phase.commands, *phase.closing):
                subprocess.run(["bash", "-n"], input=command, text=True, check=True)
        assert project["Source"]["GitCloneDepth"] in (0, "0")
        texts.add(project["Source"]["BuildSpec"])
    assert len(texts) == 1
    assert "runtime-versions" in texts.pop()


def test_an_image_of_the_team_has_no_runtimes_and_is_pulled_with_the_role() -> None:
    found = load_gate_stack(ImageRepository="security/scangate", ScangateInstall="")
    for name, project in found.resources("AWS::CodeBuild::Project").items():
        assert "runtime-versions" not in project["Source"]["BuildSpec"]
        parse_buildspec(project["Source"]["BuildSpec"])
        assert project["Environment"]["ImagePullCredentialsType"] == "SERVICE_ROLE"
        assert "ecr:BatchGetImage" in allowed_actions(found, f"{name}Role")
        assert "SCANGATE_HOME" not in {each["Name"] for each in project["Environment"]["EnvironmentVariables"]}


def test_the_longest_name_leaves_room_for_every_name() -> None:
    (most,) = re.findall(r"\{1,(\d+)\}$", load_gate_stack().template["Parameters"]["Name"]["AllowedPattern"])
    found = load_gate_stack(Name="a" * (int(most) + 1), Email="team@example.org")
    # https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html: 64
    limits = {"AWS::CodeBuild::Project": 150, "AWS::CodeBuild::ReportGroup": 128, "AWS::Events::Rule": 64}
    for kind, limit in limits.items():
        assert all(len(each.get("Name", "")) <= limit for each in found.resources(kind).values())


def test_the_stack_can_be_deleted_and_its_reports_stay() -> None:
    template, made = load_gate_stack().template["Resources"], load_gate_stack().resources()
    assert {name for name, each in template.items() if each.get("DeletionPolicy") == "Retain"} == {"Store"}
    assert made["Reports"]["DeleteReports"] is True
    # What is retained is readable without a key of the stack.
    (rule,) = made["Store"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}


# -- mails --


def _event(status: str, project: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications-ref.html"""
    log = "https://console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logEvent:group=/aws/codebuild/x;stream=y"
    detail = {"build-status": status, "project-name": project}
    return {
        "source": "aws.codebuild",
        "detail-type": "CodeBuild Build State Change",
        "detail": {
            **detail,
            "additional-information": {"source-version": "main", "logs": {"deep-link": log, "stream-name": BUILD}},
        },
    }


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "FAULT", "STOPPED", "TIMED_OUT", "IN_PROGRESS"])
def test_a_build_of_the_branch_that_does_not_succeed_sends_a_mail(status: str) -> None:
    found = load_gate_stack(Email="team@example.org")
    assert status in get_session().get_service_model("codebuild").shape_for("StatusType").metadata["enum"]
    rule = found.resources()["BuildEvents"]
    wanted = status not in {"SUCCEEDED", "IN_PROGRESS"}
    for project, mails in (("scangate-gate", wanted), ("scangate-nightly", wanted), ("scangate-pull-request", False), ("x", False)):
        assert matches_pattern(rule["EventPattern"], _event(status, project)) is mails


def test_the_mail_says_what_failed_and_where_the_findings_are() -> None:
    found = load_gate_stack(Email="team@example.org")
    (target,) = found.resources()["BuildEvents"]["Targets"]
    assert "RoleArn" not in target  # deliveries to an encrypted topic "may fail" with one, says EventBridge's guide
    settings = target["InputTransformer"]
    text = settings["InputTemplate"]
    for name, path in settings["InputPathsMap"].items():
        value: Any = _event("FAILED", "scangate-gate")
        for key in path.removeprefix("$.").split("."):
            value = value[key]
        text = text.replace(f"<{name}>", value)
    sentence = json.loads(text)
    assert sentence.startswith("scangate-gate: FAILED, of main in https://github.com/team/shop.git.")
    assert "logEvent:group=" in sentence
    console = "https://eu-central-1.console.aws.amazon.com/codesuite/codebuild/123456789012"
    assert f" {console}/projects/scangate-gate/build/scangate-gate%3A{BUILD}/reports?region=eu-central-1 " in sentence
    assert "\n" not in sentence


def test_without_an_address_there_is_no_topic_and_no_alarm() -> None:
    kinds = {
        each["Type"] for name, each in load_gate_stack().template["Resources"].items() if name in load_gate_stack().resources()
    }
    assert not {"AWS::SNS::Topic", "AWS::KMS::Key", "AWS::CloudWatch::Alarm"} & kinds


def test_events_reach_the_encrypted_topic() -> None:
    """As in the pipeline: no condition for EventBridge, one for CloudWatch."""
    made = load_gate_stack(Email="team@example.org").resources()
    for policy in (made["AlertsKey"]["KeyPolicy"], made["AlertsPolicy"]["PolicyDocument"]):
        conditions = {each["Principal"].get("Service"): "Condition" in each for each in policy["Statement"]}
        assert (conditions["events.amazonaws.com"], conditions["cloudwatch.amazonaws.com"]) == (False, True)
    alarms = load_gate_stack(Email="team@example.org").resources("AWS::CloudWatch::Alarm")
    assert alarms
    assert all(each["TreatMissingData"] == "notBreaching" for each in alarms.values())  # quiet on a new stack


# -- the builds --


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAccount]:
    with serve_account() as served:
        for name, value in {**served.environment, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}.items():
            monkeypatch.setenv(name, value)
        s3: Any = boto3.client("s3")
        s3.create_bucket(Bucket="store", CreateBucketConfiguration={"LocationConstraint": REGION})
        served.services["securityhub"] = FakeHub(region=REGION).service
        served.calls.clear()
        yield served


def _run(account: FakeAccount, project: str, site: Workspace, variables: dict[str, str] | None = None, **given: str) -> Build:
    found = load_gate_stack(**given)
    properties = found.resources("AWS::CodeBuild::Project")[project]
    settings = {
        each["Name"]: each["Value"].replace("<Store>", "store") for each in properties["Environment"]["EnvironmentVariables"]
    }
    prepared = {"SCANGATE_INSTALL": "", "SCANGATE_HOME": str(BIN.parent)}  # as an image that brings scangate
    overrides = {**account.environment, "AWS_REGION": REGION, **settings, **prepared, **(variables or {})}
    made = replace(
        site.project(overrides=overrides, seconds=600), build=f"{properties['Name']}:0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    )
    build = run_build(properties["Source"]["BuildSpec"], made)
    assert "Traceback" not in build.log, build.log
    assert account.refusals == []
    role = allowed_actions(found, f"{project}Role")
    for call in account.calls:  # within the role's rights, and its own places
        action = f"{call.service}:{call.operation}"
        assert action in role, (project, action)
        if call.s3_location:
            bucket, _, key = call.s3_location.partition("/")
            arn = f"<Store.Arn>/{key}" if bucket == "store" else f"arn:aws:s3:::{call.s3_location}"
            assert any(fnmatchcase(arn, place) for place in role[action]), call
    return build


@pytest.fixture
def site(tmp_path: Path) -> Workspace:
    (tmp_path / "build").mkdir()
    return Workspace(tmp_path / "build")


@pytest.mark.parametrize(
    ("code", "policy", "verdict"), [(CLEAN, "baseline", "PASS"), (INJECTION, "baseline", "FAIL"), (UNREADABLE, "", "INCOMPLETE")]
)
def test_a_push_passes_only_with_the_verdict(account: FakeAccount, site: Workspace, code: str, policy: str, verdict: str) -> None:
    site.write("adding.py", code)
    commit(site)
    build = _run(account, "Gate", site, Policy=policy, SecurityHub="yes")
    assert build.exported["SCANGATE_VERDICT"] == verdict, build.log
    assert build.status == ("SUCCEEDED" if verdict == "PASS" else "FAILED")
    assert {call.operation for call in account.calls} >= {"PutMetricData", "PutObject", "GetFindings"}
    assert bool(account.calls_to("securityhub", "BatchImportFindings")) is (verdict == "FAIL")
    (report,) = build.reports
    assert (report.problems, bool(report.failed)) == ((), verdict != "PASS")
    assert {"verdict.json", "report.html"} <= set(build.artifacts[0].files)


def test_what_is_not_published_changes_no_verdict_and_is_counted(account: FakeAccount, site: Workspace) -> None:
    site.write("adding.py", CLEAN)
    commit(site)
    boto3.client("s3").delete_bucket(Bucket="store")
    account.calls.clear()
    build = _run(account, "Nightly", site)
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("SUCCEEDED", "PASS"), build.log
    pattern = load_gate_stack().resources()["UnpublishedByNightly"]["FilterPattern"].strip("%")
    assert re.search(pattern, build.log)


def _change(site: Workspace, **files: str) -> None:
    """A main branch with a strict budget, and a change for it."""
    site.write("scangate.yaml", "version: 1\nextends: baseline\nbudgets: {high: 0, critical: 0}\n")
    site.write("adding.py", CLEAN)
    commit(site)
    run_git(site.source, "update-ref", "refs/remotes/origin/main", "HEAD")
    for name, text in files.items():
        site.write(name.replace("__", "."), text)
    commit(site)


def test_a_pull_request_cannot_loosen_its_own_gate_and_publishes_nothing(account: FakeAccount, site: Workspace) -> None:
    loose = "version: 1\nextends: baseline\nbudgets: {high: unlimited, critical: unlimited}\n"
    _change(site, running__py=INJECTION, scangate__yaml=loose)
    build = _run(account, "PullRequest", site, WEBHOOK)
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("FAILED", "FAIL"), build.log
    assert account.calls == []


def test_a_pull_request_without_a_weakness_passes(account: FakeAccount, site: Workspace) -> None:
    _change(site, subtracting__py=CLEAN)
    build = _run(account, "PullRequest", site, WEBHOOK)
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("SUCCEEDED", "PASS"), build.log


@pytest.mark.parametrize("address", ["s3://acme-policies/house.yaml", "ssm:///acme/house"])
def test_a_policy_from_elsewhere_judges_every_build_with_the_right_to_read_it_alone(
    account: FakeAccount, site: Workspace, address: str
) -> None:
    """The calls of each build are within its role's rights (see `_run`), and the repository cannot loosen the floor."""
    house = "version: 1\nextends: baseline\nname: house\nbudgets: {high: 0, critical: 0}\n"
    s3: Any = boto3.client("s3")
    s3.create_bucket(Bucket="acme-policies", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="acme-policies", Key="house.yaml", Body=house.encode())
    boto3.client("ssm").put_parameter(Name="/acme/house", Value=house, Type="String")
    account.calls.clear()
    _change(site, subtracting__py=CLEAN)
    pin = f"{address}#sha256={hashlib.sha256(house.encode()).hexdigest()}"
    build = _run(account, "PullRequest", site, {**WEBHOOK, "XDG_CACHE_HOME": str(site.home / "cache")}, Floor=pin)
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("SUCCEEDED", "PASS"), build.log
    assert len(account.calls) == 1
    gone = _run(account, "PullRequest", site, {**WEBHOOK, "XDG_CACHE_HOME": str(site.home / "none")}, Policy=pin[:-8] + "0" * 8)
    assert (gone.status, gone.exported["SCANGATE_VERDICT"]) == ("FAILED", "INCOMPLETE"), gone.log


@pytest.mark.parametrize("parameter", ["Policy", "Floor"])
def test_the_right_to_read_follows_the_address(parameter: str) -> None:
    pin = f"#sha256={'0f' * 32}"
    places = {
        f"s3://acme-policies/a/house.yaml{pin}": ("s3:GetObject", "arn:aws:s3:::acme-policies/a/house.yaml"),
        f"ssm:///acme/house{pin}": ("ssm:GetParameter", "arn:aws:ssm:eu-central-1:123456789012:parameter/acme/house"),
    }
    plain = allowed_actions(load_gate_stack(), "PullRequestRole")
    for address, (action, place) in places.items():
        role = allowed_actions(load_gate_stack(**{parameter: address}), "PullRequestRole")
        assert role[action] - plain.get(action, set()) == {place}
        assert role.keys() - plain.keys() <= {action}
    for other in ("strict", "/opt/house.yaml", f"https://policies.example/house.yaml{pin}"):
        assert allowed_actions(load_gate_stack(**{parameter: other}), "PullRequestRole") == plain
    pattern = load_gate_stack().template["Parameters"][parameter]["AllowedPattern"]
    for refused in (
        "s3://acme/house.yaml",
        f"s3://acme/*{pin}",
        f"http://acme.example/house{pin}",
        f"ssm://*{pin}",
        f"s3://a{pin}",
    ):
        assert not re.fullmatch(pattern, refused), refused


def test_a_pull_request_that_is_started_by_hand_is_not_scanned(account: FakeAccount, site: Workspace) -> None:
    _change(site, running__py=INJECTION)
    build = _run(account, "PullRequest", site)
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("FAILED", "INCOMPLETE")
    assert "build" not in {phase.name for phase in build.phases}


# -- the roles --


def test_no_role_writes_what_another_one_reads_and_none_can_do_more_than_report() -> None:
    found = load_gate_stack(ConnectionArn=CONNECTION, SecurityHub="yes", ImageRepository="scangate", Email="a@example.org")
    for project in PROJECTS:
        role = allowed_actions(found, f"{project}Role")
        kind = found.resources()[project]["Name"].removeprefix("scangate-")
        own = {f"<Store.Arn>/{place}/{kind}" for place in ("cache", "reports", "history")}
        assert all(each.startswith(tuple(own)) for each in role["s3:PutObject"])
        cache = found.resources()[project]["Cache"]
        assert cache == {"Type": "S3", "Location": f"<Store>/cache/{kind}"}
        assert ("cloudwatch:PutMetricData" in role) is (project != "PullRequest")
        assert ("securityhub:BatchImportFindings" in role) is (project != "PullRequest")
        unlimited = {action for action, places in role.items() if "*" in places}
        assert unlimited <= {"cloudwatch:PutMetricData", "ecr:GetAuthorizationToken"}
        services = {action.partition(":")[0] for action in role}
        known = {"logs", "s3", "codebuild", "codeconnections", "codestar-connections", "ecr", "cloudwatch", "securityhub"}
        assert services <= known
    assert allowed_actions(found, "StartRole") == {"codebuild:StartBuild": {"<Nightly.Arn>"}}
    assert found.resources()["Start"]["Name"] == "scangate-nightly"  # which the role's trust names


# -- the manual's page --


def _deploy_command() -> str:
    (command,) = (
        str(block)
        for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
        if "cloudformation deploy" in block
    )
    return command.replace("\\\n", " ")


def test_the_page_names_every_parameter_and_output() -> None:
    text, template = PAGE.read_text("utf-8"), load_gate_stack().template
    assert {name for name in template["Parameters"] if f"`{name}`" not in text} == set()
    assert {name for name in template["Outputs"] if f"`{name}`" not in text} == set()


def test_the_pages_commands_print_the_template_and_deploy_it(tmp_path: Path) -> None:
    """The first command is run as it is; the parameters of the second are accepted, and it asks for no bucket."""
    first, deploy = _deploy_command().split("aws cloudformation deploy")
    argv = first.strip().partition(" > ")[0].split()
    assert argv[0] == "scangate"
    (tmp_path / "gate.yaml").write_text(run_scangate(*argv[1:], cwd=tmp_path).expect(0).stdout, "utf-8")
    assert (tmp_path / "gate.yaml").read_bytes() == GATE_TEMPLATE.read_bytes()
    assert "--template-file gate.yaml" in deploy
    assert "--s3-bucket" not in deploy
    given = re.findall(r"(?:'([A-Za-z]+)=([^']*)'|(\w+)=(\S+))", deploy.partition("--parameter-overrides")[2])
    parameters = {(quoted or plain): (text or value) for quoted, text, plain, value in given}
    found = load_gate_stack(**parameters)  # checks each by its pattern
    assert "RepositoryUrl" in parameters
    assert failed_assertions(found) == []
