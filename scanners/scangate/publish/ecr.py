"""Asks ECR what it found in an image, and waits for a scan that is under way; judges nothing, and hides nothing it was told."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from scangate.errors import PublishError, UsageError
from scangate.publish.client import ask
from scangate.publish.partition import domain_of, partition_of

__all__ = ["Image", "answer", "image"]

_REGION = r"(?P<region>[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2})"
_HOST = rf"(?P<registry>[0-9]{{12}})\.dkr[.-]ecr(?:-fips)?\.{_REGION}\.(?P<domain>[a-z0-9.-]+)/"
_ARN = rf"arn:(?P<partition>aws[a-z-]*):ecr:{_REGION}:(?P<registry>[0-9]{{12}}):repository/"
_BARE = r"(?![0-9]{12}\.dkr[.-]|public\.ecr\.aws/)"  # a host, which a repository's name could be as well
_NAME = r"(?P<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)@(?P<digest>sha256:[0-9a-f]{64})"
_FORMS = tuple(re.compile(start + _NAME) for start in (_HOST, _ARN, _BARE))
DUAL_STACK = {"on.aws", "on.amazonwebservices.com.cn"}
DONE = {"COMPLETE", "ACTIVE"}
WAITING = {"IN_PROGRESS", "PENDING"}
SECONDS_BETWEEN = 5.0
PAGES = 1000


class Image(msgspec.Struct, frozen=True):
    """An image in a registry, by its digest: a tag could be another one a moment later. Empty: the caller's own registry, the
    region of the environment."""

    repository: str
    digest: str
    registry: str = ""
    region: str = ""


def image(text: str, region: str = "") -> Image:
    """The image that ``text`` names: REPOSITORY@DIGEST, with the registry's host before it, or its ARN; these name their region.

    UsageError for one without a digest, or in another region than ``region``, where that is given.
    """
    told = next((match.groupdict() for match in (form.fullmatch(text) for form in _FORMS) if match), None)
    if told is None or not _is_one_place(told):
        raise UsageError(
            f"not an image with its digest: {text}", "write it as REPOSITORY@sha256:DIGEST; docker push prints the digest"
        )
    there = told.get("region") or ""
    if region and there not in {"", region}:
        raise UsageError(f"the image is in {there}, not in {region}", "leave out --image-region: the image names its own")
    return Image(told["repository"], told["digest"], told.get("registry") or "", there or region)


def _is_one_place(told: Mapping[str, str]) -> bool:
    """Whether what stands before the name fits to its region: another host is no registry of ours."""
    if "domain" in told:
        return told["domain"] in {domain_of(told["region"]), *DUAL_STACK}
    return "partition" not in told or told["partition"] == partition_of(told["region"])


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
            told = page.get("imageScanFindings")
            if told is None and (page.get("imageScanStatus") or {}).get("status") in DONE:
                return "NoFindings", "the scan is done, and there is no list of what it found", []
            told = told or {}
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
