"""What CodeBuild says of a build is read, and what has not its form is not believed."""

from __future__ import annotations

import datetime as dt

import pytest

from scangate import ci
from scangate.ci import detect_build

ARN = "arn:aws:codebuild:eu-west-1:123456789012:build/shop-gate:0aa1b2c3-d4e5-4f60-8172-93a4b5c6d7e8"
COMMIT = "ce1a2b3c4d5e6f708192a3b4c5d6e7f809182736"
WEBHOOK = {
    "CODEBUILD_BUILD_ARN": ARN,
    "CODEBUILD_BUILD_NUMBER": "7",
    "CODEBUILD_INITIATOR": "GitHub-Hookshot/1",
    "CODEBUILD_RESOLVED_SOURCE_VERSION": COMMIT,
    "CODEBUILD_SOURCE_REPO_URL": "https://user:token@example.com/shop.git",
    "CODEBUILD_SOURCE_VERSION": "pr/12",
    "CODEBUILD_START_TIME": "1700000000000",
    "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main",
    "CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_UPDATED",
    "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/feature/basket",
    "CODEBUILD_WEBHOOK_TRIGGER": "pr/12",
}


def test_a_webhook_s_build() -> None:
    found = detect_build(WEBHOOK)
    assert found is not None
    assert (found.partition, found.region, found.account, found.project) == ("aws", "eu-west-1", "123456789012", "shop-gate")
    assert found.project_arn == "arn:aws:codebuild:eu-west-1:123456789012:project/shop-gate"
    assert (found.commit, found.base_ref, found.head_ref) == (COMMIT, "refs/heads/main", "refs/heads/feature/basket")
    assert (found.pull_request, found.is_pull_request, found.pipeline) == ("12", True, "")
    assert found.repository == "https://example.com/shop.git"
    assert found.started == dt.datetime(2023, 11, 14, 22, 13, 20, tzinfo=dt.UTC)


def test_a_pipeline_s_build_has_no_webhook_and_may_have_no_repository() -> None:
    found = detect_build({"CODEBUILD_BUILD_ARN": ARN, "CODEBUILD_INITIATOR": "codepipeline/shop", "CODEBUILD_SOURCE_REPO_URL": ""})
    assert found is not None
    assert (found.pipeline, found.repository, found.is_pull_request, found.base_ref) == ("shop", "", False, "")


PUSH = {
    "CODEBUILD_WEBHOOK_EVENT": "PUSH",
    "CODEBUILD_WEBHOOK_TRIGGER": "branch/main",
    "CODEBUILD_WEBHOOK_HEAD_REF": "refs/heads/main",
}
BITBUCKET = {"CODEBUILD_WEBHOOK_EVENT": "PULL_REQUEST_CREATED", "CODEBUILD_WEBHOOK_BASE_REF": "refs/heads/main"}


@pytest.mark.parametrize(
    ("said", "number", "is_pull_request", "base"),
    [
        pytest.param(PUSH, "", False, "", id="push"),
        pytest.param({**PUSH, "CODEBUILD_WEBHOOK_TRIGGER": "tag/v1"}, "", False, "", id="tag"),
        # A branch may have any name.
        pytest.param({**PUSH, "CODEBUILD_WEBHOOK_TRIGGER": "branch/pr/7"}, "", False, "", id="a branch called pr/7"),
        pytest.param({**BITBUCKET, "CODEBUILD_WEBHOOK_TRIGGER": "pr/7"}, "7", True, "refs/heads/main", id="Bitbucket"),
        pytest.param({**BITBUCKET, "CODEBUILD_SOURCE_VERSION": COMMIT}, "", True, "refs/heads/main", id="no number"),
        pytest.param({"CODEBUILD_SOURCE_VERSION": "pr/7", "CODEBUILD_INITIATOR": "lead"}, "7", True, "", id="by hand"),
        # EventBridge starts CodeCommit's: CodeBuild knows a commit, and no pull request.
        pytest.param({"CODEBUILD_SOURCE_VERSION": COMMIT, "CODEBUILD_INITIATOR": "rule/x"}, "", False, "", id="CodeCommit"),
        pytest.param(
            {"CODEBUILD_SOURCE_VERSION": "arn:aws:s3:::b/k", "CODEBUILD_INITIATOR": "codepipeline/p"}, "", False, "", id="pipeline"
        ),
    ],
)
def test_build_trigger_is_read_from_variables(said: dict[str, str], number: str, is_pull_request: bool, base: str) -> None:
    found = detect_build({"CODEBUILD_BUILD_ARN": ARN, "CODEBUILD_RESOLVED_SOURCE_VERSION": COMMIT, **said})
    assert found is not None
    assert (found.pull_request, found.is_pull_request, found.base_ref, found.commit) == (number, is_pull_request, base, COMMIT)
    assert ci.is_pull_request(said) is is_pull_request


def test_batch_build_is_recognized_by_its_identifier() -> None:
    found = detect_build({"CODEBUILD_BUILD_ARN": ARN, "CODEBUILD_BATCH_BUILD_IDENTIFIER": "shard1"})
    assert found is not None
    assert (found.batch_identifier, found.number) == ("shard1", "")


@pytest.mark.parametrize("arn", ["", "arn:aws:s3:::bucket", f"{ARN}\n", ARN.replace("123456789012", "1")])
def test_no_build_without_an_arn(arn: str) -> None:
    assert detect_build({**WEBHOOK, "CODEBUILD_BUILD_ARN": arn}) is None


@pytest.mark.parametrize(
    ("partition", "region"), [("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-northwest-1"), ("aws-iso-b", "us-isob-east-1")]
)
def test_other_partitions_are_known_by_the_arn(partition: str, region: str) -> None:
    found = detect_build({"CODEBUILD_BUILD_ARN": ARN.replace("arn:aws:codebuild:eu-west-1", f"arn:{partition}:codebuild:{region}")})
    assert found is not None
    assert (found.partition, found.region) == (partition, region)
    assert found.project_arn.startswith(f"arn:{partition}:codebuild:{region}:")


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("CODEBUILD_WEBHOOK_BASE_REF", "refs/heads/--upload-pack=x", "base_ref"),
        ("CODEBUILD_WEBHOOK_BASE_REF", "refs/heads/a b", "base_ref"),
        ("CODEBUILD_RESOLVED_SOURCE_VERSION", "main", "commit"),
        ("CODEBUILD_SOURCE_REPO_URL", "ext::sh -c x", "repository"),
        ("CODEBUILD_START_TIME", "soon", "started"),
    ],
)
def test_malformed_build_variable_is_ignored(name: str, value: str, field: str) -> None:
    assert not getattr(detect_build({**WEBHOOK, name: value}), field)
