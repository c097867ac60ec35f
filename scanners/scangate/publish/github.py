"""Publish to GitHub: a check run with annotations on a commit, and SARIF for code scanning.

https://docs.github.com/rest/checks/runs, https://docs.github.com/rest/code-scanning/code-scanning
"""

from __future__ import annotations

import base64
import gzip
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import requests

from scangate import __version__
from scangate.errors import PublishError, UsageError
from scangate.publish.batches import split_batches
from scangate.publish.review_comments import Review, ReviewComment

API_URL = "https://api.github.com"
CHECK_NAME = "scangate"
MAX_ANNOTATIONS_PER_REQUEST = 50
MAX_SUMMARY_LENGTH = 65_535
MAX_MESSAGE_BYTES = 64_000
MAX_SARIF_BYTES = 10_000_000  # compressed
TIMEOUTS = (5, 30)
MAX_ATTEMPTS = 4
RETRIED_STATUSES = {429, 500, 502, 503, 504}
MAX_RETRY_DELAY = 60.0
PERMISSION_HINT = "the token needs checks: write and security-events: write for this repository (a check run needs an app's token)"
HINTS = {**dict.fromkeys((401, 403, 404), PERMISSION_HINT), **dict.fromkeys(RETRIED_STATUSES, "run the same command again")}
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_COMMIT = re.compile(r"[0-9a-f]{40}")


class GitHubClient(msgspec.Struct, frozen=True):
    """A commit at GitHub. ``api``: address of the REST API, the only place that the token is sent to."""

    api: str
    repository: str
    commit: str
    token: str
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        address = urlsplit(self.api)
        local = address.scheme == "http" and address.hostname in {"127.0.0.1", "localhost", "::1"}
        if address.scheme != "https" and not local:
            raise UsageError("the API's address must use HTTPS", f"write it as --api {API_URL}")
        if not _REPOSITORY.fullmatch(self.repository):
            raise UsageError("not a GitHub repository", "write it as --repository OWNER/NAME")
        if not _COMMIT.fullmatch(self.commit):
            raise UsageError("verdict.json names no commit", "scan a git repository")

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Return the JSON of a response. Retries while GitHub is busy; raises PublishError unless it succeeds."""
        attempt = 1
        while True:
            response = self._send(method, path, body)
            busy = response.status_code in RETRIED_STATUSES or (response.status_code == 403 and "retry-after" in response.headers)
            if not busy or attempt == MAX_ATTEMPTS:
                return _parse_response(response)
            requested = response.headers.get("retry-after", "")
            self.sleep(min(float(requested) if requested.isdecimal() else 2.0**attempt, MAX_RETRY_DELAY))
            attempt += 1

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> requests.Response:
        headers = {
            "Accept": "application/vnd.github+json",
            "User-Agent": f"scangate/{__version__}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        url = f"{self.api.rstrip('/')}/repos/{self.repository}/{path}"

        def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
            request.headers["Authorization"] = f"Bearer {self.token}"  # without it requests sends what a .netrc has for the host
            return request

        try:
            return requests.request(
                method, url, json=body, headers=headers, auth=authorize, timeout=TIMEOUTS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise PublishError(type(error).__name__, "GitHub cannot be reached", "check the network and the proxy") from error


def _parse_response(response: requests.Response) -> Any:
    try:
        content = response.json()
    except ValueError as error:
        if response.ok:
            raise PublishError("NotJson", "the response is not from GitHub's API", "check --api and the proxy") from error
        content = None
    if response.status_code in {200, 201, 202}:
        return content
    message = str(content.get("message", "")) if isinstance(content, dict) else ""
    code = f"HTTP {response.status_code}"
    raise PublishError(code, " ".join(message[:300].split()) or "no reason given", HINTS.get(response.status_code, ""))


def publish_check_run(github: GitHubClient, review: Review, outcome: str) -> int:
    """Create or update the commit's check run; returns the number of its annotations."""
    found = github.request("GET", f"commits/{github.commit}/check-runs?check_name={CHECK_NAME}&filter=latest&per_page=100")
    ours = [run for run in found["check_runs"] if run["name"] == CHECK_NAME and run.get("external_id") == github.commit]
    existing = ours[0]["output"]["annotations_count"] if ours else 0  # GitHub appends annotations and never removes any
    first, *rest = list(split_batches(review.comments[existing:], MAX_ANNOTATIONS_PER_REQUEST)) or [[]]
    body: dict[str, Any] = {
        "name": CHECK_NAME,
        "external_id": github.commit,
        "status": "completed",
        "conclusion": "success" if review.approve else "failure",
        "output": _output(review, outcome, first),
    }
    if ours:
        number = ours[0]["id"]
        github.request("PATCH", f"check-runs/{number}", body)
    else:
        number = github.request("POST", "check-runs", {**body, "head_sha": github.commit})["id"]
    for batch in rest:
        github.request("PATCH", f"check-runs/{number}", {"output": _output(review, outcome, batch)})
    return len(review.comments)


def _output(review: Review, outcome: str, batch: Sequence[ReviewComment]) -> dict[str, Any]:
    summary = review.summary
    if len(summary) > MAX_SUMMARY_LENGTH:
        summary = summary[: MAX_SUMMARY_LENGTH - 3] + "..."
    annotations = [
        {
            "path": comment.path,
            "start_line": comment.line,
            "end_line": comment.end_line,
            "annotation_level": "failure",
            "title": comment.title[:255],
            "message": comment.body.encode("utf-8", "replace")[:MAX_MESSAGE_BYTES].decode("utf-8", "ignore"),
        }
        for comment in batch
    ]
    return {"title": f"scangate: {outcome}", "summary": summary, "annotations": annotations}


def upload_sarif(github: GitHubClient, sarif: str, ref: str) -> None:
    """Upload SARIF for ``ref`` (``refs/heads/NAME``, ``refs/pull/N/head``). Raises PublishError if it is rejected."""
    packed = gzip.compress(sarif.encode("utf-8", "backslashreplace"), mtime=0)
    if len(packed) > MAX_SARIF_BYTES:
        raise PublishError("TooLarge", f"the compressed SARIF has {len(packed)} bytes, more than {MAX_SARIF_BYTES}")
    body = {"commit_sha": github.commit, "ref": ref, "sarif": base64.b64encode(packed).decode(), "tool_name": CHECK_NAME}
    response = github.request("POST", "code-scanning/sarifs", body)
    status = github.request("GET", f"code-scanning/sarifs/{quote(str(response['id']), safe='')}")
    if status.get("processing_status") == "failed":
        raise PublishError("SarifFailed", "; ".join(map(str, status.get("errors") or ["no reason given"]))[:300])
