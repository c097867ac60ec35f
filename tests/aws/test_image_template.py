"""The image template: what its monthly build does with a verdict on source and image, and what its role may."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import boto3
import pytest

from tests.support.aws.account import FakeAccount, serve_account
from tests.support.aws.cloudformation import StackTemplate, read_template
from tests.support.aws.ecr import FakeRegistry
from tests.support.aws.event_patterns import matches_pattern
from tests.support.aws.pipeline_template import CONNECTION, allowed_actions
from tests.support.buildspec.build_image import BuildImage
from tests.support.buildspec.interpreter import Build, run_build
from tests.support.buildspec.parser import parse_buildspec
from tests.support.buildspec.sources import CLEAN, commit
from tests.support.buildspec.workspace import Workspace
from tests.support.command import run_scangate
from tests.support.frequency import mostly_nightly
from tests.support.paths import ROOT, SNIPPETS

BIN = Path(sys.executable).parent
REGION: Final = "eu-west-1"  # the interpreter's
TEMPLATE = SNIPPETS / "image.yaml"
PAGE = ROOT / "docs" / "how-to" / "image-on-aws.md"
BASE = f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/python@sha256:{'0a' * 32}"
DOCKERFILE = "ARG BASE\nFROM ${BASE} AS codebuild\nUSER 10001\n"
WEAK: dict[str, Any] = {
    "name": "CVE-2024-0001",
    "severity": "CRITICAL",
    "uri": "https://security-tracker.debian.org/tracker/CVE-2024-0001",
    "attributes": [{"key": "package_name", "value": "zlib"}, {"key": "package_version", "value": "1.2.11"}],
}


def _load(**given: str) -> StackTemplate:
    defaults = {"RepositoryUrl": "https://github.com/team/scangate.git", "Revision": "v1.0.0", "Base": BASE}
    return StackTemplate.load(TEMPLATE, **{**defaults, **given})


# -- the template --


def test_cfn_lint_accepts_the_template() -> None:
    done = subprocess.run([BIN / "cfn-lint", TEMPLATE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_our_own_rules_find_nothing(tmp_path: Path) -> None:
    shutil.copy(TEMPLATE, tmp_path)
    run_scangate("scan", ".", "--policy", "strict", "--no-cache", "--output-dir", "out", cwd=tmp_path)
    assert json.loads((tmp_path / "out/verdict.json").read_text("utf-8"))["findings"] == []


def test_its_parameters_have_defaults_and_groups_and_the_page_names_them() -> None:
    template, text = read_template(TEMPLATE), PAGE.read_text("utf-8")
    assert TEMPLATE.stat().st_size <= 51_200
    assert {name for name, each in template["Parameters"].items() if "Default" not in each} == {"RepositoryUrl", "Revision", "Base"}
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    assert sorted(name for group in interface["ParameterGroups"] for name in group["Parameters"]) == sorted(template["Parameters"])
    assert {name for name in (*template["Parameters"], *template["Outputs"]) if f"`{name}`" not in text} == set()
    (command,) = (block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "cloudformation deploy" in block)
    _load(**dict(re.findall(r"(\w+)=(\S+)", command.replace("\\\n", " ").partition("--parameter-overrides")[2])))


def test_a_base_without_a_digest_is_refused() -> None:
    pattern = read_template(TEMPLATE)["Parameters"]["Base"]["AllowedPattern"]
    assert re.fullmatch(pattern, BASE)
    for name in ("python:3.12-slim-bookworm", "python@sha256:0a", f"-x@sha256:{'0a' * 32}"):
        assert not re.fullmatch(pattern, name)


def test_a_build_that_does_not_succeed_is_reported_where_there_is_a_topic() -> None:
    assert "BuildEvents" not in _load().resources()
    found = _load(Alerts="arn:aws:sns:eu-central-1:123456789012:shop-gate").resources()["BuildEvents"]
    for status, mails in (("SUCCEEDED", False), ("FAILED", True), ("TIMED_OUT", True)):
        event = {"source": "aws.codebuild", "detail-type": "CodeBuild Build State Change"}
        event |= {"detail": {"build-status": status, "project-name": "scangate-image"}}  # type: ignore[dict-item]
        assert matches_pattern(found["EventPattern"], event) is mails
    assert json.loads(found["Targets"][0]["InputTransformer"]["InputTemplate"]).startswith("<project>: <status>.")


def test_every_command_of_the_buildspec_is_bash() -> None:
    for phase in parse_buildspec(_spec(_load())).phases:
        assert phase.on_failure is None
        for command in (*phase.commands, *phase.closing):
            subprocess.run(["bash", "-n"], input=command, text=True, check=True)


def _spec(found: StackTemplate) -> str:
    spec: str = found.resources("AWS::CodeBuild::Project")["Build"]["Source"]["BuildSpec"]
    return spec


# -- the build --


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAccount]:
    with serve_account() as served:
        for name, value in {**served.environment, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}.items():
            monkeypatch.setenv(name, value)
        yield served


@pytest.mark.integration
@pytest.mark.parametrize(("findings", "verdict"), mostly_nightly([([WEAK], "FAIL"), ([], "PASS"), (None, "INCOMPLETE")]))
def test_only_an_image_that_passes_becomes_the_current_one(
    account: FakeAccount, tmp_path: Path, findings: list[dict[str, Any]] | None, verdict: str
) -> None:
    found, registry = _load(Advisories="no", ConnectionArn=CONNECTION), FakeRegistry("scangate")
    registry.findings = findings
    account.services["ecr"] = registry.service
    build = _run(found, account, tmp_path)
    assert build.exported["SCANGATE_VERDICT"] == verdict, build.log
    assert build.status == ("SUCCEEDED" if verdict == "PASS" else "FAILED")
    (digest,) = registry.images["scangate"]
    current = f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/scangate@{digest}"
    named = [each["Value"] for each in boto3.client("ssm").get_parameters(Names=["/scangate/image"])["Parameters"]]
    assert named == ([current] if verdict == "PASS" else [])
    assert build.exported["SCANGATE_IMAGE"] == (current if verdict == "PASS" else "none")
    (report,) = build.reports
    assert (report.problems, bool(report.failed)) == ((), verdict != "PASS")
    made = {f"{call.service}:{call.operation}" for call in account.calls if call.access_key == "BuildRole"}
    beside = {"logs:CreateLogStream", "logs:PutLogEvents"}
    beside |= {f"codebuild:{name}" for name in ("BatchPutTestCases", "CreateReport", "UpdateReport")}
    beside |= {f"{service}:{name}" for service in CONNECTIONS for name in ("GetConnection", "GetConnectionToken", "UseConnection")}
    layers = ("BatchCheckLayerAvailability", "BatchGetImage", "CompleteLayerUpload", "InitiateLayerUpload", "UploadLayerPart")
    beside |= {f"ecr:{name}" for name in (*layers, "GetDownloadUrlForLayer")}
    beside |= set() if verdict == "PASS" else {"ssm:PutParameter"}
    assert made | beside == set(allowed_actions(found, "BuildRole"))


CONNECTIONS = ("codeconnections", "codestar-connections")


def _run(found: StackTemplate, account: FakeAccount, folder: Path) -> Build:
    (folder / "build").mkdir()
    site = Workspace(folder / "build")
    for name, text in {"Dockerfile": DOCKERFILE, "adding.py": CLEAN, "scangate.yaml": "version: 1\nextends: baseline\n"}.items():
        site.write(name, text)
    commit(site)
    properties = found.resources("AWS::CodeBuild::Project")["Build"]
    settings = {
        each["Name"]: each["Value"].replace("<Images>", "scangate") for each in properties["Environment"]["EnvironmentVariables"]
    }
    signed = {**account.environment, "AWS_REGION": REGION, "AWS_ACCESS_KEY_ID": "BuildRole", "SCANGATE_HOME": str(BIN.parent)}
    made = site.project(overrides={**signed, **settings}, seconds=600)
    path = BuildImage(BIN.parent, folder / "cache").install_programs(folder / "bin")
    account.calls.clear()
    build = run_build(_spec(found), replace(made, image={**made.image, "PATH": path}))
    assert "Traceback" not in build.log, build.log
    assert account.refusals == []
    return build


# -- the roles --


def test_the_role_can_replace_no_image_and_reach_no_other_repository() -> None:
    found = _load(BaseRepository="python")
    role = allowed_actions(found, "BuildRole")
    assert role["ecr:PutImage"] == {"<Images.Arn>"}
    assert found.resources()["Images"]["ImageTagMutability"] == "IMMUTABLE"
    assert role["ecr:BatchGetImage"] == {"<Images.Arn>", "arn:aws:ecr:eu-central-1:123456789012:repository/python"}
    assert {action for action, places in role.items() if "*" in places} == {"ecr:GetAuthorizationToken"}
    assert role["ssm:PutParameter"] == {"arn:aws:ssm:eu-central-1:123456789012:parameter/scangate/image"}
    assert allowed_actions(found, "StartRole") == {"codebuild:StartBuild": {"<Build.Arn>"}}
    assert found.resources()["Start"]["Name"] == "scangate-image"  # which the role's trust names
