"""Publish to GitLab: a commit status, and a note on the merge request that a later verdict replaces.

https://docs.gitlab.com/api/commits/#set-commit-pipeline-status, https://docs.gitlab.com/api/notes/#merge-requests
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from scangate.errors import PublishError, UsageError
from scangate.publish.rest_client import RestClient

API_URL = "https://gitlab.com/api/v4"
STATUS_NAME = "scangate"
MAX_DESCRIPTION_LENGTH = 255
MAX_NOTE_LENGTH = 1_000_000
"""Characters of a note: https://docs.gitlab.com/administration/instance_limits/#size-of-comments-and-descriptions"""
NOTES_PER_PAGE = 100
MAX_PAGES = 50
MARK = "<!-- scangate -->"
"""The first line of our notes, which GitLab does not show."""
DENIED_HINT = "the token needs the scope api, and the role Developer in this project"
SAME_STATE = "Cannot transition status"
"""GitLab refuses to set a status that a commit has already."""
_QUICK_ACTION = re.compile(r"^([ \t]*)/", re.MULTILINE)
"""A line that GitLab would execute: https://docs.gitlab.com/user/project/quick_actions/"""
_PROJECT = re.compile(r"[0-9]{1,20}|[A-Za-z0-9_.-]{1,255}(?:/[A-Za-z0-9_.-]{1,255}){1,20}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def create_client(api: str, token: str) -> RestClient:
    """The API at ``api``, for a project, group or personal access token."""
    return RestClient("GitLab", api, ("PRIVATE-TOKEN", token), DENIED_HINT)


def project_path(project: str) -> str:
    """The part of an address for a project's number or full path. Raises UsageError for another text."""
    if not _PROJECT.fullmatch(project):
        raise UsageError("not a GitLab project", "write it as --project GROUP/NAME, or by its number")
    return f"projects/{quote(project, safe='')}"


def set_status(client: RestClient, project: str, commit: str, description: str, *, passed: bool) -> None:
    """Set the status of a commit. Raises UsageError if the verdict names none."""
    if not _COMMIT.fullmatch(commit):
        raise UsageError("verdict.json names no commit", "scan a git repository")
    body = {
        "state": "success" if passed else "failed",
        "name": STATUS_NAME,
        "description": description[:MAX_DESCRIPTION_LENGTH],
    }
    try:
        client.request("POST", f"{project_path(project)}/statuses/{commit}", body)
    except PublishError as error:
        if not (error.code == "HTTP 400" and SAME_STATE in error.message):  # an earlier verdict set the same state
            raise


def write_note(client: RestClient, project: str, merge_request: int, text: str) -> None:
    """Create our note on a merge request, or replace its text. ``text`` is Markdown."""
    notes = f"{project_path(project)}/merge_requests/{merge_request}/notes"
    plain = _QUICK_ACTION.sub(r"\1\\/", text)
    body = {"body": f"{MARK}\n{plain}"[:MAX_NOTE_LENGTH]}
    existing = _find_note(client, notes)
    if existing is None:
        client.request("POST", notes, body)
    else:
        client.request("PUT", f"{notes}/{existing}", body)


def _find_note(client: RestClient, notes: str) -> int | None:
    """The number of our note: one that begins with the mark, and that the token's own user wrote; others could have copied it."""
    user = client.request("GET", "user").get("id")
    for page in range(1, MAX_PAGES + 1):
        found: list[dict[str, Any]] = client.request("GET", f"{notes}?sort=asc&per_page={NOTES_PER_PAGE}&page={page}")
        if not isinstance(found, list):
            raise PublishError("NotNotes", "the response of GitLab is not a list of notes", "check --api and the proxy")
        ours = (each for each in found if each.get("body", "").startswith(MARK) and each.get("author", {}).get("id") == user)
        if (note := next(ours, None)) is not None:
            return int(note["id"])
        if len(found) < NOTES_PER_PAGE:
            break
    return None
