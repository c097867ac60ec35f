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
from scangate.publish.change import Remark, Words

__all__ = ["API", "GitHub", "check", "upload"]

API = "https://api.github.com"
NAME = "scangate"
MOST_ANNOTATIONS = 50  # in one request; more are added by further ones
LONGEST_SUMMARY = 65_535
LONGEST_MESSAGE = 64_000  # bytes
MOST_SARIF_BYTES = 10_000_000  # compressed
SECONDS = (5, 30)
ATTEMPTS = 4
AGAIN = {429, 500, 502, 503, 504}
MOST_WAIT = 60.0
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_COMMIT = re.compile(r"[0-9a-f]{40}")


class _Bearer(requests.auth.AuthBase):
    """The token, set where requests would else put what a .netrc holds for the host."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class GitHub(msgspec.Struct, frozen=True):
    """Where to speak: ``api`` is the address of the REST API, ``token`` goes nowhere else and is never shown."""

    api: str
    repository: str
    commit: str
    token: str
    pause: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        address = urlsplit(self.api)
        local = address.hostname in {"127.0.0.1", "localhost", "::1"}
        if address.scheme != "https" and not (address.scheme == "http" and local):
            raise UsageError("the API's address is not one of HTTPS", f"give it as --api {API}")
        if not _REPOSITORY.fullmatch(self.repository):
            raise UsageError("not a repository of GitHub", "give it as --repository OWNER/NAME")
        if not _COMMIT.fullmatch(self.commit):
            raise UsageError("the verdict.json does not say which commit was scanned", "scan a git repository")

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request, tried again where GitHub is busy; the answer's JSON. PublishError for everything but a success."""
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._once(method, path, body)
            busy = answer.status_code in AGAIN or (answer.status_code == 403 and "retry-after" in answer.headers)
            if not busy or attempt == ATTEMPTS:
                return _read(answer)
            self.pause(_wait(answer, attempt))
        raise AssertionError("unreachable")

    def _once(self, method: str, path: str, body: Mapping[str, Any] | None) -> requests.Response:
        headers = {
            "Accept": "application/vnd.github+json",
            "User-Agent": f"scangate/{__version__}",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        try:
            url = f"{self.api.rstrip('/')}/repos/{self.repository}/{path}"
            return requests.request(
                method, url, json=body, headers=headers, auth=_Bearer(self.token), timeout=SECONDS, allow_redirects=False
            )
        except requests.RequestException as error:
            raise PublishError(type(error).__name__, "GitHub cannot be reached", "look at the network and the proxy") from error


def _read(answer: requests.Response) -> Any:
    if answer.status_code not in {200, 201, 202}:
        raise PublishError(f"HTTP {answer.status_code}", _said(answer), _hint(answer.status_code))
    try:
        return answer.json()
    except ValueError as error:
        raise PublishError("NotJson", "what answers is not GitHub's API", "look at --api, and at the proxy") from error


def _said(answer: requests.Response) -> str:
    try:
        told = answer.json()
        return " ".join(str(told.get("message", ""))[:300].split()) or "no reason given"
    except (ValueError, AttributeError):
        return "no reason given"


def _hint(status: int) -> str:
    rights = "the token needs checks: write and security-events: write for this repository (a check run needs an app's token)"
    return rights if status in {401, 403, 404} else "run the same command again" if status in AGAIN else ""


def _wait(answer: requests.Response, attempt: int) -> float:
    told = answer.headers.get("retry-after", "")
    return min(float(told) if told.isdecimal() else 2.0**attempt, MOST_WAIT)


def check(github: GitHub, words: Words, outcome: str) -> int:
    """Makes the check run of the commit, or brings ours up to date; returns how many annotations it has."""
    found = github.ask("GET", f"commits/{github.commit}/check-runs?check_name={NAME}&filter=latest&per_page=100")
    ours = [run for run in found["check_runs"] if run["name"] == NAME and run.get("external_id") == github.commit]
    had = ours[0]["output"]["annotations_count"] if ours else 0  # they stay: GitHub adds annotations, and takes none away
    first, *rest = list(_batches(words.remarks[had:])) or [[]]
    body: dict[str, Any] = {
        "name": NAME,
        "head_sha": github.commit,
        "external_id": github.commit,
        "status": "completed",
        "conclusion": "success" if words.approve else "failure",
        "output": _output(words, outcome, first),
    }
    if ours:
        number = ours[0]["id"]
        body.pop("head_sha")
        github.ask("PATCH", f"check-runs/{number}", body)
    else:
        number = github.ask("POST", "check-runs", body)["id"]
    for batch in rest:
        github.ask("PATCH", f"check-runs/{number}", {"output": _output(words, outcome, batch)})
    return len(words.remarks)


def _output(words: Words, outcome: str, batch: Sequence[Remark]) -> dict[str, Any]:
    summary = words.summary if len(words.summary) <= LONGEST_SUMMARY else words.summary[: LONGEST_SUMMARY - 3] + "..."
    return {"title": f"scangate: {outcome}", "summary": summary, "annotations": [_annotation(remark) for remark in batch]}


def _annotation(remark: Remark) -> dict[str, Any]:
    return {
        "path": remark.path,
        "start_line": remark.line,
        "end_line": remark.end_line,
        "annotation_level": "failure",
        "title": remark.title[:255],
        "message": remark.text.encode("utf-8", "replace")[:LONGEST_MESSAGE].decode("utf-8", "ignore"),
    }


def _batches(remarks: Sequence[Remark]) -> Iterator[Sequence[Remark]]:
    for start in range(0, len(remarks), MOST_ANNOTATIONS):
        yield remarks[start : start + MOST_ANNOTATIONS]


def upload(github: GitHub, sarif: str, ref: str) -> None:
    """Hands the SARIF to code scanning for ``ref`` (``refs/heads/NAME``, ``refs/pull/N/head``). PublishError if it is refused."""
    packed = gzip.compress(sarif.encode("utf-8", "backslashreplace"), mtime=0)
    if len(packed) > MOST_SARIF_BYTES:
        raise PublishError("TooLarge", f"the SARIF has {len(packed)} bytes packed, and {MOST_SARIF_BYTES} are taken")
    body = {"commit_sha": github.commit, "ref": ref, "sarif": base64.b64encode(packed).decode(), "tool_name": NAME}
    answer = github.ask("POST", "code-scanning/sarifs", body)
    status = github.ask("GET", f"code-scanning/sarifs/{quote(str(answer['id']), safe='')}")
    if status.get("processing_status") == "failed":
        told = "; ".join(map(str, status.get("errors") or ["no reason given"]))[:300]
        raise PublishError("SarifFailed", told)
