"""The table of content types, and that every other table uses its names."""

from __future__ import annotations

import pytest

from scangate.content.catalog import CONTENT_TYPES, Form, is_template, rendered_type
from scangate.content.ci_scripts import CI_TYPES
from scangate.content.document_types import DISTINCT_TYPES
from scangate.content.extraction import has_pieces
from scangate.content.file_names import STRUCTURED, SUFFIXES, match_name, usual_name
from scangate.content.interpreters import interpreter_type
from scangate.model import Analysis

SECRETS = {Analysis.SECRETS}


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("unknown", SECRETS),
        ("markdown", SECRETS),
        ("sql", SECRETS),
        ("jupyter", SECRETS),
        ("go", SECRETS | {Analysis.CODE}),
        ("makefile", SECRETS | {Analysis.CODE}),
        ("python-template", SECRETS | {Analysis.CODE}),
        ("terraform", SECRETS | {Analysis.CONFIGURATION}),
        ("helm-template", SECRETS | {Analysis.CONFIGURATION}),
        ("npm-manifest", SECRETS | {Analysis.DEPENDENCIES}),
        ("python-script-header", SECRETS | {Analysis.DEPENDENCIES}),
        ("gradle", SECRETS | {Analysis.CODE, Analysis.DEPENDENCIES}),
        ("image", set()),
        ("archive", set()),
        ("lfs-pointer", set()),
    ],
)
def test_what_a_content_type_calls_for(content_type: str, expected: set[Analysis]) -> None:
    assert CONTENT_TYPES[content_type].analyses == expected


def test_every_text_calls_for_secrets_and_nothing_else_does() -> None:
    assert all((Analysis.SECRETS in entry.analyses) == (entry.form is Form.TEXT) for entry in CONTENT_TYPES.values())


def test_templates_call_for_what_their_result_calls_for() -> None:
    made = {name: rendered_type(name) for name in CONTENT_TYPES if is_template(name)}
    assert made["dockerfile-template"] == "dockerfile"
    assert all(CONTENT_TYPES[name].analyses == CONTENT_TYPES[result].analyses for name, result in made.items())


def test_all_tables_use_names_of_the_catalog() -> None:
    assert {*SUFFIXES.values(), *STRUCTURED, *DISTINCT_TYPES, *CI_TYPES} <= CONTENT_TYPES.keys()
    assert all(has_pieces(content_type) for content_type in CI_TYPES)


@pytest.mark.parametrize("content_type", ["python", "dockerfile", "shell", "javascript", "terraform", "ruby", "go"])
def test_the_usual_name_means_the_type(content_type: str) -> None:
    assert match_name(usual_name(content_type, "x")).content_type == content_type
    assert usual_name(content_type, usual_name(content_type, "x")) == usual_name(content_type, "x")


def test_yaml_and_templates_have_usual_names_of_their_language() -> None:
    assert usual_name("cloudformation", "a.b") == "a.b.yaml"
    assert usual_name("python-template", "x") == "x.py"
    assert usual_name("unknown", "x") == "x.txt"


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("/usr/bin/python3.12", "python"),
        ("bash", "shell"),
        ("C:\\Python\\python.exe", "python"),
        ("pwsh", "powershell"),
        ("ls", ""),
    ],
)
def test_interpreters(program: str, expected: str) -> None:
    assert interpreter_type(program) == expected
