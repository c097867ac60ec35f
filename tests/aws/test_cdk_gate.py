"""The construct for the AWS CDK makes the stack of the template, with the parameters as defaults."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.aws.cloudformation import StackTemplate
from tests.support.aws.gate_template import GATE_TEMPLATE, INSTALL, load_gate_stack
from tests.support.paths import SNIPPETS

URL = "https://github.com/team/shop.git"
APP = """
import json, sys
import aws_cdk
from pathlib import Path
from gate import Gate

app = aws_cdk.App(analytics_reporting=False)
stack = aws_cdk.Stack(app, "gate", synthesizer=aws_cdk.LegacyStackSynthesizer())
try:
    gate = Gate(stack, "Gate", template=Path(sys.argv[1]), **json.loads(sys.argv[2]))
except ValueError as error:
    print(json.dumps({"refused": str(error)}))
else:
    assert gate.resource("Store").cfn_resource_type == "AWS::S3::Bucket"
    print(json.dumps(app.synth().get_stack_by_name("gate").template))
"""


def _synthesize(folder: Path, **parameters: str | int) -> Mapping[str, Any]:
    pytest.importorskip("aws_cdk", reason="pip install aws-cdk-lib")
    if shutil.which("node") is None:
        pytest.skip("the CDK needs node")
    (folder / "app.py").write_text(APP, "utf-8")
    argv = [sys.executable, "app.py", str(GATE_TEMPLATE), json.dumps(parameters)]
    variables = {**os.environ, "PYTHONPATH": str(SNIPPETS / "cdk"), "PYTHONDONTWRITEBYTECODE": "1"}  # it is package data
    done = subprocess.run(argv, cwd=folder, env=variables, capture_output=True, text=True, check=True)
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.nightly
def test_the_stack_is_that_of_the_template(tmp_path: Path) -> None:
    given: dict[str, str | int] = {
        "name": "shop",
        "repository_url": URL,
        "scangate_install": INSTALL,
        "email": "team@example.org",
        "report_days": 30,
    }
    made = _synthesize(tmp_path, **given)
    wanted = load_gate_stack().template
    for section in ("Mappings", "Rules", "Metadata"):
        assert made[section] == json.loads(json.dumps(wanted[section])), section
    assert made["Resources"].keys() == wanted["Resources"].keys()
    assert made["Parameters"].keys() == wanted["Parameters"].keys()
    names = {"Name": "shop", "RepositoryUrl": URL, "ScangateInstall": INSTALL, "Email": "team@example.org", "ReportDays": "30"}
    parameters = wanted["Parameters"]
    defaults = {name: (str(each.get("Default")), str(parameters[name].get("Default"))) for name, each in made["Parameters"].items()}
    assert {name for name, (ours, theirs) in defaults.items() if ours != theirs} == names.keys()
    assert {name: str(made["Parameters"][name]["Default"]) for name in names} == names
    arguments = {name: str(each.get("Default", "")) for name, each in made["Parameters"].items()}
    theirs = StackTemplate(wanted, arguments)
    ours = StackTemplate(made, arguments)
    assert ours.resources() == theirs.resources()
    for name, each in wanted["Resources"].items():
        assert [made["Resources"][name].get(key) for key in ("Condition", "DeletionPolicy", "UpdateReplacePolicy")] == [
            each.get(key) for key in ("Condition", "DeletionPolicy", "UpdateReplacePolicy")
        ]


@pytest.mark.nightly
def test_a_parameter_that_the_template_does_not_have_is_refused(tmp_path: Path) -> None:
    assert "has no parameter RepositoryURL" not in _synthesize(tmp_path, repository_url=URL).get("refused", "")
    assert "has no parameter Repository" in _synthesize(tmp_path, repository=URL)["refused"]
