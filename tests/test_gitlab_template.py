"""The GitLab template: its script run in a project, the reports at the places that it names, and what is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.gitlab_schema import CODE_QUALITY, SCHEMAS
from tests.support.json_schema import complaints
from tests.support.paths import ROOT

TEMPLATE = ROOT / "ci" / "gitlab" / "scangate.gitlab-ci.yml"
DOCUMENT: dict[str, Any] = yaml.safe_load(TEMPLATE.read_text("utf-8"))
JOB = DOCUMENT["scangate"]
SETTINGS = {"SCANGATE_IMAGE", "SCANGATE_INSTALL", "SCANGATE_OPTIONS"}
pytestmark = pytest.mark.integration


class Runner:
    """A project's folder and an image; GitLab runs a job's script in one shell, with `set -eo pipefail` where there is bash."""

    def __init__(self, folder: Path) -> None:
        self.project, self.programs, self.home = folder / "project", folder / "programs", folder / "home"
        for each in (self.project, self.programs, self.home):
            each.mkdir()
        (self.project / "app.py").write_text("x = 1\n")

    def install(self, name: str, text: str) -> None:
        (self.programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.programs / name).chmod(0o755)

    def run(self, **variables: str) -> subprocess.CompletedProcess[str]:
        defaults = {**DOCUMENT["variables"], **JOB["variables"], "CI_PROJECT_DIR": str(self.project), "GITLAB_CI": "true"}
        environment = {"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": str(self.home), **defaults, **variables}
        (script,) = JOB["script"]
        argv = ["/bin/bash", "-eo", "pipefail", "-c", script]
        return subprocess.run(argv, cwd=self.project, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    made = Runner(tmp_path)
    made.install("scangate", f'exec {sys.executable} -I -m scangate "$@"')
    return made


def test_a_pass_leaves_every_report_where_the_job_names_it(runner: Runner) -> None:
    ran = runner.run()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    reports = JOB["artifacts"]["reports"]
    assert all((runner.project / name).is_file() for name in reports.values())
    names = {"sast": "gitlab-sast", "secret_detection": "gitlab-secrets", "dependency_scanning": "gitlab-dependencies"}
    for kind, name in names.items():
        document = json.loads((runner.project / reports[kind]).read_text("utf-8"))
        assert (document["scan"]["type"], complaints(document, SCHEMAS[name])) == (kind, [])
    assert json.loads((runner.project / reports["codequality"]).read_text("utf-8")) == []


def test_a_fail_ends_the_job_with_the_verdict_s_code(runner: Runner) -> None:
    (runner.project / "app.py").write_text("import subprocess\n\nsubprocess.call(input(), shell=True)\n")
    ran = runner.run()
    assert ran.returncode == 1
    document = json.loads((runner.project / "scangate-reports" / "gl-sast-report.json").read_text("utf-8"))
    assert {entry["location"]["file"] for entry in document["vulnerabilities"]} == {"app.py"}
    entries = json.loads((runner.project / "scangate-reports" / "gl-code-quality-report.json").read_text("utf-8"))
    assert (complaints(entries, CODE_QUALITY), {entry["location"]["path"] for entry in entries}) == ([], {"app.py"})


def test_a_second_job_does_not_scan_the_reports_of_the_first(runner: Runner) -> None:
    runner.run()
    assert runner.run().returncode == 0
    verdict = json.loads((runner.project / "scangate-reports" / "verdict.json").read_text("utf-8"))
    assert verdict["targets"]["file_count"] == 1


def test_options_are_words_and_no_patterns(runner: Runner) -> None:
    (runner.project / "x y").write_text("no option\n")
    ran = runner.run(SCANGATE_OPTIONS="--policy strict --env x*")
    assert ran.returncode == 2
    assert "x*" in ran.stderr


def test_an_image_without_scangate_installs_what_is_named_and_nothing_by_default(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    refused = runner.run()
    assert (refused.returncode != 0, "SCANGATE_INSTALL" in refused.stderr) == (True, True)
    calls = tmp_path / "calls"
    runner.install("template-pip", f'printf "%s\\n" "$*" >> {calls}')
    runner.install("template-scangate", f'exec {sys.executable} -I -m scangate "$@"')
    copies = " && ".join(
        f"cp {runner.programs}/template-{old} $4/bin/{new}" for old, new in (("pip", "python"), ("scangate", "scangate"))
    )
    runner.install("python3", f"mkdir $4/bin && {copies}")
    wanted = "git+https://git.example.org/team/scangate@0123abc"
    ran = runner.run(SCANGATE_INSTALL=wanted)
    assert ran.returncode == 0, ran.stderr
    assert calls.read_text().splitlines() == [f"-I -m pip install --quiet --disable-pip-version-check -- {wanted}"]


def test_the_template_documents_its_settings() -> None:
    assert DOCUMENT["variables"].keys() == SETTINGS
    comment = TEMPLATE.read_text("utf-8").partition("\nvariables:")[0]
    assert all(name in comment for name in ("SCANGATE_IMAGE", "SCANGATE_INSTALL"))
    assert JOB["artifacts"]["when"] == "always"
    assert JOB["variables"]["GIT_DEPTH"] == "0"
