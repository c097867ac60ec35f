"""Reads what CodeBuild says of the build it runs; asks nobody, and believes no value that has not the form it must have.

The variables: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

import msgspec

__all__ = ["Build", "detect_build"]

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):codebuild:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):build(?:-batch)?/"
    r"(?P<project>[A-Za-z0-9_-]{2,150}):(?P<id>[0-9A-Za-z-]+)"
)
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_PULL_REQUEST = re.compile(r"pr/([0-9]{1,12})")
_REF = re.compile(r"refs/heads/(?!-)[^\s~^:?*\[\\\x00-\x1f\x7f]{1,250}")
_PIPELINE = "codepipeline/"


class Build(msgspec.Struct, frozen=True):
    """One build. Every field but ``arn`` and what is read from it may be empty: CodeBuild sets what it knows.

    ``commit``: full id. ``base_ref``, ``head_ref``: ``refs/heads/NAME``, of a webhook's build. ``pull_request``: its number.
    ``pipeline``: the pipeline that started it. ``started``: UTC, None where it is not told.
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
        """The project's own name in its account."""
        return f"arn:{self.partition}:codebuild:{self.region}:{self.account}:project/{self.project}"

    @property
    def is_pull_request(self) -> bool:
        """Whether the build is of a change that nobody has merged yet."""
        return bool(self.pull_request) or self.event.startswith("PULL_REQUEST")


def detect_build(environ: Mapping[str, str]) -> Build | None:
    """The build that ``environ`` tells of; None where this is none of CodeBuild's, or where its ARN is not one."""
    arn = _ARN.fullmatch(environ.get("CODEBUILD_BUILD_ARN", ""))
    if arn is None:
        return None
    said = environ.get
    trigger, source = said("CODEBUILD_WEBHOOK_TRIGGER", ""), said("CODEBUILD_SOURCE_VERSION", "")
    pull = _PULL_REQUEST.fullmatch(trigger) or _PULL_REQUEST.fullmatch(source)
    initiator = said("CODEBUILD_INITIATOR", "")
    return Build(
        arn=arn[0],
        partition=arn["partition"],
        region=arn["region"],
        account=arn["account"],
        project=arn["project"],
        id=f"{arn['project']}:{arn['id']}",
        commit=_match_or_empty(_COMMIT, said("CODEBUILD_RESOLVED_SOURCE_VERSION", "")),
        base_ref=_match_or_empty(_REF, said("CODEBUILD_WEBHOOK_BASE_REF", "")),
        head_ref=_match_or_empty(_REF, said("CODEBUILD_WEBHOOK_HEAD_REF", "")),
        event=_match_or_empty(re.compile(r"[A-Z_]{1,60}"), said("CODEBUILD_WEBHOOK_EVENT", "")),
        pull_request=pull[1] if pull else "",
        batch_identifier=_match_or_empty(re.compile(r"[A-Za-z0-9_]{1,128}"), said("CODEBUILD_BATCH_BUILD_IDENTIFIER", "")),
        initiator=initiator,
        pipeline=initiator.removeprefix(_PIPELINE) if initiator.startswith(_PIPELINE) else "",
        number=_match_or_empty(re.compile(r"[0-9]{1,12}"), said("CODEBUILD_BUILD_NUMBER", "")),
        repository=_strip_credentials(said("CODEBUILD_SOURCE_REPO_URL", "")),
        started=_parse_milliseconds(said("CODEBUILD_START_TIME", "")),
    )


def _match_or_empty(pattern: re.Pattern[str], value: str) -> str:
    return value if pattern.fullmatch(value) else ""


def _strip_credentials(url: str) -> str:
    """An address without whoever's name and password it may hold."""
    return re.sub(r"(?<=://)[^/@]*@", "", url) if re.fullmatch(r"(https|ssh)://[!-~]{1,2000}", url) else ""


def _parse_milliseconds(milliseconds: str) -> dt.datetime | None:
    if not re.fullmatch(r"[0-9]{12,14}", milliseconds):
        return None
    return dt.datetime.fromtimestamp(int(milliseconds) / 1000, dt.UTC)
