"""What CodeBuild says of a build is read, and what has not its form is not believed."""

from __future__ import annotations

import datetime as dt

import pytest

from scanners.publish.codebuild import build

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
    found = build(WEBHOOK)
    assert found is not None
    assert (found.partition, found.region, found.account, found.project) == ("aws", "eu-west-1", "123456789012", "shop-gate")
    assert found.project_arn == "arn:aws:codebuild:eu-west-1:123456789012:project/shop-gate"
    assert (found.commit, found.base_ref, found.head_ref) == (COMMIT, "refs/heads/main", "refs/heads/feature/basket")
    assert (found.pull_request, found.is_pull_request, found.pipeline) == ("12", True, "")
    assert found.repository == "https://example.com/shop.git"
    assert found.started == dt.datetime(2023, 11, 14, 22, 13, 20, tzinfo=dt.UTC)


def test_a_pipeline_s_build_has_no_webhook_and_may_have_no_repository() -> None:
    found = build({"CODEBUILD_BUILD_ARN": ARN, "CODEBUILD_INITIATOR": "codepipeline/shop", "CODEBUILD_SOURCE_REPO_URL": ""})
    assert found is not None
    assert (found.pipeline, found.repository, found.is_pull_request, found.base_ref) == ("shop", "", False, "")


@pytest.mark.parametrize("arn", ["", "arn:aws:s3:::bucket", f"{ARN}\n", ARN.replace("123456789012", "1")])
def test_without_an_arn_of_a_build_there_is_none(arn: str) -> None:
    assert build({**WEBHOOK, "CODEBUILD_BUILD_ARN": arn}) is None


@pytest.mark.parametrize("partition", ["aws-us-gov", "aws-cn"])
def test_other_partitions_are_known_by_the_arn(partition: str) -> None:
    found = build({"CODEBUILD_BUILD_ARN": ARN.replace("arn:aws:", f"arn:{partition}:")})
    assert found is not None
    assert found.project_arn.startswith(f"arn:{partition}:codebuild:")


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
def test_what_has_not_its_form_is_not_believed(name: str, value: str, field: str) -> None:
    assert not getattr(build({**WEBHOOK, name: value}), field)
