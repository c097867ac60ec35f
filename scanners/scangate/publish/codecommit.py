"""Speaks in a pull request of CodeCommit: a summary that is kept up to date, remarks on lines, an approval or its withdrawal."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scangate.errors import PublishError
from scangate.publish.change import Remark, Words
from scangate.publish.client import ask
from scangate.publish.receipt import Refusal

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
    """A pull request as it is now: its last revision, the two commits it is between, and where they parted (empty: not told)."""

    id: str
    repository: str
    revision: str
    before: str
    after: str
    fork: str = ""

    def is_of(self, fork: str) -> bool:
        """Whether a change that left its base at ``fork`` is this one: against another base less of it would be new.

        Where AWS does not tell where the two parted, nothing but the base itself will do.
        """
        return fork in {"", self.fork, self.before}


def pull_request(api: Any, number: str, repository: str, commit: str) -> PullRequest:
    """The pull request, if ``commit`` (the one that was scanned) still is its head: else PublishError, and nothing is said."""
    found = ask(lambda: api.get_pull_request(pullRequestId=number))["pullRequest"]
    targets = [target for target in found["pullRequestTargets"] if target["repositoryName"] == repository]
    if not targets:
        raise PublishError("OtherRepository", f"pull request {number} is not one of {repository}", "look at --repository")
    if targets[0]["sourceCommit"] != commit:
        told = f"pull request {number} is at {targets[0]['sourceCommit'][:12]}, and {commit[:12] or 'no commit'} was scanned"
        raise PublishError("NotCurrent", told, "scan what the pull request holds now")
    return PullRequest(
        number, repository, found["revisionId"], targets[0]["destinationCommit"], commit, targets[0].get("mergeBase", "")
    )


def vote(api: Any, pull: PullRequest, *, approve: bool) -> None:
    """APPROVE for this revision, or REVOKE. PublishError where a later one was pushed meanwhile: the service refuses it."""
    state = "APPROVE" if approve else "REVOKE"
    ask(lambda: api.update_pull_request_approval_state(pullRequestId=pull.id, revisionId=pull.revision, approvalState=state))


def speak(api: Any, pull: PullRequest, words: Words) -> tuple[int, list[Refusal]]:
    """The summary, in the place of an earlier one of ours, and the remarks that were not made yet. How many are there now.

    A remark that somebody deleted is not made again; a summary is, under another token, for the service takes none twice.
    """
    every = list(_comments(api, pull))
    ours = {token: name for token, name in every if name}
    deleted = {token for token, _ in every} - set(ours)
    summary = _cut(words.summary)
    tokens = (_token(pull, f"summary/{number}" if number else "summary") for number in itertools.count())
    token = next(token for token in tokens if token not in deleted)
    if token in ours:
        ask(lambda: api.update_comment(commentId=ours[token], content=summary))
    else:
        _post(api, pull, token, summary, {})
    taken, refusals = 1, []
    for number, remark in enumerate(words.remarks):
        token = _token(pull, remark.fingerprint)
        try:
            if token not in ours and token not in deleted:
                _post(api, pull, token, _cut(remark.text), _place(remark))
            taken += 1
        except PublishError as error:
            unsaid = [remark] if error.code in MISPLACED else words.remarks[number:]
            refusals += [Refusal(f"{each.path}:{each.line}", error.code, error.message) for each in unsaid]
            if len(unsaid) > 1:
                break
    return taken, refusals


def _comments(api: Any, pull: PullRequest) -> Iterator[tuple[str, str]]:
    """Token and id of each comment, no id where it was deleted."""
    token: Mapping[str, str] = {}
    for _ in range(PAGES):
        page = ask(lambda: api.get_comments_for_pull_request(pullRequestId=pull.id, repositoryName=pull.repository, **token))  # noqa: B023
        for thread in page["commentsForPullRequestData"]:
            for comment in thread["comments"]:
                if comment.get("clientRequestToken"):
                    yield comment["clientRequestToken"], "" if comment.get("deleted") else comment["commentId"]
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
