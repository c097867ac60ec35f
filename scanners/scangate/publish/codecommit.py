"""Review a pull request in CodeCommit: one summary comment, comments on lines, and an approval or its withdrawal."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from scangate.errors import PublishError
from scangate.publish.aws_client import limit_pages, translate_errors
from scangate.publish.receipt import RejectedItem
from scangate.publish.review_comments import Review, ReviewComment

if TYPE_CHECKING:
    from types_boto3_codecommit import CodeCommitClient
    from types_boto3_codecommit.type_defs import PostCommentForPullRequestInputTypeDef

MAX_COMMENT_LENGTH = 10_240
TRUNCATION_NOTE = "\n\n(truncated; the whole report is in the build)\n"
LOCATION_ERRORS = {  # only this comment is wrong
    "InvalidFileLocationException",
    "InvalidFilePositionException",
    "InvalidPathException",
    "PathDoesNotExistException",
}


class PullRequest(msgspec.Struct, frozen=True):
    """A pull request at its last revision; ``merge_base`` is empty if AWS does not report it."""

    id: str
    repository: str
    revision_id: str
    destination_commit: str
    source_commit: str
    merge_base: str = ""

    def has_merge_base(self, merge_base: str) -> bool:
        """Whether a change with this merge base is the pull request: against another base, fewer findings would be new.

        If AWS does not report the merge base, only the destination commit qualifies. An empty ``merge_base`` always does.
        """
        return merge_base in {"", self.merge_base, self.destination_commit}


@translate_errors()
def fetch_pull_request(api: CodeCommitClient, number: str, repository: str, commit: str) -> PullRequest:
    """Return the pull request. Raises PublishError if ``commit`` (the scanned one) is no longer its head."""
    found = api.get_pull_request(pullRequestId=number)["pullRequest"]
    target = next((target for target in found["pullRequestTargets"] if target["repositoryName"] == repository), None)
    if target is None:
        raise PublishError("OtherRepository", f"pull request {number} is not in {repository}", "check --repository")
    if target["sourceCommit"] != commit:
        message = f"pull request {number} is at {target['sourceCommit'][:12]}, but {commit[:12] or 'no commit'} was scanned"
        raise PublishError("NotCurrent", message, "scan the pull request's current commit")
    return PullRequest(number, repository, found["revisionId"], target["destinationCommit"], commit, target.get("mergeBase", ""))


@translate_errors()
def update_approval(api: CodeCommitClient, pull: PullRequest, *, approve: bool) -> None:
    """Approve this revision or revoke the approval. Raises PublishError if a later revision was pushed."""
    api.update_pull_request_approval_state(
        pullRequestId=pull.id, revisionId=pull.revision_id, approvalState="APPROVE" if approve else "REVOKE"
    )


@translate_errors()
def post_review(api: CodeCommitClient, pull: PullRequest, review: Review) -> tuple[int, list[RejectedItem]]:
    """Post or update the summary, and post the comments that are not there yet. Returns how many exist now, and the rejected ones.

    A deleted comment is not posted again. A deleted summary is, with another token: CodeCommit accepts each token
    once.
    """
    every = list(_list_comments(api, pull))
    ours = {token: comment_id for token, comment_id in every if comment_id}
    deleted = {token for token, _ in every} - set(ours)
    summary = _truncate(review.summary)
    tokens = (_request_token(pull, f"summary/{number}" if number else "summary") for number in itertools.count())
    token = next(token for token in tokens if token not in deleted)
    if token in ours:
        api.update_comment(commentId=ours[token], content=summary)
    else:
        _post_comment(api, pull, token, summary)
    posted, rejected = 1, []
    for number, comment in enumerate(review.comments):
        token = _request_token(pull, comment.fingerprint)
        try:
            if token not in ours and token not in deleted:
                _post_comment(api, pull, token, _truncate(comment.body), comment)
            posted += 1
        except PublishError as error:
            lost = [comment] if error.code in LOCATION_ERRORS else review.comments[number:]
            rejected += [RejectedItem(f"{each.path}:{each.line}", error.code, error.message) for each in lost]
            if len(lost) > 1:
                break
    return posted, rejected


def _list_comments(api: CodeCommitClient, pull: PullRequest) -> Iterator[tuple[str, str]]:
    """Yield token and id of each comment; the id of a deleted one is empty."""
    paginator = api.get_paginator("get_comments_for_pull_request")
    for page in limit_pages(paginator.paginate(pullRequestId=pull.id, repositoryName=pull.repository)):
        for comment in (comment for thread in page["commentsForPullRequestData"] for comment in thread["comments"]):
            if comment.get("clientRequestToken"):
                yield comment["clientRequestToken"], "" if comment.get("deleted") else comment["commentId"]


@translate_errors()
def _post_comment(api: CodeCommitClient, pull: PullRequest, token: str, text: str, line: ReviewComment | None = None) -> None:
    request: PostCommentForPullRequestInputTypeDef = {
        "pullRequestId": pull.id,
        "repositoryName": pull.repository,
        "beforeCommitId": pull.destination_commit,
        "afterCommitId": pull.source_commit,
        "content": text,
        "clientRequestToken": token,
    }
    if line is not None:
        request["location"] = {"filePath": line.path, "filePosition": line.line, "relativeFileVersion": "AFTER"}
    api.post_comment_for_pull_request(**request)


def _request_token(pull: PullRequest, key: str) -> str:
    """Return the idempotency token of a comment: a retry does not post it twice."""
    return hashlib.sha256(f"scangate/{pull.repository}/{pull.id}/{key}".encode()).hexdigest()


def _truncate(text: str) -> str:
    """Cut ``text`` at the end of a line to fit into a comment."""
    if len(text) <= MAX_COMMENT_LENGTH:
        return text
    return text[: MAX_COMMENT_LENGTH - len(TRUNCATION_NOTE)].rpartition("\n")[0] + TRUNCATION_NOTE
