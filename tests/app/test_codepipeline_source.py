"""A build that CodePipeline started without .git says so, and says what helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.app.codepipeline_source import missing_repository_notes
from tests.support.command import environment, load_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, write_policy

BUILD = {"CODEBUILD_BUILD_ARN": "arn:aws:codebuild:eu-west-1:123456789012:build/shop:00000000-0000-4000-8000-000000000000"}
PIPELINE = {**BUILD, "CODEBUILD_INITIATOR": "codepipeline/shop"}


@pytest.mark.parametrize(
    ("environ", "has_repository", "number"),
    [
        (PIPELINE, False, 1),
        (PIPELINE, True, 0),
        (BUILD, False, 0),
        ({"CODEBUILD_INITIATOR": "codepipeline/shop"}, False, 0),
        ({}, False, 0),
    ],
)
def test_only_a_pipeline_without_a_repository_is_told(environ: dict[str, str], has_repository: bool, number: int) -> None:
    assert len(missing_repository_notes(environ, has_repository=has_repository)) == number


def test_it_is_a_note_of_the_report(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "app.py").write_text(CLEAN_SOURCE)
    rules = write_policy(tmp_path / "policy.yaml", "bandit")
    wanted = ("scan", source, "--policy", rules, "--output-dir", tmp_path / "out")
    ran = run_scangate(*wanted, cwd=tmp_path, env=environment(**PIPELINE)).expect(0)
    assert "CODEBUILD_CLONE_REF" in " ".join(ran.stdout.split())
    assert "CODEBUILD_CLONE_REF" in str(load_verdict(tmp_path / "out")["targets"])
    assert "CODEBUILD_CLONE_REF" in (tmp_path / "out" / "summary.md").read_text("utf-8").replace("\\", "")
