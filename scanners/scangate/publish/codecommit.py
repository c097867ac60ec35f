"""Speaks in a pull request of CodeCommit: a summary that is kept up to date, remarks on lines, an approval or its withdrawal."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scangate.errors import PublishError
from scangate.publish.aws_client import call_aws
from scangate.publish.receipt import RejectedItem
from scangate.publish.review_comments import Review, ReviewComment

__all__ = ["PullRequest", "fetch_pull_request", "post_review", "update_approval"]

MAX_COMMENT_LENGTH = 10_240
TRUNCATION_NOTE = "\n\n(cut; the whole report is in the build)\n"
MAX_PAGES = 200
LOCATION_ERRORS = {  # nothing but this remark is wrong
    "InvalidFileLocationException",
    "InvalidFilePositionException",
    "InvalidPathException",
    "PathDoesNotExistException",
}


class PullRequest(msgspec.Struct, frozen=True):
    """A pull request as it is now: its last revision, the two commits it is between, and where they parted (empty: not told)."""

    id: str
    repository: str
    revision_id: str
    destination_commit: str
    source_commit: str
    merge_base: str = ""

    def has_merge_base(self, merge_base: str) -> bool:
        """Whether a change that left its base at ``fork`` is this one: against another base less of it would be new.

        Where AWS does not tell where the two parted, nothing but the base itself will do.
        """
        return merge_base in {"", self.merge_base, self.destination_commit}


def fetch_pull_request(api: Any, number: str, repository: str, commit: str) -> PullRequest:
    """The pull request, if ``commit`` (the one that was scanned) still is its head: else PublishError, and nothing is said."""
    found = call_aws(lambda: api.get_pull_request(pullRequestId=number))["pullRequest"]
    targets = [target for target in found["pullRequestTargets"] if target["repositoryName"] == repository]
    if not targets:
        raise PublishError("OtherRepository", f"pull request {number} is not one of {repository}", "look at --repository")
    if targets[0]["sourceCommit"] != commit:
        told = f"pull request {number} is at {targets[0]['sourceCommit'][:12]}, and {commit[:12] or 'no commit'} was scanned"
        raise PublishError("NotCurrent", told, "scan what the pull request holds now")
    return PullRequest(
        number, repository, found["revisionId"], targets[0]["destinationCommit"], commit, targets[0].get("mergeBase", "")
    )


def update_approval(api: Any, pull: PullRequest, *, approve: bool) -> None:
    """APPROVE for this revision, or REVOKE. PublishError where a later one was pushed meanwhile: the service refuses it."""
    state = "APPROVE" if approve else "REVOKE"
    call_aws(
        lambda: api.update_pull_request_approval_state(pullRequestId=pull.id, revisionId=pull.revision_id, approvalState=state)
    )


def post_review(api: Any, pull: PullRequest, review: Review) -> tuple[int, list[RejectedItem]]:
    """The summary, in the place of an earlier one of ours, and the remarks that were not made yet. How many are there now.

    A remark that somebody deleted is not made again; a summary is, under another token, for the service takes none twice.
    """
    every = list(_list_comments(api, pull))
    ours = {token: name for token, name in every if name}
    deleted = {token for token, _ in every} - set(ours)
    summary = _truncate(review.summary)
    tokens = (_request_token(pull, f"summary/{number}" if number else "summary") for number in itertools.count())
    token = next(token for token in tokens if token not in deleted)
    if token in ours:
        call_aws(lambda: api.update_comment(commentId=ours[token], content=summary))
    else:
        _post_comment(api, pull, token, summary, {})
    taken, refusals = 1, []
    for number, remark in enumerate(review.comments):
        token = _request_token(pull, remark.fingerprint)
        try:
            if token not in ours and token not in deleted:
                _post_comment(api, pull, token, _truncate(remark.body), _location(remark))
            taken += 1
        except PublishError as error:
            unsaid = [remark] if error.code in LOCATION_ERRORS else review.comments[number:]
            refusals += [RejectedItem(f"{each.path}:{each.line}", error.code, error.message) for each in unsaid]
            if len(unsaid) > 1:
                break
    return taken, refusals


def _list_comments(api: Any, pull: PullRequest) -> Iterator[tuple[str, str]]:
    """Token and id of each comment, no id where it was deleted."""
    token: Mapping[str, str] = {}
    for _ in range(MAX_PAGES):
        page = call_aws(lambda: api.get_comments_for_pull_request(pullRequestId=pull.id, repositoryName=pull.repository, **token))  # noqa: B023
        for thread in page["commentsForPullRequestData"]:
            for comment in thread["comments"]:
                if comment.get("clientRequestToken"):
                    yield comment["clientRequestToken"], "" if comment.get("deleted") else comment["commentId"]
        if not page.get("nextToken"):
            return
        token = {"nextToken": page["nextToken"]}


def _post_comment(api: Any, pull: PullRequest, token: str, text: str, location: Mapping[str, Any]) -> None:
    call_aws(
        lambda: api.post_comment_for_pull_request(
            pullRequestId=pull.id,
            repositoryName=pull.repository,
            beforeCommitId=pull.destination_commit,
            afterCommitId=pull.source_commit,
            content=text,
            clientRequestToken=token,
            **location,
        )
    )


def _request_token(pull: PullRequest, key: str) -> str:
    """The same for the same thing said in the same pull request: a second try says it no second time."""
    return hashlib.sha256(f"scangate/{pull.repository}/{pull.id}/{key}".encode()).hexdigest()


def _location(comment: ReviewComment) -> dict[str, Any]:
    return {"location": {"filePath": comment.path, "filePosition": comment.line, "relativeFileVersion": "AFTER"}}


def _truncate(text: str) -> str:
    """``text`` within what a comment holds, cut at the end of a line."""
    if len(text) <= MAX_COMMENT_LENGTH:
        return text
    return text[: MAX_COMMENT_LENGTH - len(TRUNCATION_NOTE)].rpartition("\n")[0] + TRUNCATION_NOTE
