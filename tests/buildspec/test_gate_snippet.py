"""The gate snippet with the real scangate on small repositories.

scangate must be installed for the Python that runs the tests; its environment is handed over as a prepared image's.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from tests.support.buildspec.gate_buildspec import OFFLINE_PIP, ran_guarded_part, run_gate
from tests.support.buildspec.interpreter import Build
from tests.support.buildspec.shell import StateScope
from tests.support.buildspec.sources import CLEAN, INJECTION, commit
from tests.support.buildspec.workspace import Workspace

GREEN = (
    '<testsuites tests="1" failures="0" errors="0" skipped="0"><testsuite name="planted" tests="1" failures="0" errors="0"'
    ' skipped="0"><testcase classname="planted" name="planted"/></testsuite></testsuites>'
)


@pytest.fixture
def environment() -> Path:
    """The environment with scangate and its tools."""
    command = Path(sys.executable).parent / "scangate"
    assert command.exists(), f"{command} is missing: install the project first (pip install --editable .)"
    return command.parent.parent


def scan(site: Workspace, environment: Path, carry: StateScope = "shell") -> Build:
    build = run_gate(site.project(overrides=OFFLINE_PIP | {"SCANGATE_HOME": str(environment)}, carry=carry, seconds=300))
    # A program that cannot even start would make every test of a red build green.
    assert "Traceback" not in build.log, build.log
    return build


def verdict(site: Workspace) -> dict[str, object]:
    """The verdict.json that the scan wrote."""
    document = json.loads((site.source / "scangate-reports/verdict.json").read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


# Only what is exported lives on from entry to entry: the least that CodeBuild keeps.
def test_a_clean_repository_passes(site: Workspace, environment: Path) -> None:
    site.write("adding.py", CLEAN)
    commit(site)
    build = scan(site, environment, carry="exports")
    assert build.status == "SUCCEEDED", build.log
    assert build.exported["SCANGATE_VERDICT"] == "PASS"
    assert ran_guarded_part(build)
    (report,) = build.reports
    assert (report.status, report.problems, report.failed) == ("SUCCEEDED", (), 0)
    assert report.cases > 0
    (artifact,) = build.artifacts
    assert set(artifact.files) >= {"scangate.sarif", "junit.xml", "verdict.json", "summary.md", "sbom.cdx.json", "report.html"}
    assert (verdict(site)["outcome"], verdict(site)["exit_code"]) == ("PASS", 0)


def test_findings_fail_the_build_and_the_summary_has_no_free_text(site: Workspace, environment: Path) -> None:
    site.write("$(touch canary)/`touch canary`'; touch canary; '.py", INJECTION)
    commit(site)
    build = scan(site, environment)
    assert (build.status, build.phase("build").status) == ("FAILED", "FAILED"), build.log
    assert [command.exit_code for command in build.phase("build").commands] == [1, 0]
    assert build.exported["SCANGATE_VERDICT"] == "FAIL"
    assert re.fullmatch(r"[a-z-]+=\d+( [a-z-]+=\d+)*", build.exported["SCANGATE_SUMMARY"])
    assert not list(site.source.rglob("canary"))
    assert not ran_guarded_part(build)
    (report,) = build.reports
    assert (report.status, report.problems) == ("FAILED", ())
    assert report.failed > 0
    assert "junit.xml" in build.artifacts[0].files


def test_a_missing_tool_makes_the_gate_incomplete(site: Workspace, environment: Path, tmp_path: Path) -> None:
    lacking = tmp_path / "lacking"
    (lacking / "bin").mkdir(parents=True)
    for path in (environment / "pyvenv.cfg", environment / "lib", *(environment / "bin").iterdir()):
        if "semgrep" not in path.name:
            (lacking / path.relative_to(environment)).symlink_to(path)
    site.write("adding.py", CLEAN)
    commit(site)
    build = scan(site, lacking)
    assert [command.exit_code for command in build.phase("build").commands] == [3, 0], build.log
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("FAILED", "INCOMPLETE")
    assert (build.reports[0].status, build.reports[0].problems) == ("FAILED", ())
    assert not ran_guarded_part(build)


@pytest.mark.parametrize("kind", ["link", pytest.param("directory", marks=pytest.mark.nightly)])
def test_planted_reports_are_not_taken_for_a_scan(site: Workspace, environment: Path, kind: str) -> None:
    site.write("service.py", INJECTION)
    site.write("verdict.env", "export SCANGATE_VERDICT='PASS'\n")
    site.write("junit.xml", GREEN)
    site.write("planted/junit.xml" if kind == "link" else "scangate-reports/junit.xml", GREEN)
    if kind == "link":
        (site.source / "scangate-reports").symlink_to("planted")
    commit(site)
    build = scan(site, environment)
    assert build.status == "FAILED", build.log
    assert build.exported["SCANGATE_VERDICT"] in {"FAIL", "INCOMPLETE"}
    assert build.reports[0].status in {"FAILED", "INCOMPLETE"}
    assert not ran_guarded_part(build)
