"""Asks ECR what it found in an image, and waits for a scan that is under way; judges nothing, and hides nothing it was told."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import msgspec

from scanners.errors import PublishError, UsageError
from scanners.publish.client import ask

__all__ = ["Image", "answer", "image"]

_IMAGE = re.compile(
    r"(?:(?P<registry>[0-9]{12})\.dkr\.ecr[.-][a-z0-9.-]+/)?(?P<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)@(?P<digest>sha256:[0-9a-f]{64})"
)
WAITING = {"IN_PROGRESS", "PENDING"}
SECONDS_BETWEEN = 5.0
PAGES = 1000


class Image(msgspec.Struct, frozen=True):
    """An image in a registry, by its digest: a tag could be another one a moment later."""

    repository: str
    digest: str
    registry: str = ""


def image(text: str) -> Image:
    """The image that ``text`` names. UsageError for one without a digest."""
    match = _IMAGE.fullmatch(text)
    if match is None:
        raise UsageError(
            f"not an image with its digest: {text}", "write it as REPOSITORY@sha256:DIGEST; docker push prints the digest"
        )
    return Image(match["repository"], match["digest"], match["registry"] or "")


def answer(ecr: Any, wanted: Image, seconds: float, *, pause: Callable[[float], None] = time.sleep) -> str:
    """What ECR says of the image, as JSON: ``status``, ``description`` and ``findings``, one a line, by name.

    Waits up to ``seconds`` for a scan that is under way or has not begun. Where ECR does not answer, the status is the error.
    """
    rest = seconds
    while True:
        status, description, findings = _told(ecr, wanted)
        if status not in {*WAITING, "ScanNotFoundException"} or rest <= 0:
            return _laid_out(status, description, findings)
        pause(min(SECONDS_BETWEEN, rest))
        rest -= SECONDS_BETWEEN


def _told(ecr: Any, wanted: Image) -> tuple[str, str, list[Any]]:
    registry = {"registryId": wanted.registry} if wanted.registry else {}
    asked = {"repositoryName": wanted.repository, "imageId": {"imageDigest": wanted.digest}, **registry}
    findings: list[Any] = []
    token: dict[str, str] = {}
    try:
        for _ in range(PAGES):
            page = ask(lambda: ecr.describe_image_scan_findings(**asked, **token))  # noqa: B023
            told = page.get("imageScanFindings") or {}
            findings += [*told.get("findings", []), *told.get("enhancedFindings", [])]
            if not page.get("nextToken"):
                state = page.get("imageScanStatus") or {}
                return state.get("status", "no status"), state.get("description", ""), findings
            token = {"nextToken": page["nextToken"]}
    except PublishError as error:
        return error.code, error.message, []
    return "TooManyPages", f"more than {PAGES} pages of findings", []


def _laid_out(status: str, description: str, findings: list[Any]) -> str:
    lines = sorted(json.dumps(entry, sort_keys=True, default=str) for entry in findings)
    return (
        f'{{"status": {json.dumps(status)},\n"description": {json.dumps(description)},\n"findings": [\n'
        + ",\n".join(lines)
        + "\n]}\n"
    )
