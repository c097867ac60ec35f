"""Versions and test commands by a project's files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scangate.cli.project_detection import PIP, PYTHON, detect_project

pytestmark = pytest.mark.unit
SAM = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: {0}\n"
UNITTEST = "import unittest\n"
PYTEST = "import pytest\n"


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def engines(wanted: str) -> dict[str, str]:
    return {"package.json": json.dumps({"engines": {"node": wanted}})}


def requires(wanted: str) -> dict[str, str]:
    return {"pyproject.toml": f'[project]\nname = "x"\nrequires-python = "{wanted}"\n'}


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({}, "3.12"),
        ({"template.yaml": SAM.format("python3.13")}, "3.13"),
        ({"template.yml": SAM.format('"python3.11"'), ".python-version": "3.13.1\n"}, "3.11"),
        ({".python-version": "3.13.1\n"}, "3.13"),
        ({".python-version": "cpython-3.14\n"}, "3.14"),
        ({".python-version": "system\n", **requires(">=3.9")}, "3.12"),
        (requires(">=3.13"), "3.13"),
        (requires("~=3.11.4"), "3.11"),
        (requires(">=3.12.3,<3.13"), "3.12"),
        (requires("!=3.12.*,>=3.11"), "3.13"),
        (requires("nonsense"), "3.12"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.13"\n'}, "3.13"),
        ({"pyproject.toml": "[project\n"}, "3.12"),
    ],
)
def test_the_python_of_the_project(files: dict[str, str], version: str, tmp_path: Path) -> None:
    found = detect_project(tree(tmp_path, files))
    assert (found.python, found.notes) == (version, ())


@pytest.mark.parametrize(
    "files",
    [{".python-version": "3.9\n"}, requires("<3.11"), {"template.yaml": SAM.format("python3.10")}],
    ids=["pin", "range", "sam"],
)
def test_tests_that_cannot_run_beside_scangate_are_left_out_and_named(files: dict[str, str], tmp_path: Path) -> None:
    found = detect_project(tree(tmp_path, {**files, "pytest.ini": "[pytest]\n"}))
    assert (found.python, found.tests) == ("3.12", ())
    assert next(iter(files)) in found.notes[0]


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"index.html": ""}, ""),
        ({"package.json": "{}"}, "22"),
        ({"package.json": "no JSON"}, "22"),
        ({"package.json": "{}", ".nvmrc": "v20.11.1\n"}, "20"),
        ({"package.json": "{}", ".nvmrc": "lts/iron\n"}, "20"),
        ({"package.json": "{}", ".node-version": "24\n"}, "24"),
        (engines(">=18"), "22"),
        (engines(">= 18 < 22"), "20"),
        (engines(">=18 <=20"), "20"),
        (engines("^18.17.0 || >=24.0.0"), "24"),
        (engines("18 - 20"), "20"),
        (engines("20.x"), "20"),
        (engines("~18.2"), "18"),
        (engines(">22"), "24"),
        (engines("<20.5"), "20"),
        (engines("*"), "22"),
        (engines("14"), "22"),
    ],
)
def test_the_node_of_the_project(files: dict[str, str], version: str, tmp_path: Path) -> None:
    assert detect_project(tree(tmp_path, files)).node == version


@pytest.mark.parametrize(
    ("files", "last"),
    [
        ({}, None),
        ({"tests/test_a.py": UNITTEST}, f"{PYTHON} -m unittest discover --start-directory tests"),
        (
            {"tests/test_a.py": UNITTEST, "tests/__init__.py": ""},
            f"{PYTHON} -m unittest discover --start-directory tests --top-level-directory .",
        ),
        ({"test_a.py": UNITTEST}, f"{PYTHON} -m unittest discover"),
        ({"tests/test_a.py": PYTEST + UNITTEST}, f"{PYTHON} -m pytest"),
        ({"tests/test_a.py": UNITTEST, "pytest.ini": ""}, f"{PYTHON} -m pytest"),
        ({"tests/test_a.py": UNITTEST, "setup.cfg": "[tool:pytest]\n"}, f"{PYTHON} -m pytest"),
        ({"tests/test_a.py": UNITTEST, "requirements-dev.txt": "pytest==8.0\n"}, f"{PYTHON} -m pytest"),
        (
            {"tests/test_a.py": UNITTEST, "requirements-dev.txt": "# pytest\n"},
            f"{PYTHON} -m unittest discover --start-directory tests",
        ),
        ({"tests/test_a.py": UNITTEST, "tests/conftest.py": ""}, f"{PYTHON} -m pytest"),
        ({"tox.ini": "[tox]\n", "pytest.ini": ""}, f"{PYTHON} -m tox run --skip-missing-interpreters true"),
        ({"tox.ini": "[pytest]\n"}, f"{PYTHON} -m pytest"),
        ({"noxfile.py": "", "pytest.ini": ""}, f"{PYTHON} -m nox --error-on-missing-interpreters --force-python 3.12"),
        ({"Makefile": "all:\n\ntest: all\n\ttrue\n"}, 'PATH="$SCANGATE_OUT/app/bin:$PATH" make test'),
        ({"Makefile": "test := 1\n"}, None),
        ({"uv.lock": "", "pytest.ini": ""}, '"$SCANGATE_OUT/app/bin/uv" run --frozen --all-extras python -m pytest'),
        ({"poetry.lock": "", "pytest.ini": ""}, '"$SCANGATE_OUT/app/bin/poetry" run python -m pytest'),
        ({"package.json": '{"scripts": {"test": "node --test"}}'}, "CI=true npm test"),
        ({"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'}, None),
    ],
)
def test_the_command_that_runs_the_tests(files: dict[str, str], last: str | None, tmp_path: Path) -> None:
    assert detect_project(tree(tmp_path, files)).tests[-1:] == (() if last is None else (last,))


@pytest.mark.parametrize(
    ("files", "install"),
    [
        ({"pytest.ini": ""}, f"{PIP} pytest"),
        (
            {"pytest.ini": "", "requirements.txt": "", "dev-requirements.txt": ""},
            f"{PIP} -r requirements.txt -r dev-requirements.txt pytest",
        ),
        ({"pytest.ini": "", "setup.py": ""}, f"{PIP} . pytest"),
        (
            {"pytest.ini": "", "pyproject.toml": "[project]\noptional-dependencies = {test = [], docs = []}\n"},
            f"{PIP} '.[test]' pytest",
        ),
        ({"pyproject.toml": '[dependency-groups]\ndev = ["pytest"]\n'}, f"{PIP} pytest --group dev"),
        ({"package.json": '{"scripts": {"test": "x"}}'}, "npm install"),
        ({"package.json": '{"scripts": {"test": "x"}}', "package-lock.json": "{}"}, "npm ci"),
    ],
)
def test_what_the_tests_need_is_installed(files: dict[str, str], install: str, tmp_path: Path) -> None:
    assert detect_project(tree(tmp_path, files)).tests[-2] == install


def test_another_program_than_npm_is_named(tmp_path: Path) -> None:
    found = detect_project(tree(tmp_path, {"package.json": '{"scripts": {"test": "x"}}', "yarn.lock": ""}))
    assert found.tests == ()
    assert "yarn.lock" in found.notes[0]
