"""Reads what a CI system's environment variables say about the build; values that are not well-formed are ignored.

`SYSTEMS` is the one table of how each system says that it builds a pull request, and for which branch. Its rows follow the
systems' references:

* CodeBuild: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html, and as a runner of another system
  https://docs.aws.amazon.com/codebuild/latest/userguide/runners.html (the jobs have the variables of that system)
* GitHub Actions: https://docs.github.com/en/actions/reference/workflows-and-actions/variables and
  https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows (GITHUB_BASE_REF is set for
  pull_request and pull_request_target only; workflow_run, issue_comment, check_run, check_suite and repository_dispatch run on
  the default branch, and often check out another)
* GitLab: https://docs.gitlab.com/ci/variables/predefined_variables/
* Bitbucket: https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
* Azure Pipelines: https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables (the target branch is a full ref in
  Azure Repos and a plain name for GitHub's repositories)
* Jenkins: https://www.jenkins.io/doc/book/pipeline/multibranch/#additional-environment-variables
* Buildkite: https://buildkite.com/docs/pipelines/configure/environment-variables
* Travis CI: https://docs.travis-ci.com/user/environment-variables/ (of a pull request, TRAVIS_BRANCH is the target)
* Drone: https://docs.drone.io/pipeline/environment/reference/
* Woodpecker: https://woodpecker-ci.org/docs/usage/environment
* AppVeyor: https://www.appveyor.com/docs/environment-variables/ (of a pull request, APPVEYOR_REPO_BRANCH is the target)
* Amplify: https://docs.aws.amazon.com/amplify/latest/userguide/amplify-console-environment-variables.html
* Bamboo: https://confluence.atlassian.com/bamboo/bamboo-variables-289277087.html
* Bitrise: https://docs.bitrise.io/en/bitrise-ci/references/available-environment-variables.html
* Buddy: https://buddy.works/docs/pipelines/buddy-parameters (BUDDY_EXECUTION_* are the older names)
* Cirrus: https://cirrus-ci.org/guide/writing-tasks/#environment-variables
* Codefresh: https://codefresh.io/docs/docs/pipelines/variables/
* Codemagic: https://docs.codemagic.io/yaml-basic-configuration/environment-variables/
* Gerrit: https://plugins.jenkins.io/gerrit-trigger/ (GERRIT_BRANCH is what the change is for)
* Prow: https://docs.prow.k8s.io/docs/jobs/#job-environment-variables
* Screwdriver: https://docs.screwdriver.cd/user-guide/environment-variables
* Semaphore: https://docs.semaphoreci.com/reference/env-vars (of a pull request, SEMAPHORE_GIT_BRANCH is the target)
* TeamCity: https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html (what it knows of branches and pull requests is
  in configuration parameters, which are not in the environment; so every commit but the target's counts as a change for it)
* Vela: https://go-vela.github.io/docs/reference/environment/variables/
* Xcode Cloud: https://developer.apple.com/documentation/xcode/environment-variable-reference
* CircleCI: https://circleci.com/docs/reference/variables/ (no variable names the target, and for some kinds of project none says
  that there is a pull request; so every commit but the target's counts as a change for it)
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

import msgspec

__all__ = ["SYSTEMS", "TARGET_VARIABLE", "Build", "PullRequest", "detect_build", "find_pull_request", "resolved_commit"]

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):codebuild:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):build(?:-batch)?/"
    r"(?P<project>[A-Za-z0-9_-]{2,150}):(?P<id>[0-9A-Za-z-]+)"
)
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_PULL_REQUEST = re.compile(r"(?:pr|refs/pull|refs/merge-requests)/([0-9]{1,12})(?:/[a-z]+)?(?:\^\{.*\})?")
_PULL_REQUEST_VARIABLES = ("CODEBUILD_WEBHOOK_TRIGGER", "CODEBUILD_SOURCE_VERSION")
_PULL_REQUEST_EVENT = "PULL_REQUEST"
_REF = re.compile(r"refs/heads/(?!-)[^\s~^:?*\[\\\x00-\x1f\x7f]{1,250}")
_PIPELINE = "codepipeline/"


class Build(msgspec.Struct, frozen=True):
    """One CodeBuild build. Fields after ``id`` are empty where CodeBuild does not set them.

    ``commit``: full id. ``base_ref``, ``head_ref``: ``refs/heads/NAME``, of a webhook build. ``pull_request``: its number.
    ``pipeline``: the pipeline that started the build. ``started``: UTC.
    """

    arn: str
    partition: str
    region: str
    account: str
    project: str
    id: str
    commit: str = ""
    base_ref: str = ""
    head_ref: str = ""
    event: str = ""
    pull_request: str = ""
    batch_identifier: str = ""
    initiator: str = ""
    pipeline: str = ""
    number: str = ""
    repository: str = ""
    started: dt.datetime | None = None

    @property
    def project_arn(self) -> str:
        """The ARN of the build's project."""
        return f"arn:{self.partition}:codebuild:{self.region}:{self.account}:project/{self.project}"

    @property
    def is_pull_request(self) -> bool:
        """Whether the build is of an unmerged pull request."""
        return bool(self.pull_request) or self.event.startswith(_PULL_REQUEST_EVENT)


