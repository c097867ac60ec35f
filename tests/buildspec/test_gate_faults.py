"""The gate snippet when things fail around the scan, with a fake scangate.

The steps that install are the real ones: pip puts a wheel into an environment of its own, with the network out of reach.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.buildspec import fake_scangate
from tests.support.buildspec.build_image import create_environment
from tests.support.buildspec.gate_buildspec import GATE_BUILDSPEC, OFFLINE_PIP, ran_guarded_part, run_gate
from tests.support.buildspec.interpreter import Build
from tests.support.buildspec.parser import parse_buildspec
from tests.support.buildspec.shell import StateScope
from tests.support.buildspec.workspace import Workspace

CANARIES = ("venv", "ensurepip", "pip", "subprocess", "sitecustomize", "argparse", "fake_scangate", "scangate")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel named scangate that contains the fake."""
    path = tmp_path_factory.mktemp("wheel") / "scangate-0.0.1-py3-none-any.whl"
    info = "scangate-0.0.1.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(Path(fake_scangate.__file__), "fake_scangate.py")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: scangate\nVersion: 0.0.1\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("scangate/__init__.py", "")
        archive.writestr("scangate/__main__.py", "from fake_scangate import main\n\nmain()\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """The environment of a prepared build image, shared to save time."""
    home = tmp_path_factory.mktemp("environment")
    create_environment(home)
    subprocess.run([home / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-index", wheel], check=True)
    return home


def act(site: Workspace, prepared: Path, name: str, carry: StateScope = "shell") -> Build:
    return run_gate(site.project(overrides=OFFLINE_PIP | {"SCANGATE_HOME": str(prepared), "SCANGATE_ACT": name}, carry=carry))


def ran(build: Build) -> list[str]:
    return [phase.name for phase in build.phases]


def choosing_python(directory: Path) -> Path:
    """A directory with a python3 that reads its version from a file in the current directory, like pyenv."""
    program = directory / "bin" / "python3"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\n[ ! -e .python-version ] || exit 9\nexec {shlex.quote(sys.executable)} "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    return program.parent


def test_every_phase_aborts_on_failure() -> None:
    assert {phase.on_failure for phase in parse_buildspec(GATE_BUILDSPEC.read_text(encoding="utf-8")).phases} == {None}


@pytest.mark.parametrize("carry", ["shell", "exports"])
def test_a_pass_is_exported_and_the_guarded_part_runs(site: Workspace, prepared: Path, carry: StateScope) -> None:
    build = act(site, prepared, "pass", carry)
    assert build.status == "SUCCEEDED", build.log
    assert build.exported["SCANGATE_VERDICT"] == "PASS"
    assert build.exported["SCANGATE_SUMMARY"].startswith("critical=0 ")
    assert ran_guarded_part(build)
    assert (build.reports[0].status, build.artifacts[0].files) == ("SUCCEEDED", ("junit.xml",))


def test_a_failing_scan_fails_the_build_and_skips_the_guarded_part(site: Workspace, prepared: Path) -> None:
    build = act(site, prepared, "fail")
    assert (build.status, build.phase("build").status, build.phase("post_build").status) == ("FAILED",) * 3
    assert build.exported["SCANGATE_VERDICT"] == "FAIL"
    assert not ran_guarded_part(build)


@pytest.mark.parametrize("name", ["crash", "killed"])
def test_a_scan_without_a_verdict_is_incomplete(site: Workspace, prepared: Path, name: str) -> None:
    build = act(site, prepared, name)
    assert (build.status, build.phase("build").status) == ("FAILED", "FAILED")
    assert dict(build.exported) == {"SCANGATE_VERDICT": "INCOMPLETE", "SCANGATE_SUMMARY": "not scanned"}
    assert not ran_guarded_part(build)
    assert build.reports[0].status == "INCOMPLETE"


def test_an_exit_of_zero_without_a_verdict_is_not_a_pass(site: Workspace, prepared: Path) -> None:
    build = act(site, prepared, "silent")
    assert (build.phase("build").status, build.status) == ("SUCCEEDED", "FAILED")
    assert build.exported["SCANGATE_VERDICT"] == "INCOMPLETE"
    assert not ran_guarded_part(build)


def test_a_build_that_is_stopped_during_the_scan_is_incomplete(site: Workspace, prepared: Path) -> None:
    project = site.project(
        overrides=OFFLINE_PIP | {"SCANGATE_HOME": str(prepared), "SCANGATE_ACT": "hang", "SCANGATE_VERDICT": "PASS"},
        stop=(site.source / "hanging").exists,
    )
    build = run_gate(project)
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("STOPPED", "INCOMPLETE")
    assert "post_build" not in ran(build)


def test_a_failing_installation_is_incomplete_and_nothing_is_scanned(site: Workspace, prepared: Path) -> None:
    # A variable of the project's must not survive as the verdict of a scan that never ran.
    overrides = {"SCANGATE_HOME": str(prepared), "SCANGATE_INSTALL": "scangate==99.0", "SCANGATE_VERDICT": "PASS"}
    build = run_gate(site.project(overrides=OFFLINE_PIP | overrides))
    assert (build.status, ran(build)) == ("FAILED", ["install", "upload_artifacts"])
    assert dict(build.exported) == {"SCANGATE_VERDICT": "INCOMPLETE", "SCANGATE_SUMMARY": "not scanned"}


def test_an_unwritable_verdict_directory_fails_the_installation(site: Workspace, prepared: Path) -> None:
    overrides = {"SCANGATE_HOME": str(prepared), "SCANGATE_ACT": "pass", "TMPDIR": "/nonexistent"}
    build = run_gate(site.project(overrides=OFFLINE_PIP | overrides))
    assert (build.phase("install").status, build.exported["SCANGATE_VERDICT"]) == ("FAILED", "INCOMPLETE")


def test_the_virtual_environment_is_outside_the_source_and_runs_none_of_it(site: Workspace, wheel: Path) -> None:
    for name in CANARIES:
        site.write(f"{name}.py", f"open({str(site.home / 'canary')!r}, 'a').write({name!r})\n")
    site.write(".python-version", "0.0.0\n")
    site.write("scangate/__init__.py")
    before = {path.name for path in site.source.iterdir()}
    overrides = {"SCANGATE_INSTALL": str(wheel), "SCANGATE_ACT": "pass", "PYTHONPATH": str(site.source)}
    project = site.project(overrides=OFFLINE_PIP | overrides, carry="exports", seconds=120)
    path = f"{choosing_python(site.home)}:{project.image['PATH']}"
    build = run_gate(replace(project, image={**project.image, "PATH": path}))
    assert build.status == "SUCCEEDED", build.log
    assert not (site.home / "canary").exists()
    assert {path.name for path in site.source.iterdir()} == before | {"scangate-reports"}


@pytest.mark.parametrize("name", ["crash", "fail"])
def test_planted_files_are_not_taken_for_a_verdict(site: Workspace, prepared: Path, name: str) -> None:
    site.write("verdict.env", "export SCANGATE_VERDICT='PASS'\ntouch \"$HOME/canary\"\n")
    site.write("planted/verdict.env", "export SCANGATE_VERDICT='PASS'\ntouch \"$HOME/canary\"\n")
    site.write("planted/junit.xml", '<testsuites tests="0" failures="0" errors="0" skipped="0"/>')
    site.write("junit.xml", '<testsuites tests="0" failures="0" errors="0" skipped="0"/>')
    (site.source / "scangate-reports").symlink_to("planted")
    build = act(site, prepared, name)
    assert (build.status, build.exported["SCANGATE_VERDICT"]) == ("FAILED", "FAIL" if name == "fail" else "INCOMPLETE")
    assert not (site.home / "canary").exists()
    # The planted reports are still there, and none of them was taken in.
    assert (site.source / "planted/junit.xml").exists()
    assert [report.cases for report in build.reports] == [1 if name == "fail" else 0]


def test_a_planted_report_directory_is_removed_before_the_scan(site: Workspace, prepared: Path) -> None:
    site.write("scangate-reports/junit.xml", '<testsuites tests="0" failures="0" errors="0" skipped="0"/>')
    build = act(site, prepared, "crash")
    assert (build.reports[0].status, build.artifacts[0].files) == ("INCOMPLETE", ())


def test_the_cached_directory_is_the_users_cache(site: Workspace, prepared: Path) -> None:
    kept = site.home / ".cache/scangate/answers.db"
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert act(site, prepared, "pass").cached == (str(kept),)
