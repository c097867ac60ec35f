"""The variables of a build are read, and those of another form are rejected."""

from __future__ import annotations

import datetime as dt

import pytest

from scangate.ci import detect_build, find_pull_request

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
    assert (find_pull_request(said) is not None) is is_pull_request


GITHUB = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_HEAD_REF": "topic"}
GITHUB_PULL = {**GITHUB, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"}
GITHUB_PUSH = {
    **GITHUB,
    "GITHUB_EVENT_NAME": "push",
    "GITHUB_BASE_REF": "",
    "GITHUB_HEAD_REF": "",
    "GITHUB_REF": "refs/heads/topic",
}
QUEUE = {**GITHUB_PUSH, "GITHUB_EVENT_NAME": "merge_group", "GITHUB_REF": "refs/heads/gh-readonly-queue/release/1.x/pr-7-0aff"}
RUNNER = {"CODEBUILD_WEBHOOK_EVENT": "WORKFLOW_JOB_QUEUED", "CODEBUILD_BUILD_ARN": ARN}
GITLAB = {"GITLAB_CI": "true", "CI_PROJECT_ID": "1", "CI_DEFAULT_BRANCH": "main", "CI_PIPELINE_SOURCE": "push"}
GITLAB_MERGE = {
    **GITLAB,
    "CI_PIPELINE_SOURCE": "merge_request_event",
    "CI_MERGE_REQUEST_IID": "7",
    "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result",
    "CI_MERGE_REQUEST_PROJECT_ID": "1",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "release/1.x",
}
GITLAB_EXTERNAL = {
    **GITLAB,
    "CI_PIPELINE_SOURCE": "external_pull_request_event",
    "CI_EXTERNAL_PULL_REQUEST_IID": "7",
    "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": "dev",
}
AZURE = {"BUILD_REASON": "PullRequest", "SYSTEM_PULLREQUEST_PULLREQUESTID": "7"}
CIRCLE = {"CIRCLECI": "true", "CIRCLE_BRANCH": "topic"}
CIRCLE_PULL = {**CIRCLE, "CIRCLE_PULL_REQUEST": "https://github.com/acme/shop/pull/7"}


@pytest.mark.parametrize(
    ("said", "target"),
    [
        pytest.param(WEBHOOK, "main", id="CodeBuild"),
        pytest.param({"CODEBUILD_SOURCE_VERSION": "refs/pull/7/head^{0123abc}"}, "", id="CodeBuild, a ref"),
        pytest.param({"CODEBUILD_SOURCE_VERSION": "pr/7", "SCANGATE_TARGET": "main"}, "main", id="CodeBuild by hand"),
        pytest.param({**RUNNER, **GITHUB_PULL}, "main", id="CodeBuild as a runner of GitHub"),
        pytest.param({**RUNNER, **GITLAB_MERGE}, "release/1.x", id="CodeBuild as a runner of GitLab"),
        pytest.param(RUNNER, "", id="CodeBuild before its runner starts"),
        pytest.param({**RUNNER, "SCANGATE_TARGET": "main"}, "main", id="CodeBuild before its runner starts, with SCANGATE_TARGET"),
        pytest.param({**RUNNER, **GITHUB_PUSH}, None, id="CodeBuild as a runner, a push"),
        pytest.param(GITHUB_PULL, "main", id="GitHub"),
        pytest.param({**GITHUB_PULL, "GITHUB_EVENT_NAME": "pull_request_target"}, "main", id="GitHub, pull_request_target"),
        pytest.param(QUEUE, "release/1.x", id="GitHub, merge queue"),
        pytest.param({**QUEUE, "GITHUB_EVENT_NAME": "push"}, "release/1.x", id="GitHub, a push to the merge queue"),
        pytest.param({**QUEUE, "GITHUB_REF": "refs/heads/gh-readonly-queue/main"}, "", id="GitHub, a queue of another form"),
        pytest.param({**GITHUB, "GITHUB_EVENT_NAME": "pull_request_review"}, "", id="GitHub, an event without a base"),
        pytest.param(
            {**GITHUB, "GITHUB_EVENT_NAME": "issue_comment", "GITHUB_REF": "refs/heads/main"}, "main", id="GitHub, comment"
        ),
        pytest.param(GITHUB_PUSH, None, id="GitHub, push"),
        pytest.param(GITLAB_MERGE, "release/1.x", id="GitLab"),
        pytest.param({**GITLAB_MERGE, "CI_PIPELINE_SOURCE": "parent_pipeline"}, "release/1.x", id="GitLab, child pipeline"),
        pytest.param(GITLAB_EXTERNAL, "dev", id="GitLab, pull request of another system"),
        pytest.param({**GITLAB, "CI_OPEN_MERGE_REQUESTS": "acme/shop!7"}, "main", id="GitLab, branch of a merge request"),
        pytest.param(GITLAB, None, id="GitLab, push"),
        pytest.param({"BITBUCKET_PR_ID": "7", "BITBUCKET_PR_DESTINATION_BRANCH": "main"}, "main", id="Bitbucket"),
        pytest.param({"BITBUCKET_BRANCH": "topic"}, None, id="Bitbucket, push"),
        pytest.param({**AZURE, "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"}, "main", id="Azure"),
        pytest.param({**AZURE, "SYSTEM_PULLREQUEST_TARGETBRANCH": "release/1.x"}, "release/1.x", id="Azure, repository of GitHub"),
        pytest.param({"BUILD_REASON": "IndividualCI"}, None, id="Azure, push"),
        pytest.param({"CHANGE_ID": "7", "CHANGE_TARGET": "main", "BRANCH_NAME": "PR-7"}, "main", id="Jenkins"),
        pytest.param({"BRANCH_NAME": "PR-7"}, "", id="Jenkins, no target"),
        pytest.param({"BRANCH_NAME": "topic"}, None, id="Jenkins, push"),
        pytest.param({"BUILD_REASON": "Manual", "BUILD_SOURCEBRANCH": "refs/pull/3/merge"}, "", id="Azure, queued by hand"),
        pytest.param({"ghprbTargetBranch": "main", "ghprbPullId": "3"}, "main", id="Jenkins, GitHub plugin"),
        pytest.param({"gitlabMergeRequestIid": "3", "gitlabTargetBranch": "main"}, "main", id="Jenkins, GitLab plugin"),
        pytest.param({"TRAVIS_PULL_REQUEST": "7", "TRAVIS_BRANCH": "main"}, "main", id="Travis"),
        pytest.param({"TRAVIS_PULL_REQUEST": "false", "TRAVIS_BRANCH": "main"}, None, id="Travis, push"),
        pytest.param({"DRONE_BUILD_EVENT": "pull_request", "DRONE_TARGET_BRANCH": "main"}, "main", id="Drone"),
        pytest.param({"DRONE_BUILD_EVENT": "push", "DRONE_TARGET_BRANCH": "main"}, None, id="Drone, push"),
        pytest.param({"CI_PIPELINE_EVENT": "pull_request", "CI_COMMIT_TARGET_BRANCH": "main"}, "main", id="Woodpecker"),
        pytest.param({"APPVEYOR_PULL_REQUEST_NUMBER": "7", "APPVEYOR_REPO_BRANCH": "main"}, "main", id="AppVeyor"),
        pytest.param({"BUILDKITE_PULL_REQUEST": "7", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main"}, "main", id="Buildkite"),
        pytest.param({"BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": ""}, None, id="Buildkite, push"),
        pytest.param(
            {**GITHUB, "GITHUB_EVENT_NAME": "repository_dispatch", "GITHUB_REF": "refs/heads/main"}, "main", id="dispatch"
        ),
        pytest.param({"pullRequestId": "7", "targetBranch": "main"}, "main", id="Jenkins, Bitbucket plugin"),
        pytest.param({"SEMAPHORE_GIT_REF_TYPE": "branch", "SEMAPHORE_GIT_BRANCH": "main"}, None, id="Semaphore, push"),
        pytest.param({"JOB_TYPE": "postsubmit", "PULL_BASE_REF": "main"}, None, id="Prow, push"),
        pytest.param({"CM_PULL_REQUEST": "false", "CM_BRANCH": "main"}, None, id="Codemagic, push"),
        pytest.param({"BUDDY_EXECUTION_PULL_REQUEST_ID": "7"}, "", id="Buddy, no target"),
        pytest.param({**CIRCLE_PULL, "SCANGATE_TARGET": "dev"}, "dev", id="CircleCI"),
        pytest.param({"CIRCLECI": "true", "CIRCLE_TAG": "v1"}, None, id="CircleCI, a tag"),
        pytest.param({"TEAMCITY_VERSION": "2024.12", "SCANGATE_TARGET": "dev"}, "dev", id="TeamCity"),
        pytest.param({"TEAMCITY_VERSION": "2024.12"}, "", id="TeamCity, no target"),
        pytest.param({"SCANGATE_TARGET": "main"}, "main", id="another system"),
        pytest.param({"SCANGATE_TARGET": ""}, None, id="no system"),
        pytest.param({"CHANGE_TARGET": "main", "GITHUB_BASE_REF": "dev"}, "", id="two that contradict each other"),
    ],
)
def test_pull_request_and_its_target_are_read_for_each_system(said: dict[str, str], target: str | None) -> None:
    found = find_pull_request(said)
    assert (None if found is None else found.target) == target


def test_circleci_does_not_say_whether_a_branch_is_a_pull_request() -> None:
    named, unnamed = find_pull_request(CIRCLE_PULL), find_pull_request(CIRCLE)
    assert named is not None
    assert unnamed is not None
    assert (named.source, named.uses_default_branch, named.target) == ("", True, "")
    assert (unnamed.source, unnamed.uses_default_branch, unnamed.target) == ("topic", True, "")


def test_a_fork_s_pipeline_names_the_repository_of_the_target() -> None:
    fork = {**GITLAB_MERGE, "CI_PROJECT_ID": "2", "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.com/acme/shop"}
    found = find_pull_request(fork)
    assert found is not None
    assert found.repository == "https://gitlab.com/acme/shop"
    hostile = find_pull_request({**fork, "CI_MERGE_REQUEST_PROJECT_URL": "ext::sh -c x"})
    assert hostile is not None
    assert hostile.repository == "unknown"


PULL = "https://github.com/acme/shop/pull/7"


@pytest.mark.parametrize(
    ("said", "repository"),
    [
        ({"CI_OPEN_MERGE_REQUESTS": "acme/shop!7"}, "https://gitlab.com/acme/shop"),
        ({"CI_OPEN_MERGE_REQUESTS": "mallory/shop!2,acme/shop!7"}, "https://gitlab.com/acme/shop"),
        ({"CI_OPEN_MERGE_REQUESTS": "acme/shop!7,other/shop!8"}, "unknown"),
        ({"CI_OPEN_MERGE_REQUESTS": "7"}, "unknown"),
        ({"CI_OPEN_MERGE_REQUESTS": "acme/shop!7", "CI_SERVER_URL": ""}, "unknown"),
        ({"CI_OPEN_MERGE_REQUESTS": "Mallory/shop!2"}, ""),
        ({**GITLAB_MERGE, "CI_OPEN_MERGE_REQUESTS": "acme/shop!7"}, ""),  # this pipeline is for one of its own project
    ],
)
def test_open_merge_requests_name_the_repository_of_the_target(said: dict[str, str], repository: str) -> None:
    found = find_pull_request({**GITLAB, "CI_PROJECT_PATH": "mallory/shop", "CI_SERVER_URL": "https://gitlab.com", **said})
    assert found is not None
    assert found.repository == repository


@pytest.mark.parametrize(
    ("owner", "said", "repository"),
    [
        ("mallory", {"CIRCLE_PULL_REQUEST": PULL}, "https://github.com/acme/shop"),
        ("mallory", {"CIRCLE_PULL_REQUESTS": f"{PULL},{PULL.replace('acme', 'mallory')}"}, "https://github.com/acme/shop"),
        ("acme", {"CIRCLE_PULL_REQUEST": PULL, "CIRCLE_PR_USERNAME": "mallory"}, ""),
    ],
)
def test_circleci_may_build_in_the_fork(owner: str, said: dict[str, str], repository: str) -> None:
    found = find_pull_request({**CIRCLE, "CIRCLE_PROJECT_USERNAME": owner, "CIRCLE_PROJECT_REPONAME": "shop", **said})
    assert found is not None
    assert found.repository == repository


@pytest.mark.parametrize(
    "branch",
    [
        *("--upload-pack=x", "main~1", "main^", "a b", "a..b", "x@{1}", "a//b", "/a", "a/", ".a", "a.lock", "a/.b", "a.", "*"),
        *("main:x", "a\\b", "\x1b[31m", "main\n", "\u202emain", "x" * 300, "refs/heads/"),
    ],
)
def test_a_target_that_is_no_branch_s_name_is_unknown(branch: str) -> None:
    found = find_pull_request({**GITHUB_PULL, "GITHUB_BASE_REF": branch, "SCANGATE_TARGET": "main"})
    assert found is not None
    assert found.target == ""


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