def detect_build(environ: Mapping[str, str]) -> Build | None:
    """The CodeBuild build that ``environ`` describes; None outside CodeBuild or where its ARN is malformed."""
    arn = _ARN.fullmatch(environ.get("CODEBUILD_BUILD_ARN", ""))
    if arn is None:
        return None
    get = environ.get
    pull = next(filter(None, (_PULL_REQUEST.fullmatch(get(name, "")) for name in _PULL_REQUEST_VARIABLES)), None)
    initiator = get("CODEBUILD_INITIATOR", "")
    return Build(
        arn=arn[0],
        partition=arn["partition"],
        region=arn["region"],
        account=arn["account"],
        project=arn["project"],
        id=f"{arn['project']}:{arn['id']}",
        commit=resolved_commit(environ),
        base_ref=_matching(_REF, get("CODEBUILD_WEBHOOK_BASE_REF", "")),
        head_ref=_matching(_REF, get("CODEBUILD_WEBHOOK_HEAD_REF", "")),
        event=_matching(re.compile(r"[A-Z_]{1,60}"), get("CODEBUILD_WEBHOOK_EVENT", "")),
        pull_request=pull[1] if pull else "",
        batch_identifier=_matching(re.compile(r"[A-Za-z0-9_]{1,128}"), get("CODEBUILD_BATCH_BUILD_IDENTIFIER", "")),
        initiator=initiator,
        pipeline=initiator.removeprefix(_PIPELINE) if initiator.startswith(_PIPELINE) else "",
        number=_matching(re.compile(r"[0-9]{1,12}"), get("CODEBUILD_BUILD_NUMBER", "")),
        repository=_without_credentials(get("CODEBUILD_SOURCE_REPO_URL", "")),
        started=_parse_milliseconds(get("CODEBUILD_START_TIME", "")),
    )


TARGET_VARIABLE = "SCANGATE_TARGET"
"""The branch that a build is a change for, where the CI system does not name one."""

_NAME = r"(?!-)(?!.*(?:\.\.|@\{|//|/\.|\.lock(?:/|$)))[^\s~^:?*\[\\\x00-\x1f\x7f./][^\s~^:?*\[\\\x00-\x1f\x7f]{0,249}(?<![./])"
_BRANCH = re.compile(rf"(?:refs/heads/)?(?P<branch>{_NAME})")
_QUEUE = re.compile(rf"refs/heads/gh-readonly-queue/(?P<branch>{_NAME})/pr-[0-9]+-[0-9a-f]+")
_NO_QUEUE = re.compile(rf"refs/heads/(?!gh-readonly-queue/)(?P<branch>{_NAME})")
_ANY = re.compile(r".+", re.DOTALL)
_NOT_FALSE = re.compile(r"(?!false$).+", re.DOTALL)
_HTTPS = re.compile(r"https://[A-Za-z0-9][A-Za-z0-9._:/~+-]{1,500}")

