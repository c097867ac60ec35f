"""A fake CodeCommit, which moto lacks: pull requests with revisions, comments and approvals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.aws.protocol import AwsError

__all__ = ["FakePullRequests"]

MAX_COMMENT = 10_240
PAGE = 2  # few, so that pages are asked for


class FakePullRequests:
    """An open pull request of a repository; ``paths``: the files of its source."""

    def __init__(self, repository: str, number: str, before: str, after: str, paths: set[str]) -> None:
        self.repository = repository
        self.number = number
        self.before = before
        self.fork = before
        self.after = after
        self.paths = paths
        self.revision = "r1"
        self.approval = ""
        self.comments: list[dict[str, Any]] = []
        self.service = {
            "GetPullRequest": self._get,
            "PostCommentForPullRequest": self._post,
            "UpdateComment": self._update,
            "GetCommentsForPullRequest": self._list,
            "UpdatePullRequestApprovalState": self._vote,
        }

    def push(self, after: str) -> None:
        """A new revision."""
        self.after, self.revision, self.approval = after, self.revision + "+", ""

    def _known(self, request: Mapping[str, Any]) -> None:
        if request["pullRequestId"] != self.number:
            raise AwsError("PullRequestDoesNotExistException", "no such pull request")

    def _get(self, request: Any) -> dict[str, Any]:
        self._known(request)
        target = {
            "repositoryName": self.repository,
            "sourceCommit": self.after,
            "destinationCommit": self.before,
            "mergeBase": self.fork,
        }
        return {"pullRequest": {"pullRequestId": self.number, "revisionId": self.revision, "pullRequestTargets": [target]}}

    def _post(self, request: Any) -> dict[str, Any]:
        self._known(request)
        if len(request["content"]) > MAX_COMMENT:
            raise AwsError("CommentContentSizeLimitExceededException", "too long")
        if request["beforeCommitId"] == request["afterCommitId"]:
            raise AwsError("BeforeCommitIdAndAfterCommitIdAreSameException", "the same")
        location = request.get("location")
        if location and location["filePath"] not in self.paths:
            raise AwsError("PathDoesNotExistException", "no such path")
        for comment in self.comments:
            if comment["clientRequestToken"] == request["clientRequestToken"]:
                if (comment["content"], comment["at"]) != (request["content"], request["afterCommitId"]):
                    raise AwsError("IdempotencyParameterMismatchException", "another comment has this token")
                return {"comment": comment}
        made = {
            "commentId": f"c{len(self.comments)}",
            "content": request["content"],
            "clientRequestToken": request["clientRequestToken"],
            "location": location,
            "at": request["afterCommitId"],
        }
        self.comments.append(made)
        return {"comment": _shown(made)}

    def _update(self, request: Any) -> dict[str, Any]:
        if len(request["content"]) > MAX_COMMENT:
            raise AwsError("CommentContentSizeLimitExceededException", "too long")
        found = next((comment for comment in self.comments if comment["commentId"] == request["commentId"]), None)
        if found is None:
            raise AwsError("CommentDoesNotExistException", "no such comment")
        if found.get("deleted"):
            raise AwsError("CommentDeletedException", "this comment is deleted")
        found["content"] = request["content"]
        return {"comment": _shown(found)}

    def _list(self, request: Any) -> dict[str, Any]:
        self._known(request)
        start = int(request.get("nextToken", 0))
        threads = [{"comments": [_shown(comment)]} for comment in self.comments[start : start + PAGE]]
        more = {"nextToken": str(start + PAGE)} if start + PAGE < len(self.comments) else {}
        return {"commentsForPullRequestData": threads, **more}

    def _vote(self, request: Any) -> dict[str, Any]:
        self._known(request)
        if request["revisionId"] != self.revision:
            raise AwsError("RevisionNotCurrentException", "a later revision was pushed")
        self.approval = request["approvalState"]
        return {}


def _shown(comment: Mapping[str, Any]) -> dict[str, Any]:
    return {name: comment[name] for name in ("commentId", "content", "clientRequestToken", "deleted") if name in comment}
