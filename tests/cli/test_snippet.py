"""The snippets are bundled, and are printed as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.assets import folder
from scangate.cli.snippet import list_snippets
from tests.support.command import run_scangate


def test_the_list_names_each_of_them_with_what_it_is(tmp_path: Path) -> None:
    lines = run_scangate("snippet", cwd=tmp_path).expect(0).stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(list_snippets())
    assert all(len(line.split()) > 2 for line in lines)
    assert {"gate", "gate.yaml", "signing", "delivery", "delivery-lambda", "container-image", "appspec/verify.sh"} <= set(
        list_snippets()
    )


@pytest.mark.parametrize("name", ["gate", "gate.yaml", "appspec/verify.sh", "terraform/gate/main.tf", "cdk/gate.py"])
def test_snippet_is_printed_verbatim(name: str, tmp_path: Path) -> None:
    file = folder("buildspec_snippets") / (name if name.endswith((".sh", ".yaml", ".tf", ".py")) else f"{name}.yml")
    assert run_scangate("snippet", name, cwd=tmp_path).expect(0).stdout == file.read_text("utf-8")


def test_unknown_name_is_a_usage_error_with_a_suggestion(tmp_path: Path) -> None:
    said = run_scangate("snippet", "lamda", cwd=tmp_path).expect(2).stderr
    assert "no such snippet: lamda" in said
    assert "did you mean `lambda`?" in said
    assert "no such snippet: ../gate" in run_scangate("snippet", "../gate", cwd=tmp_path).expect(2).stderr