Marks = tuple[tuple[str, re.Pattern[str]], ...]


class PullRequest(msgspec.Struct, frozen=True):
    """A build of a change that is not merged yet.

    ``system``: the CI system. ``target``: the branch that the change is for, without ``refs/heads/``; empty where nothing names
    it. ``uses_default_branch``: an empty target means the default branch of origin. ``source``: the branch that is built, where
    the system does not say whether it belongs to a pull request: it does not if it is the target, and at the target's commit.
    ``is_unnamed``: the system does not say what is built either, so it is the target if it is at the target's commit.
    ``repository``: the https URL of the target's repository where origin is a fork. ``full_clone``: the setting that fetches all
    branches.
    """

    system: str
    target: str = ""
    uses_default_branch: bool = False
    source: str = ""
    is_unnamed: bool = False
    repository: str = ""
    full_clone: str = ""


class Fork(msgspec.Struct, frozen=True):
    """How a build names the repository of its target, and its own: they differ in a fork.

    ``target``: the variable that names the former, once or in a list; ``form``: each entry, with the group ``project``. ``build``:
    the variables that name the latter, joined by a slash. The target's URL is the value of ``url``, or that of ``server`` with the
    project, or the form's group ``url``.
    """

    target: str
    build: tuple[str, ...]
    form: re.Pattern[str] = re.compile(r"(?P<project>.+)", re.DOTALL)
    url: str = ""
    server: str = ""


class System(msgspec.Struct, frozen=True):
    """How a CI system describes a pull-request build: variables, each with the form that its value has to have.

    ``pull_request``: one match is enough. ``target``: the first match names the branch. ``unless``: another system decides where
    one of these is set. ``fallback``: as ``target``, where SCANGATE_TARGET is not set either. ``branch``: see `PullRequest.source`.
    ``always``: a variable of every build, of a system that does not name a branch, see `PullRequest.is_unnamed`.
    ``forks``: how the build says that the target is in another repository.
    """

    name: str
    pull_request: Marks
    target: Marks = ()
    unless: tuple[str, ...] = ()
    fallback: Marks = ()
    uses_default_branch: bool = False
    branch: str = ""
    always: str = ""
    forks: tuple[Fork, ...] = ()
    full_clone: str = ""


