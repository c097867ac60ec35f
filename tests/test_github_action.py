"""action.yml and our workflows: run step by step, inputs that stay data, pinned actions, least permissions."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.github_actions import ActionRun, evaluate, run_composite
from tests.support.paths import ROOT

ACTION = ROOT / "action.yml"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
CONTEXTS = {
    "github": {"token": "ghs_synthetic", "run_id": "1", "run_attempt": "1"},
    "runner": {"temp": "", "os": "Linux", "arch": "X64"},
}
HOSTILE = '$(touch injected)`touch injected`"; touch injected; #'
pytestmark = pytest.mark.integration


class Job:
    """A runner with a checked-out repository, and a python3 whose environments have scangate already; pip only records."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace, self.temp, self.programs = folder / "work", folder / "temp", folder / "programs"
        for each in (self.workspace, self.temp, self.programs, folder / "runner", folder / "home"):
            each.mkdir()
        self.calls = folder / "pip.txt"
        python = f'case "$*" in *"-m pip "*) printf "%s\\n" "$*" >> {self.calls} ;; *) exec {sys.executable} "$@" ;; esac'
        self.write(self.programs / "environment", python)
        venv = f'mkdir -p "$4/bin" && cp {self.programs}/environment "$4/bin/python"'
        self.write(self.programs / "python3", f'[ "$1 $2 $3" = "-I -m venv" ] || exit 9\n{venv}')

    def write(self, file: Path, text: str) -> None:
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)

    def run(self, **inputs: str) -> ActionRun:
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder / "home"),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_REPOSITORY": "team/shop",
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_API_URL": "http://127.0.0.1:9",
        }
        contexts = {**CONTEXTS, "runner": {**CONTEXTS["runner"], "temp": str(self.temp)}}
        named = {name.replace("_", "-"): text for name, text in inputs.items()}
        called = {"actions/setup-python": {"python-path": str(self.programs / "python3")}}
        return run_composite(ACTION, named, contexts, variables, self.folder / "runner", called)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    made = Job(tmp_path)
    (made.workspace / "app.py").write_text("x = 1\n")
    return made


def weaken(job: Job) -> None:
    (job.workspace / "app.py").write_text("import subprocess\n\nsubprocess.call(input(), shell=True)\n")


@pytest.mark.smoke
def test_a_pass_succeeds_with_a_verdict_a_summary_and_reports(job: Job) -> None:
    ran = job.run()
    assert ran.succeeded, ran.step("Scan").output
    assert (ran.outputs["verdict"], ran.outputs["exit-code"]) == ("PASS", "0")
    assert (Path(ran.outputs["reports"]) / "verdict.json").is_file()
    assert ran.summary.startswith("## scangate: PASS")
    assert ran.step("Upload SARIF").skipped


def test_a_fail_fails_the_last_step_after_summary_and_annotations(job: Job) -> None:
    weaken(job)
    ran = job.run()
    assert ran.outputs["verdict"] == "FAIL"
    assert "::error file=app.py" in ran.step("Scan").output
    assert ran.summary.startswith("## scangate: FAIL")
    assert [step.name for step in ran.steps if step.exit_code] == ["Verdict"]
    assert ran.step("Verdict").exit_code == 1


def test_the_action_installs_its_own_source_by_hash_or_the_version_that_is_named(job: Job) -> None:
    job.run()
    pinned, own = job.calls.read_text().splitlines()
    assert pinned.endswith(f"--require-hashes --requirement {ROOT}/constraints.txt")
    assert own.endswith(f"--no-deps -- {ROOT}")
    job.calls.unlink()
    job.run(version="scangate==1.2.3")
    (named,) = job.calls.read_text().splitlines()
    assert named.endswith("pip install --quiet -- scangate==1.2.3")


@pytest.mark.parametrize("name", ["path", "policy", "env", "since", "format", "reports", "version"])
def test_an_input_is_never_a_part_of_a_command(job: Job, name: str) -> None:
    ran = job.run(**{name: HOSTILE})
    assert ran.outputs["verdict"] in {"PASS", "INCOMPLETE"}
    assert not list(job.folder.rglob("injected"))


def test_a_usage_error_is_incomplete_and_fails(job: Job) -> None:
    ran = job.run(policy="no-such-policy")
    assert (ran.outputs["verdict"], ran.outputs["exit-code"], ran.succeeded) == ("INCOMPLETE", "2", False)


