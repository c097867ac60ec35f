"""Tells from the environment whether this is a pull request's build, and which branch it wants to get into."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["is_build", "target"]

EVENT = "CODEBUILD_WEBHOOK_EVENT"
BASE = "CODEBUILD_WEBHOOK_BASE_REF"
HEADS = "refs/heads/"
NUMBERED = ("CODEBUILD_WEBHOOK_TRIGGER", "CODEBUILD_SOURCE_VERSION")
NUMBER = re.compile(r"pr/[0-9]+")


def is_build(environ: Mapping[str, str]) -> bool:
    """Whether CodeBuild builds a pull request; see its guide's page on environment variables.

    One that somebody started by hand (source version pr/7, at GitHub) has no word of a webhook.
    """
    return environ.get(EVENT, "").startswith("PULL_REQUEST") or any(NUMBER.fullmatch(environ.get(name, "")) for name in NUMBERED)


def target(environ: Mapping[str, str]) -> str:
    """The name of the branch that the pull request wants to get into; empty where CodeBuild does not say."""
    return environ.get(BASE, "").removeprefix(HEADS)
