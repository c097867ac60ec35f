"""Tells from the environment whether this is a pull request's build, and which branch it wants to get into."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["is_pull_request_build", "target_branch"]

WEBHOOK_EVENT = "CODEBUILD_WEBHOOK_EVENT"
WEBHOOK_BASE_REF = "CODEBUILD_WEBHOOK_BASE_REF"
BRANCH_PREFIX = "refs/heads/"
PULL_REQUEST_VARIABLES = ("CODEBUILD_WEBHOOK_TRIGGER", "CODEBUILD_SOURCE_VERSION")
PULL_REQUEST_NUMBER = re.compile(r"pr/[0-9]+")


def is_pull_request_build(environ: Mapping[str, str]) -> bool:
    """Whether CodeBuild builds a pull request; see its guide's page on environment variables.

    One that somebody started by hand (source version pr/7, at GitHub) has no word of a webhook.
    """
    return environ.get(WEBHOOK_EVENT, "").startswith("PULL_REQUEST") or any(
        PULL_REQUEST_NUMBER.fullmatch(environ.get(name, "")) for name in PULL_REQUEST_VARIABLES
    )


def target_branch(environ: Mapping[str, str]) -> str:
    """The name of the branch that the pull request wants to get into; empty where CodeBuild does not say."""
    return environ.get(WEBHOOK_BASE_REF, "").removeprefix(BRANCH_PREFIX)