def test_a_failed_installation_fails_before_the_scan(job: Job) -> None:
    job.write(job.programs / "python3", "exit 7")
    ran = job.run()
    assert (ran.step("Install scangate").exit_code, ran.step("Scan").skipped, ran.outputs["verdict"]) == (7, True, "")


def test_reports_of_the_repository_are_not_taken_for_those_of_the_scan(job: Job) -> None:
    (job.workspace / "scangate-reports").mkdir()
    (job.workspace / "scangate-reports" / "summary.md").write_text("## scangate: PASS\n")
    ran = job.run(policy="no-such-policy")
    assert (ran.summary, ran.succeeded) == ("", False)


def test_an_upload_that_fails_changes_no_verdict(job: Job) -> None:
    ran = job.run(sarif="true")
    assert "::warning title=scangate::" in ran.step("Upload SARIF").output
    assert (ran.outputs["verdict"], ran.succeeded) == ("PASS", True)


def test_caches_are_left_out_on_request(job: Job) -> None:
    calls = {step.call.partition("@")[0]: step for step in job.run().steps if step.call}
    assert calls["actions/cache"].inputs["path"].split() == [f"{job.temp}/scangate-downloads", f"{job.temp}/scangate-results"]
    assert (job.temp / "scangate-results").is_dir()
    shutil.rmtree(job.temp / "scangate-results")
    assert "actions/cache" not in {step.call.partition("@")[0] for step in job.run(cache="false").steps}
    assert not (job.temp / "scangate-results").exists()


def read(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    return document


def steps_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    if "runs" in document:
        found: list[dict[str, Any]] = document["runs"]["steps"]
        return found
    return [step for job in document["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("file", [ACTION, *WORKFLOWS], ids=lambda file: file.name)
def test_no_expression_is_in_a_script_and_every_action_is_pinned(file: Path) -> None:
    document, text = read(file), file.read_text("utf-8")
    for step in steps_of(document):
        assert "${{" not in step.get("run", "")
        if "uses" in step and not step["uses"].startswith("./"):
            assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])
            assert re.search(rf"{re.escape(step['uses'])} # v\d+\.\d+\.\d+\n", text)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_grants_what_a_job_needs_and_no_more(file: Path) -> None:
    document = read(file)
    assert document["permissions"] == {}
    for job in document["jobs"].values():
        assert job["permissions"]
        assert job["timeout-minutes"]
        writes = {scope for scope, level in job["permissions"].items() if level == "write"}
        runs_code_of_others = any("make setup" in step.get("run", "") for step in job["steps"])
        assert not (runs_code_of_others and writes)
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_the_reusable_workflow_passes_every_input_that_the_action_has() -> None:
    workflow: dict[Any, Any] = read(ROOT / ".github" / "workflows" / "scangate.yml")
    (call,) = [step for step in workflow["jobs"]["scan"]["steps"] if step.get("uses") == "./scangate"]
    inputs = workflow[True]["workflow_call"]["inputs"]  # `on` is a truth value in YAML 1.1
    assert call["with"].keys() <= read(ACTION)["inputs"].keys()
    assert call["with"].keys() == inputs.keys() - {"scangate", "ref"}
    assert all(f"inputs.{name}" in text for name, text in call["with"].items())


def test_zizmor_finds_nothing() -> None:
    """https://docs.zizmor.sh/audits/"""
    argv = ["zizmor", "--offline", "--no-config", "--no-progress", "--format", "json", str(ACTION), *map(str, WORKFLOWS)]
    program = Path(sys.executable).with_name("zizmor")
    ran = subprocess.run([program, *argv[1:]], capture_output=True, text=True, timeout=120, check=False)
    assert json.loads(ran.stdout) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inputs.a == 'x'", "true"),
        ("inputs.a != 'x' || always()", "true"),
        ("!cancelled() && inputs.none == ''", "true"),
        ("inputs.a", "x"),
        ("failure()", "false"),
        ("(inputs.a == 'it''s')", "false"),
    ],
)
def test_expressions_are_evaluated_as_documented(text: str, value: str) -> None:
    assert evaluate(text, {"inputs": {"a": "x"}}) == value
