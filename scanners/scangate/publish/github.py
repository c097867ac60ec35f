"""Publish to GitHub: a check run with annotations on a commit, and SARIF for code scanning.

https://docs.github.com/rest/checks/runs, https://docs.github.com/rest/code-scanning/code-scanning
"""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec

from scangate.errors import PublishError, UsageError
from scangate.publish.batches import split_batches
from scangate.publish.rest_client import RestClient
from scangate.publish.review_comments import Review, ReviewComment

API_URL = "https://api.github.com"
CHECK_NAME = "scangate"
MAX_ANNOTATIONS_PER_REQUEST = 50
MAX_SUMMARY_LENGTH = 65_535
MAX_MESSAGE_BYTES = 64_000
MAX_SARIF_BYTES = 10_000_000  # compressed
HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
DENIED_HINT = "the token needs checks: write and security-events: write for this repository (a check run needs an app's token)"
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_COMMIT = re.compile(r"[0-9a-f]{40}")


class GitHubCommit(msgspec.Struct, frozen=True):
    """A commit of a repository (``OWNER/NAME``) at GitHub. Raises UsageError for what is no repository or commit."""

    client: RestClient
    repository: str
    commit: str

    def __post_init__(self) -> None:
        if not _REPOSITORY.fullmatch(self.repository):
            raise UsageError("not a GitHub repository", "write it as --repository OWNER/NAME")
        if not _COMMIT.fullmatch(self.commit):
            raise UsageError("verdict.json names no commit", "scan a git repository")

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The JSON of a response about the repository. Raises PublishError as the client does."""
        return self.client.request(method, f"repos/{self.repository}/{path}", body)


def create_client(api: str, token: str) -> RestClient:
    """The API at ``api``, for a token of an app or of GitHub Actions."""
    return RestClient("GitHub", api, ("Authorization", f"Bearer {token}"), DENIED_HINT, HEADERS)


def publish_check_run(github: GitHubCommit, review: Review, outcome: str) -> int:
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


def upload_sarif(github: GitHubCommit, sarif: str, ref: str) -> None:
    """Upload SARIF for ``ref`` (``refs/heads/NAME``, ``refs/pull/N/head``). Raises PublishError if it is rejected."""
    packed = gzip.compress(sarif.encode("utf-8", "backslashreplace"), mtime=0)
    if len(packed) > MAX_SARIF_BYTES:
        raise PublishError("TooLarge", f"the compressed SARIF has {len(packed)} bytes, more than {MAX_SARIF_BYTES}")
    body = {"commit_sha": github.commit, "ref": ref, "sarif": base64.b64encode(packed).decode(), "tool_name": CHECK_NAME}
    response = github.request("POST", "code-scanning/sarifs", body)
    status = github.request("GET", f"code-scanning/sarifs/{quote(str(response['id']), safe='')}")
    if status.get("processing_status") == "failed":
        raise PublishError("SarifFailed", "; ".join(map(str, status.get("errors") or ["no reason given"]))[:300])