SYSTEMS: tuple[System, ...] = (
    System(
        "CodeBuild",
        (
            ("CODEBUILD_WEBHOOK_EVENT", re.compile(rf"{_PULL_REQUEST_EVENT}.*")),
            *((name, _PULL_REQUEST) for name in _PULL_REQUEST_VARIABLES),
        ),
        (("CODEBUILD_WEBHOOK_BASE_REF", _BRANCH),),
        full_clone="the project's Git clone depth: Full",
    ),
    System(
        "CodeBuild runner",  # in a phase before the runner starts, nothing says what the job is for
        (("CODEBUILD_WEBHOOK_EVENT", re.compile(r"WORKFLOW_JOB_QUEUED")),),
        unless=("GITHUB_EVENT_NAME", "CI_PIPELINE_SOURCE", "BUILDKITE_PULL_REQUEST"),
        full_clone="the project's Git clone depth: Full",
    ),
    System(
        "GitHub Actions",
        (
            (
                "GITHUB_EVENT_NAME",
                re.compile(r"pull_request.*|merge_group|workflow_run|issue_comment|check_(?:run|suite)|repository_dispatch"),
            ),
            ("GITHUB_BASE_REF", _ANY),
            ("GITHUB_REF", re.compile(r"refs/(?:pull|heads/gh-readonly-queue)/.*", re.DOTALL)),
        ),
        (("GITHUB_BASE_REF", _BRANCH), ("GITHUB_REF", _QUEUE), ("GITHUB_REF", _NO_QUEUE)),
        full_clone="actions/checkout with `fetch-depth: 0`",
    ),
    System(
        "GitLab CI",
        (
            ("CI_PIPELINE_SOURCE", re.compile(r"merge_request_event|external_pull_request_event")),
            ("CI_MERGE_REQUEST_IID", _ANY),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", _ANY),
            ("CI_EXTERNAL_PULL_REQUEST_IID", _ANY),
            ("CI_OPEN_MERGE_REQUESTS", _ANY),
        ),
        (("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", _BRANCH), ("CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME", _BRANCH)),
        fallback=(("CI_DEFAULT_BRANCH", _BRANCH),),
        forks=(
            Fork("CI_MERGE_REQUEST_PROJECT_ID", ("CI_PROJECT_ID",), url="CI_MERGE_REQUEST_PROJECT_URL"),
            Fork("CI_OPEN_MERGE_REQUESTS", ("CI_PROJECT_PATH",), re.compile(r"(?P<project>[^!]+)![0-9]+"), server="CI_SERVER_URL"),
        ),
        full_clone="the job's `variables: {GIT_DEPTH: 0}`",
    ),
    System(
        "Bitbucket Pipelines",
        (("BITBUCKET_PR_ID", _ANY), ("BITBUCKET_PR_DESTINATION_BRANCH", _ANY)),
        (("BITBUCKET_PR_DESTINATION_BRANCH", _BRANCH),),
        full_clone="the step's `clone: {depth: full}`",
    ),
    System(
        "Azure Pipelines",
        (
            ("BUILD_REASON", re.compile(r"PullRequest")),
            ("BUILD_SOURCEBRANCH", re.compile(r"refs/pull/.*", re.DOTALL)),  # also of a build that was queued again by hand
            ("SYSTEM_PULLREQUEST_PULLREQUESTID", _ANY),
            ("SYSTEM_PULLREQUEST_TARGETBRANCH", _ANY),
        ),
        (("SYSTEM_PULLREQUEST_TARGETBRANCH", _BRANCH),),
        full_clone="the step `checkout: self` with `fetchDepth: 0`",
    ),
    System(
        "Jenkins",
        (
            ("CHANGE_TARGET", _ANY),
            ("BRANCH_NAME", re.compile(r"(?:PR|MR|CHANGE)-[0-9]+.*")),
            ("ghprbTargetBranch", _ANY),
            ("pullRequestId", _ANY),  # of the plugins for Bitbucket
            ("gitlabMergeRequestIid", _ANY),
        ),
        (("CHANGE_TARGET", _BRANCH), ("ghprbTargetBranch", _BRANCH), ("gitlabTargetBranch", _BRANCH), ("targetBranch", _BRANCH)),
        full_clone="the branch source's refspec: +refs/heads/*:refs/remotes/origin/*",
    ),
    System(
        "Buildkite",
        (("BUILDKITE_PULL_REQUEST", _NOT_FALSE),),
        (("BUILDKITE_PULL_REQUEST_BASE_BRANCH", _BRANCH),),
    ),
    System(
        "Travis CI",
        (("TRAVIS_PULL_REQUEST", _NOT_FALSE),),
        (("TRAVIS_BRANCH", _BRANCH),),
        full_clone="the key `git: {depth: false}`",
    ),
    System(
        "Drone",
        (("DRONE_PULL_REQUEST", _ANY), ("DRONE_BUILD_EVENT", re.compile("pull_request"))),
        (("DRONE_TARGET_BRANCH", _BRANCH),),
    ),
    System(
        "Woodpecker",
        (("CI_COMMIT_PULL_REQUEST", _ANY), ("CI_PIPELINE_EVENT", re.compile(r"pull_request.*"))),
        (("CI_COMMIT_TARGET_BRANCH", _BRANCH),),
    ),
    System(
        "AppVeyor",
        (("APPVEYOR_PULL_REQUEST_NUMBER", _ANY),),
        (("APPVEYOR_REPO_BRANCH", _BRANCH),),
    ),
    System("Amplify", (("AWS_PULL_REQUEST_ID", _ANY),), (("AWS_PULL_REQUEST_DESTINATION_BRANCH", _BRANCH),)),
    System("Bamboo", (("bamboo_repository_pr_key", _ANY),), (("bamboo_repository_pr_targetBranch", _BRANCH),)),
    System("Bitrise", (("BITRISE_PULL_REQUEST", _ANY),), (("BITRISEIO_GIT_BRANCH_DEST", _BRANCH),)),
    System(
        "Buddy",
        tuple(
            (name, _ANY)
            for name in (
                *("BUDDY_RUN_PR_ID", "BUDDY_RUN_PR_NO"),
                *("BUDDY_EXECUTION_PULL_REQUEST_ID", "BUDDY_EXECUTION_PULL_REQUEST_NO"),
            )
        ),
        (("BUDDY_RUN_PR_BASE_BRANCH", _BRANCH), ("BUDDY_EXECUTION_PULL_REQUEST_BASE_BRANCH", _BRANCH)),
    ),
    System("Cirrus", (("CIRRUS_PR", _ANY),), (("CIRRUS_BASE_BRANCH", _BRANCH),), full_clone="CIRRUS_CLONE_DEPTH: 0"),
    System("Codefresh", (("CF_PULL_REQUEST_NUMBER", _ANY), ("CF_PULL_REQUEST_ID", _ANY)), (("CF_PULL_REQUEST_TARGET", _BRANCH),)),
    System(
        "Codemagic",
        (("CM_PULL_REQUEST", _NOT_FALSE), ("CM_PULL_REQUEST_NUMBER", _ANY)),
        (("CM_PULL_REQUEST_DEST", _BRANCH),),
    ),
    System("Gerrit", (("GERRIT_CHANGE_NUMBER", _ANY), ("GERRIT_CHANGE_ID", _ANY)), (("GERRIT_BRANCH", _BRANCH),)),
    System("Prow", (("PULL_NUMBER", _ANY), ("JOB_TYPE", re.compile("presubmit|batch"))), (("PULL_BASE_REF", _BRANCH),)),
    System("Screwdriver", (("SD_PULL_REQUEST", _NOT_FALSE),), (("PR_BASE_BRANCH_NAME", _BRANCH),)),
    System(
        "Semaphore",
        (("SEMAPHORE_GIT_REF_TYPE", re.compile("pull-request")), ("SEMAPHORE_GIT_PR_NUMBER", _ANY)),
        (("SEMAPHORE_GIT_BRANCH", _BRANCH),),
    ),
    System("TeamCity", (), uses_default_branch=True, always="TEAMCITY_VERSION"),
    System(
        "Vela",
        (("VELA_PULL_REQUEST", _ANY), ("VELA_BUILD_EVENT", re.compile("pull_request"))),
        (("VELA_PULL_REQUEST_TARGET", _BRANCH),),
    ),
    System("Xcode Cloud", (("CI_PULL_REQUEST_NUMBER", _ANY),), (("CI_PULL_REQUEST_TARGET_BRANCH", _BRANCH),)),
    System(
        "CircleCI",
        (
            ("CIRCLE_PULL_REQUEST", _ANY),
            ("CIRCLE_PULL_REQUESTS", _ANY),
            ("CIRCLE_PR_NUMBER", _ANY),
            ("CIRCLE_BRANCH", re.compile(r"pull/[0-9]+.*")),
        ),
        uses_default_branch=True,
        branch="CIRCLE_BRANCH",
        forks=tuple(
            Fork(
                name,
                ("CIRCLE_PROJECT_USERNAME", "CIRCLE_PROJECT_REPONAME"),
                re.compile(r"(?P<url>https://[^/]+/(?P<project>[^/]+/[^/]+))/(?:pull|pull-requests)/[0-9]+/?"),
            )
            for name in ("CIRCLE_PULL_REQUESTS", "CIRCLE_PULL_REQUEST")
        ),
        full_clone="the step `checkout: {method: full}`",
    ),
)


