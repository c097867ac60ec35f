"""Fetch the findings of an ECR image scan, and wait for a scan in progress."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from scangate.errors import PublishError, UsageError
from scangate.publish.aws_client import create_client, limit_pages, translate_errors
from scangate.publish.aws_partition import lookup_partition

if TYPE_CHECKING:
    from types_boto3_ecr.type_defs import DescribeImageScanFindingsRequestPaginateTypeDef

_REGION = r"(?P<region>[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2})"
_HOST = rf"(?P<registry>[0-9]{{12}})\.dkr[.-]ecr(?:-fips)?\.{_REGION}\.(?P<domain>[a-z0-9.-]+)/"
_ARN = rf"arn:(?P<partition>aws[a-z-]*):ecr:{_REGION}:(?P<registry>[0-9]{{12}}):repository/"
_NO_HOST = r"(?![0-9]{12}\.dkr[.-]|public\.ecr\.aws/)"  # else a host would be taken for a repository
_NAME = r"(?P<repository>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)@(?P<digest>sha256:[0-9a-f]{64})"
_REFERENCE_FORMS = tuple(re.compile(prefix + _NAME) for prefix in (_HOST, _ARN, _NO_HOST))
DUAL_STACK_DOMAINS = {"on.aws", "on.amazonwebservices.com.cn"}
FINISHED_STATES = {"COMPLETE", "ACTIVE"}
PENDING_STATES = {"IN_PROGRESS", "PENDING", "ScanNotFoundException"}
POLL_SECONDS = 5.0


class ImageReference(msgspec.Struct, frozen=True):
    """An image by digest: a tag can move. Empty ``registry_id``: the caller's registry; empty ``region``: the environment's."""

    repository: str
    digest: str
    registry_id: str = ""
    region: str = ""


def parse_image_reference(text: str, region: str = "") -> ImageReference:
    """Parse REPOSITORY@DIGEST, with or without the registry's host, or an image's ARN.

    Raises UsageError if there is no digest, or if the reference names another region than ``region`` (empty: any).
    """
    parts = next((match.groupdict() for match in (form.fullmatch(text) for form in _REFERENCE_FORMS) if match), None)
    if parts is None or not _matches_region(parts):
        hint = "write it as REPOSITORY@sha256:DIGEST; docker push prints the digest"
        raise UsageError(f"not an image with a digest: {text}", hint)
    own_region = parts.get("region") or ""
    if region and own_region not in {"", region}:
        raise UsageError(f"the image is in {own_region}, not in {region}", "omit --image-region: the reference has a region")
    return ImageReference(parts["repository"], parts["digest"], parts.get("registry") or "", own_region or region)


def _matches_region(parts: Mapping[str, str]) -> bool:
    """Whether host or ARN belong to AWS in their region."""
    partition, dns_suffix = lookup_partition(parts.get("region", ""))
    if "domain" in parts:
        return parts["domain"] in {dns_suffix, *DUAL_STACK_DOMAINS}
    return parts.get("partition", partition) == partition


def fetch_scan_findings(image: ImageReference, timeout: float, *, sleep: Callable[[float], None] = time.sleep) -> str:
    """Return ECR's scan of the image as JSON: ``status``, ``description`` and the sorted ``findings``, one a line.

    Waits up to ``timeout`` seconds for a scan that has not finished. If ECR fails, ``status`` is the error's code.
    """
    remaining = timeout
    while True:
        status, description, findings = _describe_findings(image)
        if status not in PENDING_STATES or remaining <= 0:
            lines = sorted(json.dumps(entry, sort_keys=True, default=str) for entry in findings)
            head = f'{{"status": {json.dumps(status)},\n"description": {json.dumps(description)},\n"findings": [\n'
            return head + ",\n".join(lines) + "\n]}\n"
        sleep(min(POLL_SECONDS, remaining))
        remaining -= POLL_SECONDS


def _describe_findings(image: ImageReference) -> tuple[str, str, list[Any]]:
    request: DescribeImageScanFindingsRequestPaginateTypeDef = {
        "repositoryName": image.repository,
        "imageId": {"imageDigest": image.digest},
    }
    if image.registry_id:
        request["registryId"] = image.registry_id
    status, description, findings = "no status", "", list[Any]()
    try:
        with translate_errors():
            pages = create_client("ecr", image.region).get_paginator("describe_image_scan_findings").paginate(**request)
            for page in limit_pages(pages):
                found = page.get("imageScanFindings")
                findings += [*(found or {}).get("findings", []), *(found or {}).get("enhancedFindings", [])]
                state = page.get("imageScanStatus") or {}
                status, description = state.get("status", "no status"), state.get("description", "")
                if found is None and status in FINISHED_STATES:
                    return "NoFindings", "the scan has finished without a list of findings", []
    except PublishError as error:
        return error.code, error.message, []
    return status, description, findings
