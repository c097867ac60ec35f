"""Speaks on a commit at GitHub by its API: a check run with annotations, and the SARIF of the run for code scanning.

https://docs.github.com/rest/checks/runs, https://docs.github.com/rest/code-scanning/code-scanning
"""

from __future__ import annotations

import base64
import gzip
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import requests

from scangate import __version__
from scangate.errors import PublishError, UsageError
from scangate.publish.review_comments import Review, ReviewComment

__all__ = ["API_URL", "GitHubClient", "publish_check_run", "upload_sarif"]

API_URL = "https://api.github.com"
CHECK_NAME = "scangate"
MAX_ANNOTATIONS_PER_REQUEST = 50  # in one request; more are added by further ones
MAX_SUMMARY_LENGTH = 65_535
MAX_MESSAGE_BYTES = 64_000  # bytes
MAX_SARIF_BYTES = 10_000_000  # compressed
TIMEOUTS = (5, 30)
MAX_ATTEMPTS = 4
RETRIED_STATUSES = {429, 500, 502, 503, 504}
MAX_RETRY_DELAY = 60.0
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_COMMIT = re.compile(r"[0-9a-f]{40}")


class _BearerAuth(requests.auth.AuthBase):
    """The token, set where requests would else put what a .netrc holds for the host."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class GitHubClient(msgspec.Struct, frozen=True):
    """Where to speak: ``api`` is the address of the REST API, ``token`` goes nowhere else and is never shown."""

    api: str
    repository: str
    commit: str
    token: str
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        address = urlsplit(self.api)
        local = address.hostname in {"127.0.0.1", "localhost", "::1"}
        if address.scheme != "https" and not (address.scheme == "http" and local):
            raise UsageError("the API's address is not one of HTTPS", f"give it as --api {API_URL}")
        if not _REPOSITORY.fullmatch(self.repository):
            raise UsageError("not a repository of GitHub", "give it as --repository OWNER/NAME")
        if not _COMMIT.fullmatch(self.commit):
            raise UsageError("the verdict.json does not say which commit was scanned", "scan a git repository")

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request, tried again where GitHub is busy; the answer's JSON. PublishError for everything but a success."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            answer = self._send(method, path, body)
            busy = answer.status_code in RETRIED_STATUSES or (answer.status_code == 403 and "retry-after" in answer.headers)
            if not busy or attempt == MAX_ATTEMPTS:
                return _parse_response(answer)
            self.sleep(_retry_delay(answer, attempt))
        raise AssertionError("unreachable")

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> requests.Response:
        headers = {
            "Accept": "application/vnd.github+json",
            "User-Agent": f"scangate/{__version__}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        try:
            url = f"{self.api.rstrip('/')}/repos/{self.repository}/{path}"
            return requests.request(
                method, url, json=body, headers=headers, auth=_BearerAuth(self.token), timeout=TIMEOUTS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise PublishError(type(error).__name__, "GitHub cannot be reached", "look at the network and the proxy") from error


def _parse_response(answer: requests.Response) -> Any:
    if answer.status_code not in {200, 201, 202}:
        raise PublishError(f"HTTP {answer.status_code}", _error_message(answer), _hint(answer.status_code))
    try:
        return answer.json()
    except ValueError as error:
        raise PublishError("NotJson", "what answers is not GitHub's API", "look at --api, and at the proxy") from error


def _error_message(answer: requests.Response) -> str:
    try:
        told = answer.json()
        return " ".join(str(told.get("message", ""))[:300].split()) or "no reason given"
    except (ValueError, AttributeError):
        return "no reason given"


def _hint(status: int) -> str:
    rights = "the token needs checks: write and security-events: write for this repository (a check run needs an app's token)"
    return rights if status in {401, 403, 404} else "run the same command again" if status in RETRIED_STATUSES else ""


def _retry_delay(answer: requests.Response, attempt: int) -> float:
    told = answer.headers.get("retry-after", "")
    return min(float(told) if told.isdecimal() else 2.0**attempt, MAX_RETRY_DELAY)


def publish_check_run(github: GitHubClient, review: Review, outcome: str) -> int:
    """Makes the check run of the commit, or brings ours up to date; returns how many annotations it has."""
    found = github.request("GET", f"commits/{github.commit}/check-runs?check_name={CHECK_NAME}&filter=latest&per_page=100")
    ours = [run for run in found["check_runs"] if run["name"] == CHECK_NAME and run.get("external_id") == github.commit]
    had = ours[0]["output"]["annotations_count"] if ours else 0  # they stay: GitHub adds annotations, and takes none away
    first, *rest = list(_batches(review.comments[had:])) or [[]]
    body: dict[str, Any] = {
        "name": CHECK_NAME,
        "head_sha": github.commit,
        "external_id": github.commit,
        "status": "completed",
        "conclusion": "success" if review.approve else "failure",
        "output": _output(review, outcome, first),
    }
    if ours:
        number = ours[0]["id"]
        body.pop("head_sha")
        github.request("PATCH", f"check-runs/{number}", body)
    else:
        number = github.request("POST", "check-runs", body)["id"]
    for batch in rest:
        github.request("PATCH", f"check-runs/{number}", {"output": _output(review, outcome, batch)})
    return len(review.comments)


def _output(review: Review, outcome: str, batch: Sequence[ReviewComment]) -> dict[str, Any]:
    summary = review.summary if len(review.summary) <= MAX_SUMMARY_LENGTH else review.summary[: MAX_SUMMARY_LENGTH - 3] + "..."
    return {"title": f"scangate: {outcome}", "summary": summary, "annotations": [_annotation(remark) for remark in batch]}


def _annotation(comment: ReviewComment) -> dict[str, Any]:
    return {
        "path": comment.path,
        "start_line": comment.line,
        "end_line": comment.end_line,
        "annotation_level": "failure",
        "title": comment.title[:255],
        "message": comment.body.encode("utf-8", "replace")[:MAX_MESSAGE_BYTES].decode("utf-8", "ignore"),
    }


def _batches(comments: Sequence[ReviewComment]) -> Iterator[Sequence[ReviewComment]]:
    for start in range(0, len(comments), MAX_ANNOTATIONS_PER_REQUEST):
        yield comments[start : start + MAX_ANNOTATIONS_PER_REQUEST]


def upload_sarif(github: GitHubClient, sarif: str, ref: str) -> None:
    """Hands the SARIF to code scanning for ``ref`` (``refs/heads/NAME``, ``refs/pull/N/head``). PublishError if it is refused."""
    packed = gzip.compress(sarif.encode("utf-8", "backslashreplace"), mtime=0)
    if len(packed) > MAX_SARIF_BYTES:
        raise PublishError("TooLarge", f"the SARIF has {len(packed)} bytes packed, and {MAX_SARIF_BYTES} are taken")
    body = {"commit_sha": github.commit, "ref": ref, "sarif": base64.b64encode(packed).decode(), "tool_name": CHECK_NAME}
    answer = github.request("POST", "code-scanning/sarifs", body)
    status = github.request("GET", f"code-scanning/sarifs/{quote(str(answer['id']), safe='')}")
    if status.get("processing_status") == "failed":
        told = "; ".join(map(str, status.get("errors") or ["no reason given"]))[:300]
        raise PublishError("SarifFailed", told)
