"""Which files a manifest has to be read with: by its text alone, whether there are files of these names or not."""

from __future__ import annotations

import pytest

from scangate.advisories.manifest_references import find_references

PROJECT = {"pyproject.toml", "setup.cfg", "setup.py", "Pipfile"}


def names(path: str, text: str) -> set[str]:
    return set(find_references(path, text.encode()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a==1\n# via -r x.txt\n-i https://pypi.org/simple\n", set()),
        ("-r deps/base.txt\n-c../pins\n--requirement=x\n --constraint 'y z'\n", {"app/deps/base.txt", "pins", "app/x", "app/y z"}),
        ("a==1 \\\n  --hash=sha256:0\n\t-r \\\n  b.txt\n", {"app/b.txt"}),
        ("-r ../../out.txt\n-r https://lists.example/r.txt\n-r /etc/passwd\n-r ${X}.txt\n", set()),
        ("-e ./lib\n", {f"{folder}/{name}" for folder in ("lib", "app/lib") for name in PROJECT - {"Pipfile"}}),
        ("not a requirement -r x\n\0\n", set()),
    ],
)
def test_requirements_files_name_what_they_include(text: str, expected: set[str]) -> None:
    assert names("app/requirements.txt", text) == expected
    assert names("app/any.list", text) == expected


def test_an_environment_of_conda_names_what_its_pip_part_includes() -> None:
    text = "dependencies:\n- python\n- pip:\n  - -r requirements.txt\n  - '-c pins.txt'\n"
    assert names("env/environment.yml", text) == {"env/requirements.txt", "env/pins.txt"}
    assert names("env/environment.yml", '{"dependencies": [{"pip": ["-r x"]}]}') == {"env/x"}


def test_a_project_names_the_places_of_its_locks() -> None:
    text = '[project]\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = ["deps.list"]}\n'
    found = names("apps/shop/pyproject.toml", text)
    assert {"apps/shop/", "apps/shop/requirements/", "apps/uv.lock", "uv.lock", "poetry.lock"} <= found
    assert "apps/shop/deps.list" in found
    assert {"./", "requirements/"} <= names("setup.py", "setup()") & names("requirements.in", "a\n")
    assert "lib/setup.cfg" in names("pyproject.toml", '[tool.poetry.dependencies]\nx = {path = "lib"}\n')
    assert "deps.list" in names("setup.cfg", "[options]\ninstall_requires = file: deps.list\n")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a/uv.lock", '[[package]]\nsource = { editable = "../lib" }\n'),
        ("a/poetry.lock", '[package.source]\ntype = "directory"\nurl = "../lib"\n'),
        ("a/pdm.lock", "[[package]]\npath = '../lib'\n"),
        ("a/Pipfile.lock", '{"default": {"lib": {"path": "../lib"}}}'),
        ("a/pylock.toml", '[[packages]]\ndirectory = {path = "../lib"}\n'),
    ],
)
def test_a_lock_names_its_project_and_local_ones(path: str, text: str) -> None:
    assert names(path, text) == {f"{folder}/{name}" for folder in ("a", "lib") for name in PROJECT}


def test_a_script_names_its_lock() -> None:
    assert names("bin/deploy", "#!/usr/bin/env python3\n# /// script\n# dependencies = []\n# ///\n-r x\n") == {"bin/deploy.lock"}


@pytest.mark.parametrize("path", ["pyproject.toml", "setup.cfg", "requirements.txt", "environment.yml", "uv.lock", "Pipfile"])
def test_a_malformed_file_names_nothing_more(path: str) -> None:
    for text in ("path = [", "file: \x00[", "-r\n-r '\n", "[" * 5000, "path = 'x'\n[[package"):
        names(path, text)
