"""Publish to Bitbucket Cloud: a Code Insights report with annotations, and a build status.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-reports/,
https://developer.atlassian.com/cloud/bitbucket/rest/api-group-commit-statuses/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scangate.errors import UsageError
from scangate.model import Severity
from scangate.publish.batches import split_batches
from scangate.publish.rest_client import RestClient
from scangate.publish.review_comments import ReviewComment

API_URL = "https://api.bitbucket.org/2.0"
REPORT_ID = "scangate"
MAX_ANNOTATIONS = 1000
MAX_ANNOTATIONS_PER_REQUEST = 100
MAX_DETAILS_LENGTH = 2000
MAX_SUMMARY_LENGTH = 450
MAX_DESCRIPTION_LENGTH = 255
DENIED_HINT = "the token needs the scope repository:write for this repository"
SEVERITIES: Mapping[Severity, str] = {
    Severity.CRITICAL: "CRITICAL",
    Severity.HIGH: "HIGH",
    Severity.MEDIUM: "MEDIUM",
    Severity.LOW: "LOW",
    Severity.INFO: "LOW",
    Severity.UNKNOWN: "HIGH",
}
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,62}/[A-Za-z0-9_.-]{1,62}")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def create_client(api: str, token: str) -> RestClient:
    """The API at ``api``, for a repository, project or workspace access token."""
    return RestClient("Bitbucket", api, ("Authorization", f"Bearer {token}"), DENIED_HINT)


def commit_path(repository: str, commit: str) -> str:
    """The part of an address for a commit. Raises UsageError for what is no repository or commit."""
    if not _REPOSITORY.fullmatch(repository):
        raise UsageError("not a Bitbucket repository", "write it as --repository WORKSPACE/NAME")
    if not _COMMIT.fullmatch(commit):
        raise UsageError("verdict.json names no commit", "scan a git repository")
    return f"repositories/{repository}/commit/{commit}"


def publish_report(
    client: RestClient, commit: str, details: str, comments: Sequence[tuple[Severity, ReviewComment]], *, passed: bool
) -> int:
    """Replace the report of a commit, and return the number of its annotations. ``commit``: from `commit_path`.

    An earlier report is removed first, and its annotations with it: Bitbucket only adds to those of a report.
    """
    report = f"{commit}/reports/{REPORT_ID}"
    client.request("DELETE", report, allowed=(404,))
    body = {
        "title": "scangate",
        "details": details[:MAX_DETAILS_LENGTH],
        "report_type": "SECURITY",
        "reporter": "scangate",
        "result": "PASSED" if passed else "FAILED",
    }
    client.request("PUT", report, body)
    annotations = [_annotation(severity, comment) for severity, comment in comments[:MAX_ANNOTATIONS]]
    for batch in split_batches(annotations, MAX_ANNOTATIONS_PER_REQUEST):
        client.request("POST", f"{report}/annotations", batch)
    return len(annotations)


def _annotation(severity: Severity, comment: ReviewComment) -> dict[str, Any]:
    return {
        "external_id": comment.fingerprint,
        "annotation_type": "VULNERABILITY",
        "path": comment.path,
        "line": comment.line,
        "summary": comment.title[:MAX_SUMMARY_LENGTH],
        "details": comment.body[:MAX_DETAILS_LENGTH],
        "severity": SEVERITIES[severity],
        "result": "FAILED",
    }


def set_status(client: RestClient, commit: str, url: str, description: str, *, passed: bool) -> None:
    """Set the build status of a commit. ``url``: the page of the build. ``commit``: from `commit_path`."""
    body = {
        "key": REPORT_ID,
        "name": "scangate",
        "state": "SUCCESSFUL" if passed else "FAILED",
        "description": description[:MAX_DESCRIPTION_LENGTH],
        "url": url,
    }
    client.request("POST", f"{commit}/statuses/build", body)
