"""A strict fake of ECR: repositories with immutable tags, and scan findings set by tests."""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict
from typing import Any

from tests.support.aws.protocol import AwsError

__all__ = ["FakeRegistry"]


class FakeRegistry:
    """``images``: repository, then digest, then manifest. ``tags``: repository and tag, then digest. ``findings``: what a scan
    finds in every image; None where ECR does not scan."""

    def __init__(self, *repositories: str) -> None:
        self.images: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.tags: dict[tuple[str, str], str] = {}
        self.findings: list[dict[str, Any]] | None = []
        self.repositories = set(repositories)
        self.service = {
            "GetAuthorizationToken": self._token,
            "PutImage": self._put,
            "BatchGetImage": self._get,
            "DescribeImages": self._describe,
            "DescribeImageScanFindings": self._findings,
        }

    def _token(self, _asked: Any) -> dict[str, Any]:
        return {"authorizationData": [{"authorizationToken": base64.b64encode(b"AWS:twelve-hours").decode()}]}

    def _repository(self, request: Any) -> str:
        name = str(request["repositoryName"])
        if name not in self.repositories:
            raise AwsError("RepositoryNotFoundException", f"no repository {name}")
        return name

    def _put(self, request: Any) -> dict[str, Any]:
        name, tag = self._repository(request), request["imageTag"]
        digest = "sha256:" + hashlib.sha256(request["imageManifest"].encode()).hexdigest()
        if self.tags.setdefault((name, tag), digest) != digest:
            raise AwsError("ImageTagAlreadyExistsException", f"{tag} is immutable")
        self.images[name][digest] = request["imageManifest"]
        return {"image": {"repositoryName": name, "imageId": {"imageDigest": digest, "imageTag": tag}}}

    def _get(self, request: Any) -> dict[str, Any]:
        name = self._repository(request)
        requested = [each["imageDigest"] for each in request["imageIds"]]
        known = self.images[name]
        return {"images": [{"imageId": {"imageDigest": each}, "imageManifest": known[each]} for each in requested if each in known]}

    def _describe(self, request: Any) -> dict[str, Any]:
        name = self._repository(request)
        digests = [self.tags.get((name, each["imageTag"])) for each in request["imageIds"]]
        if None in digests:
            raise AwsError("ImageNotFoundException", "no such image")
        return {"imageDetails": [{"repositoryName": name, "imageDigest": digest} for digest in digests]}

    def _findings(self, request: Any) -> dict[str, Any]:
        if request["imageId"]["imageDigest"] not in self.images[self._repository(request)]:
            raise AwsError("ImageNotFoundException", "no such image")
        if self.findings is None:
            raise AwsError("UnsupportedImageTypeException", "this image is not scanned")
        found = {"findings": self.findings}
        return {"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": found}
