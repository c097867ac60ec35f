"""No byte of a secret is sent: a publisher reads the redacted verdict.json and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.aws.account import FakeAccount
from tests.support.aws.security_hub import FakeHub
from tests.support.command import environment, run_scangate
from tests.support.planted_secrets import PlantedSecrets
from tests.support.sample_trees import create_repository, write_policy

BUILD = "arn:aws:codebuild:eu-west-1:123456789012:build/shop:00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("destination", ["security-hub", "cloudwatch"])
def test_planted_secrets_are_not_sent(account: FakeAccount, tmp_path: Path, destination: str) -> None:
    account.services["securityhub"] = FakeHub().service
    planted = PlantedSecrets()
    tree = create_repository(tmp_path / "tree", planted.files)
    policy = write_policy(tmp_path / "policy.yaml", "bandit", "detect-secrets")
    run_scangate("scan", tree, "--policy", policy, "--output-dir", tmp_path / "out", cwd=tmp_path).expect(1)
    env = environment(**account.environment, CODEBUILD_BUILD_ARN=BUILD)
    sent = run_scangate("publish", destination, tmp_path / "out" / "verdict.json", cwd=tmp_path, env=env).expect(0)
    assert account.calls or "CloudWatchMetrics" in sent.stdout
    assert planted.leaks_in(json.dumps([call.parameters for call in account.calls], default=str).encode()) == []
    assert planted.leaks_in(sent.output.encode()) == []
