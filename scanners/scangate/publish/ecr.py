"""Asks ECR what it found in an image, and waits for a scan that is under way; judges nothing, and hides nothing it was told."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from scangate.errors import PublishError, UsageError
from scangate.publish.aws_client import call_aws
from scangate.publish.aws_partition import dns_suffix_for_region, partition_for_region

__all__ = ["ImageReference", "fetch_scan_findings", "parse_image_reference"]

_REGION = r"(?P<region>[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2})"
_HOST = rf"(?P<registry>[0-9]{{12}})\.dkr[.-]ecr(?:-fips)?\.{_REGION}\.(?P<domain>[a-z0-9.-]+)/"
_ARN = rf"arn:(?P<partition>aws[a-z-]*):ecr:{_REGION}:(?P<registry>[0-9]{{12}}):repository/"
_NO_HOST = r"(?![0-9]{12}\.dkr[.-]|public\.ecr\.aws/)"  # a host, which a repository's name could be as well
_NAME = r"(?P<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)@(?P<digest>sha256:[0-9a-f]{64})"
_REFERENCE_FORMS = tuple(re.compile(start + _NAME) for start in (_HOST, _ARN, _NO_HOST))
DUAL_STACK_DOMAINS = {"on.aws", "on.amazonwebservices.com.cn"}
FINISHED_STATES = {"COMPLETE", "ACTIVE"}
PENDING_STATES = {"IN_PROGRESS", "PENDING"}
POLL_SECONDS = 5.0
MAX_PAGES = 1000


class ImageReference(msgspec.Struct, frozen=True):
    """An image in a registry, by its digest: a tag could be another one a moment later. Empty: the caller's own registry, the
    region of the environment."""

    repository: str
    digest: str
    registry_id: str = ""
    region: str = ""


def parse_image_reference(text: str, region: str = "") -> ImageReference:
    """The image that ``text`` names: REPOSITORY@DIGEST, with the registry's host before it, or its ARN; these name their region.

    UsageError for one without a digest, or in another region than ``region``, where that is given.
    """
    told = next((match.groupdict() for match in (form.fullmatch(text) for form in _REFERENCE_FORMS) if match), None)
    if told is None or not _matches_region(told):
        raise UsageError(
            f"not an image with its digest: {text}", "write it as REPOSITORY@sha256:DIGEST; docker push prints the digest"
        )
    there = told.get("region") or ""
    if region and there not in {"", region}:
        raise UsageError(f"the image is in {there}, not in {region}", "leave out --image-region: the image names its own")
    return ImageReference(told["repository"], told["digest"], told.get("registry") or "", there or region)


def _matches_region(parts: Mapping[str, str]) -> bool:
    """Whether what stands before the name fits to its region: another host is no registry of ours."""
    if "domain" in parts:
        return parts["domain"] in {dns_suffix_for_region(parts["region"]), *DUAL_STACK_DOMAINS}
    return "partition" not in parts or parts["partition"] == partition_for_region(parts["region"])


def fetch_scan_findings(ecr: Any, image: ImageReference, timeout: float, *, sleep: Callable[[float], None] = time.sleep) -> str:
    """What ECR says of the image, as JSON: ``status``, ``description`` and ``findings``, one a line, by name.

    Waits up to ``seconds`` for a scan that is under way or has not begun. Where ECR does not answer, the status is the error.
    """
    rest = timeout
    while True:
        status, description, findings = _describe_findings(ecr, image)
        if status not in {*PENDING_STATES, "ScanNotFoundException"} or rest <= 0:
            return _render_json(status, description, findings)
        sleep(min(POLL_SECONDS, rest))
        rest -= POLL_SECONDS


def _describe_findings(ecr: Any, image: ImageReference) -> tuple[str, str, list[Any]]:
    registry = {"registryId": image.registry_id} if image.registry_id else {}
    asked = {"repositoryName": image.repository, "imageId": {"imageDigest": image.digest}, **registry}
    findings: list[Any] = []
    token: dict[str, str] = {}
    try:
        for _ in range(MAX_PAGES):
            page = call_aws(lambda: ecr.describe_image_scan_findings(**asked, **token))  # noqa: B023
            told = page.get("imageScanFindings")
            if told is None and (page.get("imageScanStatus") or {}).get("status") in FINISHED_STATES:
                return "NoFindings", "the scan is done, and there is no list of what it found", []
            told = told or {}
            findings += [*told.get("findings", []), *told.get("enhancedFindings", [])]
            if not page.get("nextToken"):
                state = page.get("imageScanStatus") or {}
                return state.get("status", "no status"), state.get("description", ""), findings
            token = {"nextToken": page["nextToken"]}
    except PublishError as error:
        return error.code, error.message, []
    return "TooManyPages", f"more than {MAX_PAGES} pages of findings", []


def _render_json(status: str, description: str, findings: list[Any]) -> str:
    lines = sorted(json.dumps(entry, sort_keys=True, default=str) for entry in findings)
    return (
        f'{{"status": {json.dumps(status)},\n"description": {json.dumps(description)},\n"findings": [\n'
        + ",\n".join(lines)
        + "\n]}\n"
    )
