"""The buildspecs that `scangate init` writes run green, or red for the right reason, on repositories of ten kinds.

Three run without a network: their environment installs nothing, and is that of the tests. The others install what they name.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.buildspec.gate_buildspec import ran_guarded_part
from tests.support.buildspec.interpreter import Build, run_build
from tests.support.buildspec.sources import CLEAN, INJECTION, POLICY, commit
from tests.support.buildspec.workspace import Workspace
from tests.support.command import run_scangate

HOME = Path(sys.executable).parents[1]
PYTEST = """\
import pytest

from adding import add


@pytest.mark.parametrize("right", [1])
def test_add(right):
    assert add(1, right) == 2
"""
UNITTEST = """\
import unittest

from adding import add


class T(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(1, 1), 2)
"""
INI = "[pytest]\npythonpath = .\n"
SAM = """\
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Handler: adding.add, Runtime: python3.13, CodeUri: .}
"""
TOX = "[tox]\nenv_list = py38, py3\nno_package = true\n[testenv]\ndeps = pytest\ncommands = python -m pytest\n"
NOX = (
    "import nox\n\n\n@nox.session(python=['3.8', '3.12'])\ndef tests(session):\n"
    "    session.install('pytest')\n    session.run('python', '-m', 'pytest')\n"
)
NODE = '{"name": "front", "version": "1.0.0", "engines": {"node": ">=20"}, "scripts": {"test": "node --test"}}\n'
NODE_TEST = (
    "const test = require('node:test');\nconst assert = require('node:assert');\ntest('adds', () => assert.equal(1 + 1, 2));\n"
)
PROJECTS: dict[str, dict[str, str]] = {
    "unittest": {"tests/test_add.py": UNITTEST},
    "make": {"Makefile": "test:\n\tpython -m unittest discover --start-directory checks\n", "checks/test_add.py": UNITTEST},
    "pytest": {"tests/test_add.py": PYTEST, "pytest.ini": INI},
    "flask": {"tests/test_add.py": PYTEST, "pytest.ini": INI, "requirements.txt": "flask==3.1.2\n"},
    "tox": {"test_add.py": PYTEST, "tox.ini": TOX},
    # nox takes the version that the build image would have; here that of the tests.
    "nox": {"test_add.py": PYTEST, "noxfile.py": NOX, ".python-version": f"3.{sys.version_info.minor}\n"},
    "sam": {"tests/test_add.py": PYTEST, "pytest.ini": INI, "template.yaml": SAM},
    "node": {"package.json": NODE, "add.test.js": NODE_TEST},
    "cdk": {
        "tests/test_add.py": PYTEST,
        "pytest.ini": INI,
        "cdk.json": '{"app": "python3 app.py"}\n',
        "requirements.txt": "constructs\n",
    },
}
QUICK = ("make",)
SLOW = tuple(name for name in PROJECTS if name not in QUICK)


def build(site: Workspace, files: dict[str, str], *, quick: bool) -> Build:
    """Writes the files, runs `scangate init` on them, and its buildspec."""
    for path, text in files.items():
        site.write(path, text)
    run_scangate("init", "--yes", "--for", "codebuild", "--install-from", "image", cwd=site.source).expect(0)
    commit(site)
    plain = site.project(overrides={"SCANGATE_HOME": str(HOME)}, seconds=500)
    own = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "NPM_CONFIG_"))}
    path = _write_python(site.home / "bin") if quick else str(Path(sys.base_prefix) / "bin")
    done = run_build(
        (site.source / "buildspec.yml").read_text("utf-8"),
        replace(plain, image={**own, **plain.image, "PATH": f"{path}:{os.environ['PATH']}"}),
    )
    assert "internal error" not in done.log, done.log
    return done


def _write_python(folder: Path) -> str:
    """A python3 whose environments are that of the tests, and whose pip installs nothing."""
    folder.mkdir()
    inside = f'case "$*" in "-m pip "*) exit 0 ;; *) exec {sys.executable} "$@" ;; esac'
    _write_program(folder / "inside", inside)
    _write_program(
        folder / "python3",
        f'[ "$1 $2" = "-m venv" ] || exec {sys.executable} "$@"\nmkdir -p "$3/bin" && cp {folder}/inside "$3/bin/python"',
    )
    return str(folder)


def _write_program(file: Path, text: str) -> None:
    file.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    file.chmod(0o755)


def assert_green_and_red(name: str, tmp_path: Path, *, quick: bool) -> None:
    """Green as it is; red by its tests with the verdict PASS; red by its code before the tests are run."""
    files = {**PROJECTS[name], "adding.py": CLEAN, "scangate.yaml": POLICY}
    wrong = {
        path: text.replace("1 + 1, 2", "1 + 1, 3").replace("== 2", "== 3").replace("1), 2)", "1), 3)")
        for path, text in files.items()
    }
    weak = {**files, "weak.py": INJECTION}
    ends = {}
    for number, source in enumerate((files, wrong, weak)):
        (tmp_path / str(number)).mkdir()
        done = build(Workspace(tmp_path / str(number)), source, quick=quick)
        ends[number] = (done.status, done.exported["SCANGATE_VERDICT"], len(done.phase("build").commands) > 2, done.log)
    assert ends[0][:3] == ("SUCCEEDED", "PASS", True), ends[0][3]
    assert ends[1][:3] == ("FAILED", "PASS", True), ends[1][3]
    assert ends[2][:3] == ("FAILED", "FAIL", False), ends[2][3]


@pytest.mark.parametrize("name", QUICK)
def test_a_project_is_scanned_and_tested(name: str, tmp_path: Path) -> None:
    assert_green_and_red(name, tmp_path, quick=True)


@pytest.mark.nightly
@pytest.mark.parametrize("name", SLOW)
def test_a_project_whose_tests_install_packages(name: str, tmp_path: Path) -> None:
    if name == "node" and shutil.which("npm") is None:
        pytest.skip("no npm here")
    assert_green_and_red(name, tmp_path, quick=False)


@pytest.mark.nightly
@pytest.mark.parametrize("files", [{}, {"Dockerfile": "FROM python:3.12\nUSER nobody\n"}], ids=["empty", "container"])
def test_a_repository_without_tests_has_the_gate_and_the_written_policy(files: dict[str, str], site: Workspace) -> None:
    done = build(site, files, quick=True)
    assert (done.status, done.exported["SCANGATE_VERDICT"]) == ("SUCCEEDED", "PASS"), done.log
    assert ran_guarded_part(done)