def find_pull_request(environ: Mapping[str, str]) -> PullRequest | None:
    """The pull-request build that the CI system describes, or a build with SCANGATE_TARGET; None for every other build.

    A target that is not the name of a branch is left empty, and so are two that contradict each other.
    """
    found = [request for system in SYSTEMS if (request := _describe(system, environ)) is not None]
    given = _first_branch(((TARGET_VARIABLE, _BRANCH),), environ)
    if not found:
        return PullRequest(TARGET_VARIABLE, given) if environ.get(TARGET_VARIABLE) else None
    targets = {request.target for request in found} - {""}
    if len(targets) > 1:
        return PullRequest(" and ".join(request.system for request in found))
    return next((request for request in found if request.target), found[0])


def _describe(system: System, environ: Mapping[str, str]) -> PullRequest | None:
    said = any(pattern.fullmatch(environ.get(name, "")) for name, pattern in system.pull_request)
    source = "" if said else environ.get(system.branch, "")
    is_unnamed = not (said or source) and bool(environ.get(system.always))
    if not (said or source or is_unnamed) or any(environ.get(name) for name in system.unless):
        return None
    target = _first_branch(system.target, environ)
    is_malformed = any(environ.get(name) for name, _ in system.target[:1]) and not target
    if not (target or is_malformed):
        target = _first_branch(((TARGET_VARIABLE, _BRANCH), *system.fallback), environ)
    return PullRequest(
        system.name,
        target,
        uses_default_branch=system.uses_default_branch and not environ.get(TARGET_VARIABLE),
        source=source,
        is_unnamed=is_unnamed,
        repository=_target_repository(system, environ),
        full_clone=system.full_clone,
    )


