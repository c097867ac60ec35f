"""Tells from the environment whether this is a pull request's build, and which branch it wants to get into."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["is_build", "target"]

EVENT = "CODEBUILD_WEBHOOK_EVENT"
BASE = "CODEBUILD_WEBHOOK_BASE_REF"
HEADS = "refs/heads/"


def is_build(environ: Mapping[str, str]) -> bool:
    """Whether CodeBuild builds a pull request; see its guide's page on environment variables."""
    return environ.get(EVENT, "").startswith("PULL_REQUEST")


def target(environ: Mapping[str, str]) -> str:
    """The name of the branch that the pull request wants to get into; empty where CodeBuild does not say."""
    return environ.get(BASE, "").removeprefix(HEADS)
