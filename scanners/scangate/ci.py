"""Reads what a CI system's environment variables say about the build; values that are not well-formed are ignored.

CodeBuild: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

import msgspec

__all__ = ["Build", "detect_build", "is_pull_request", "resolved_commit", "target_branch"]

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):codebuild:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):build(?:-batch)?/"
    r"(?P<project>[A-Za-z0-9_-]{2,150}):(?P<id>[0-9A-Za-z-]+)"
)
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_PULL_REQUEST = re.compile(r"pr/([0-9]{1,12})")
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


def is_pull_request(environ: Mapping[str, str]) -> bool:
    """Whether this is a build of a pull request, even where its ARN is malformed.

    A build that was started by hand (source version pr/7, at GitHub) has no webhook variables.
    """
    return environ.get("CODEBUILD_WEBHOOK_EVENT", "").startswith(_PULL_REQUEST_EVENT) or any(
        re.fullmatch(r"pr/[0-9]+", environ.get(name, "")) for name in _PULL_REQUEST_VARIABLES
    )


def target_branch(environ: Mapping[str, str]) -> str:
    """The name of the branch that the pull request targets; empty where the CI system does not say."""
    return environ.get("CODEBUILD_WEBHOOK_BASE_REF", "").removeprefix("refs/heads/")


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