def _first_branch(marks: Marks, environ: Mapping[str, str]) -> str:
    """The branch that the first matching variable names; empty if none does."""
    matches = (pattern.fullmatch(environ.get(name, "")) for name, pattern in marks)
    return next((match["branch"] for match in matches if match is not None and match["branch"].isprintable()), "")


def _target_repository(system: System, environ: Mapping[str, str]) -> str:
    """The URL of the target's repository, if the build runs in a fork; ``unknown`` where that is not one well-formed URL."""
    for fork in system.forks:
        build = [environ.get(name, "") for name in fork.build]
        if environ.get(fork.target) and all(build):  # the first that says anything decides
            return _other_repository(fork, "/".join(build).casefold(), environ)
    return ""


def _other_repository(fork: Fork, build: str, environ: Mapping[str, str]) -> str:
    urls = set()
    for entry in environ[fork.target].split(","):
        match = fork.form.fullmatch(entry.strip())
        if match is None:
            urls.add("unknown")
        elif match["project"].casefold() != build:
            server = environ.get(fork.server, "").rstrip("/")
            url = environ.get(fork.url, "") or match.groupdict().get("url") or (f"{server}/{match['project']}" if server else "")
            urls.add(_matching(_HTTPS, url) or "unknown")
    return "" if not urls else urls.pop() if len(urls) == 1 else "unknown"


def resolved_commit(environ: Mapping[str, str]) -> str:
    """The full id of the commit that is built; empty where the CI system does not say."""
    return _matching(_COMMIT, environ.get("CODEBUILD_RESOLVED_SOURCE_VERSION", ""))


def _matching(pattern: re.Pattern[str], value: str) -> str:
    return value if pattern.fullmatch(value) else ""


def _without_credentials(url: str) -> str:
    return re.sub(r"(?<=://)[^/@]*@", "", url) if re.fullmatch(r"(https|ssh)://[!-~]{1,2000}", url) else ""


def _parse_milliseconds(text: str) -> dt.datetime | None:
    if not re.fullmatch(r"[0-9]{12,14}", text):
        return None
    return dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC)
