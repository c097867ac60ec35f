"""A CodeCommit pull request gets each comment once, and an approval of the scanned commit only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scangate.model import ComparedRevision, FileSource, Report, RulingOutcome, Targets
from tests.support.aws.account import FakeAccount
from tests.support.aws.codecommit import FakePullRequests
from tests.support.aws.protocol import AwsError
from tests.support.command import CommandResult, environment, run_scangate
from tests.support.sample_reports import many_findings
from tests.support.verdict_files import as_full_tree, whole_tree_fail, whole_tree_incomplete, whole_tree_pass, write_verdict

HEAD, BASE, LATER = "a" * 40, "b" * 40, "c" * 40


def at(report: Report, commit: str) -> Report:
    return msgspec.structs.replace(report, commit=commit)


def blocking(report: Report) -> list[str]:
    rulings = report.verdict.rulings
    return [ruling.finding.location.path for ruling in rulings if ruling.outcome is RulingOutcome.BLOCKING]


@pytest.fixture
def pull(account: FakeAccount) -> FakePullRequests:
    made = FakePullRequests("shop", "7", BASE, HEAD, set(blocking(whole_tree_fail())))
    account.services["codecommit"] = made.service
    return made


def publish(account: FakeAccount, folder: Path, report: Report, *options: str) -> CommandResult:
    where = ("--repository", "shop", "--pull-request", "7")
    env = environment(**account.environment)
    return run_scangate("publish", "codecommit", write_verdict(report, folder), *where, *options, cwd=folder, env=env)


def test_a_fail_is_commented_once_and_the_approval_is_revoked(account: FakeAccount, pull: FakePullRequests, tmp_path: Path) -> None:
    publish(account, tmp_path, at(whole_tree_fail(), HEAD)).expect(0)
    summary, *remarks = pull.comments
    assert "FAIL" in summary["content"]
    assert sorted(comment["location"]["filePath"] for comment in remarks) == sorted(blocking(whole_tree_fail()))
    assert pull.approval == "REVOKE"
    count = len(pull.comments)
    publish(account, tmp_path, at(whole_tree_fail(), HEAD), "--again").expect(0)
    assert len(pull.comments) == count
    pull.push(LATER)
    publish(account, tmp_path, at(whole_tree_fail(), LATER)).expect(0)
    assert len(pull.comments) == count
    assert account.refusals == []


def test_the_summary_is_updated_and_a_pass_approved(account: FakeAccount, pull: FakePullRequests, tmp_path: Path) -> None:
    publish(account, tmp_path, at(whole_tree_fail(), HEAD)).expect(0)
    pull.push(LATER)
    publish(account, tmp_path, at(whole_tree_pass(), LATER)).expect(0)
    assert "scangate: PASS" in pull.comments[0]["content"]
    assert pull.approval == "APPROVE"


def test_an_incomplete_run_is_not_approved(account: FakeAccount, pull: FakePullRequests, tmp_path: Path) -> None:
    publish(account, tmp_path, at(whole_tree_incomplete(), HEAD)).expect(0)
    assert pull.approval == "REVOKE"
    publish(account, tmp_path, at(whole_tree_pass(), HEAD), "--no-approve").expect(0)
    assert pull.approval == "REVOKE"


@pytest.mark.parametrize("commit", [LATER, ""])
def test_only_the_scanned_commit_gets_comments(account: FakeAccount, pull: FakePullRequests, tmp_path: Path, commit: str) -> None:
    assert "NotCurrent" in publish(account, tmp_path, at(whole_tree_pass(), commit)).expect(4).stderr
    assert (pull.comments, pull.approval) == ([], "")


def test_a_push_between_scan_and_approval_prevents_the_approval(
    account: FakeAccount, pull: FakePullRequests, tmp_path: Path
) -> None:
    account.fail_next("codecommit", "UpdatePullRequestApprovalState", AwsError("RevisionNotCurrentException", "pushed"))
    assert "RevisionNotCurrent" in publish(account, tmp_path, at(whole_tree_pass(), HEAD)).expect(4).stderr
    assert pull.approval == ""


def test_comments_and_summary_are_limited(account: FakeAccount, pull: FakePullRequests, tmp_path: Path) -> None:
    report = at(as_full_tree(many_findings(3000)), HEAD)
    pull.paths |= set(blocking(report))
    publish(account, tmp_path, report).expect(0)
    assert len(pull.comments) == 21
    assert all(len(comment["content"]) <= 10_240 for comment in pull.comments)


def test_a_comment_on_a_missing_path_is_a_rejected_item(account: FakeAccount, pull: FakePullRequests, tmp_path: Path) -> None:
    pull.paths.clear()
    assert "PathDoesNotExist" in publish(account, tmp_path, at(whole_tree_fail(), HEAD)).expect(4).stderr
    assert len(pull.comments) == 1


def test_a_scan_of_staged_files_is_not_approved(account: FakeAccount, pull: FakePullRequests, tmp_path: Path) -> None:
    staged = msgspec.structs.replace(at(whole_tree_pass(), HEAD), targets=Targets(FileSource.STAGED, 0))
    publish(account, tmp_path, staged).expect(2)
    assert (pull.comments, pull.approval) == ([], "")
    change = msgspec.structs.replace(at(whole_tree_pass(), HEAD), compared_revision=ComparedRevision("main", BASE, BASE))
    publish(account, tmp_path, change).expect(0)
    assert pull.approval == "APPROVE"


def test_a_change_against_another_base_is_not_approved(account: FakeAccount, pull: FakePullRequests, tmp_path: Path) -> None:
    pull.fork = "d" * 40
    itself = msgspec.structs.replace(
        at(whole_tree_pass(), HEAD), compared_revision=ComparedRevision("HEAD", HEAD, HEAD)
    )  # against itself nothing is new
    assert "OtherBase" in publish(account, tmp_path, itself).expect(4).stderr
    assert pull.approval == "REVOKE"
    change = msgspec.structs.replace(at(whole_tree_pass(), HEAD), compared_revision=ComparedRevision("main", BASE, "d" * 40))
    publish(account, tmp_path, change).expect(0)
    assert pull.approval == "APPROVE"


def test_without_a_merge_base_only_the_destination_commit_qualifies(
    account: FakeAccount, pull: FakePullRequests, tmp_path: Path
) -> None:
    pull.fork = ""
    itself = msgspec.structs.replace(at(whole_tree_pass(), HEAD), compared_revision=ComparedRevision("HEAD", HEAD, HEAD))
    assert "OtherBase" in publish(account, tmp_path, itself).expect(4).stderr
    assert pull.approval == "REVOKE"
    change = msgspec.structs.replace(at(whole_tree_pass(), HEAD), compared_revision=ComparedRevision("main", BASE, BASE))
    publish(account, tmp_path, change).expect(0)
    assert pull.approval == "APPROVE"


def test_a_deleted_summary_is_posted_again_but_not_a_deleted_comment(
    account: FakeAccount, pull: FakePullRequests, tmp_path: Path
) -> None:
    publish(account, tmp_path, at(whole_tree_fail(), HEAD)).expect(0)
    before = len(pull.comments)
    for comment in pull.comments:
        comment |= {"deleted": True, "content": ""}
    for _ in range(2):
        publish(account, tmp_path, at(whole_tree_fail(), HEAD), "--again").expect(0)
    assert len(pull.comments) == before + 1
    assert "FAIL" in pull.comments[-1]["content"]


def test_comments_before_an_error_are_counted(account: FakeAccount, pull: FakePullRequests, tmp_path: Path) -> None:
    post = pull.service["PostCommentForPullRequest"]

    def refusing(request: Any) -> Any:
        if len(pull.comments) >= 2:
            raise AwsError("AccessDeniedException", "no more")
        return post(request)

    pull.service["PostCommentForPullRequest"] = refusing
    publish(account, tmp_path, at(whole_tree_fail(), HEAD)).expect(4)
    (receipt,) = json.loads((tmp_path / "publish.json").read_text("utf-8"))["receipts"]
    assert (receipt["state"], receipt["sent"], receipt["refused"]) == ("partial", 2, len(blocking(whole_tree_fail())) - 1)
    assert pull.approval == "REVOKE"


def test_the_same_verdict_is_posted_to_another_pull_request(account: FakeAccount, pull: FakePullRequests, tmp_path: Path) -> None:
    publish(account, tmp_path, at(whole_tree_pass(), HEAD)).expect(0)
    pull.number, pull.comments, pull.approval = "8", [], ""
    publish(account, tmp_path, at(whole_tree_pass(), HEAD), "--pull-request", "8").expect(0)
    assert (len(pull.comments), pull.approval) == (1, "APPROVE")


def test_a_pull_request_of_another_repository_is_an_error(account: FakeAccount, pull: FakePullRequests, tmp_path: Path) -> None:
    pull.repository = "other"
    assert "OtherRepository" in publish(account, tmp_path, at(whole_tree_pass(), HEAD)).expect(4).stderr
    assert pull.approval == ""
