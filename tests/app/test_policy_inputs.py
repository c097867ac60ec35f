"""A CodePipeline build without .git says so in its report, with the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import environment, load_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, create_repository, write_files, write_policy

BUILD = {"CODEBUILD_BUILD_ARN": "arn:aws:codebuild:eu-west-1:123456789012:build/shop:00000000-0000-4000-8000-000000000000"}
PIPELINE = {**BUILD, "CODEBUILD_INITIATOR": "codepipeline/shop"}


@pytest.mark.parametrize(
    ("environ", "has_repository", "expected"),
    [
        (PIPELINE, False, True),
        (PIPELINE, True, False),
        (BUILD, False, False),
        ({"CODEBUILD_INITIATOR": "codepipeline/shop"}, False, False),
    ],
)
def test_only_a_pipeline_build_without_a_repository_gets_the_note(
    tmp_path: Path, environ: dict[str, str], has_repository: bool, expected: bool
) -> None:
    create = create_repository if has_repository else write_files
    source = create(tmp_path / "source", {"app.py": CLEAN_SOURCE})
    policy = write_policy(tmp_path / "policy.yaml", "bandit")
    arguments = ("scan", source, "--policy", policy, "--output-dir", tmp_path / "out")
    run_scangate(*arguments, cwd=tmp_path, env=environment(**environ)).expect(0)
    assert ("CODEBUILD_CLONE_REF" in str(load_verdict(tmp_path / "out")["targets"])) is expected
