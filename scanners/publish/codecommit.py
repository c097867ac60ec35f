"""Speaks in a pull request of CodeCommit: a summary that is kept up to date, remarks on lines, an approval or its withdrawal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scanners.errors import PublishError
from scanners.publish.change import Remark, Words
from scanners.publish.client import ask
from scanners.publish.receipt import Refusal

__all__ = ["PullRequest", "pull_request", "speak", "vote"]

LONGEST = 10_240
CUT = "\n\n(cut; the whole report is in the build)\n"
PAGES = 200
MISPLACED = {  # nothing but this remark is wrong
    "InvalidFileLocationException",
    "InvalidFilePositionException",
    "InvalidPathException",
    "PathDoesNotExistException",
}


class PullRequest(msgspec.Struct, frozen=True):
    """A pull request as it is now: its last revision, and the two commits that it is between."""

    id: str
    repository: str
    revision: str
    before: str
    after: str


def pull_request(api: Any, number: str, repository: str, commit: str) -> PullRequest:
    """The pull request, if ``commit`` (the one that was scanned) still is its head: else PublishError, and nothing is said."""
    found = ask(lambda: api.get_pull_request(pullRequestId=number))["pullRequest"]
    targets = [target for target in found["pullRequestTargets"] if target["repositoryName"] == repository]
    if not targets:
        raise PublishError("OtherRepository", f"pull request {number} is not one of {repository}", "look at --repository")
    if targets[0]["sourceCommit"] != commit:
        told = f"pull request {number} is at {targets[0]['sourceCommit'][:12]}, and {commit[:12] or 'no commit'} was scanned"
        raise PublishError("NotCurrent", told, "scan what the pull request holds now")
    return PullRequest(number, repository, found["revisionId"], targets[0]["destinationCommit"], commit)


def vote(api: Any, pull: PullRequest, *, approve: bool) -> None:
    """APPROVE for this revision, or REVOKE. PublishError where a later one was pushed meanwhile: the service refuses it."""
    state = "APPROVE" if approve else "REVOKE"
    ask(lambda: api.update_pull_request_approval_state(pullRequestId=pull.id, revisionId=pull.revision, approvalState=state))


def speak(api: Any, pull: PullRequest, words: Words) -> tuple[int, list[Refusal]]:
    """The summary, in the place of an earlier one of ours, and the remarks that were not made yet. How many are there now."""
    ours = dict(_ours(api, pull))
    summary = _cut(words.summary)
    token = _token(pull, "summary")
    if token in ours:
        ask(lambda: api.update_comment(commentId=ours[token], content=summary))
    else:
        _post(api, pull, token, summary, {})
    taken, refusals = 1, []
    for number, remark in enumerate(words.remarks):
        token = _token(pull, remark.fingerprint)
        try:
            if token not in ours:
                _post(api, pull, token, _cut(remark.text), _place(remark))
            taken += 1
        except PublishError as error:
            unsaid = [remark] if error.code in MISPLACED else words.remarks[number:]
            refusals += [Refusal(f"{each.path}:{each.line}", error.code, error.message) for each in unsaid]
            if len(unsaid) > 1:
                break
    return taken, refusals


def _ours(api: Any, pull: PullRequest) -> Iterator[tuple[str, str]]:
    """Token and id of each comment that stands; a comment that somebody else made cannot be updated, and is not ours."""
    token: Mapping[str, str] = {}
    for _ in range(PAGES):
        page = ask(lambda: api.get_comments_for_pull_request(pullRequestId=pull.id, repositoryName=pull.repository, **token))  # noqa: B023
        for thread in page["commentsForPullRequestData"]:
            for comment in thread["comments"]:
                if comment.get("clientRequestToken") and not comment.get("deleted"):
                    yield comment["clientRequestToken"], comment["commentId"]
        if not page.get("nextToken"):
            return
        token = {"nextToken": page["nextToken"]}


def _post(api: Any, pull: PullRequest, token: str, text: str, place: Mapping[str, Any]) -> None:
    ask(
        lambda: api.post_comment_for_pull_request(
            pullRequestId=pull.id,
            repositoryName=pull.repository,
            beforeCommitId=pull.before,
            afterCommitId=pull.after,
            content=text,
            clientRequestToken=token,
            **place,
        )
    )


def _token(pull: PullRequest, what: str) -> str:
    """The same for the same thing said in the same pull request: a second try says it no second time."""
    return hashlib.sha256(f"scangate/{pull.repository}/{pull.id}/{what}".encode()).hexdigest()


def _place(remark: Remark) -> dict[str, Any]:
    return {"location": {"filePath": remark.path, "filePosition": remark.line, "relativeFileVersion": "AFTER"}}


def _cut(text: str) -> str:
    """``text`` within what a comment holds, cut at the end of a line."""
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - len(CUT)].rpartition("\n")[0] + CUT
