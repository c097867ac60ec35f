"""GitHub gets a check run with annotations, and SARIF; the token is sent nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scangate.errors import PublishError, UsageError
from scangate.model import Report
from scangate.publish.github import GitHubCommit, create_client, publish_check_run
from scangate.publish.review_comments import Review, ReviewComment
from tests.support.command import CommandResult, environment, run_scangate
from tests.support.github_server import TOKEN, GitHubServer, serve_github
from tests.support.json_server import serve_json
from tests.support.sample_reports import many_findings
from tests.support.verdict_files import whole_tree_fail, whole_tree_incomplete, whole_tree_pass, write_verdict

HEAD = "a" * 40
REF = "refs/pull/12/head"


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    with serve_github() as server:
        yield server


def publish(github: GitHubServer, folder: Path, report: Report, *options: str, token: str = TOKEN) -> CommandResult:
    file = write_verdict(msgspec.structs.replace(report, commit=HEAD), folder)
    netrc = folder / ".netrc"
    netrc.write_text("machine 127.0.0.1 login x password y\n", "utf-8")  # pragma: allowlist secret
    where = ("--repository", "team/shop", "--ref", REF, "--api", github.url)
    env = environment(GITHUB_TOKEN=token, NETRC=str(netrc), NO_PROXY="127.0.0.1")
    ran = run_scangate("publish", "github", file, *where, *options, cwd=folder, env=env)
    written_files = [path.read_text("utf-8") for path in folder.iterdir() if path.is_file()]
    assert not token or not any(token in text for text in (ran.output, *written_files))
    return ran


def test_a_fail_creates_a_failed_check_run_and_uploads_sarif(github: GitHubServer, tmp_path: Path) -> None:
    publish(github, tmp_path, whole_tree_fail()).expect(0)
    (run,) = github.runs
    assert (run["conclusion"], run["head_sha"], run["output"]["title"]) == ("failure", HEAD, "scangate: FAIL")
    assert {each["annotation_level"] for each in run["annotations"]} == {"failure"}
    (sarif,) = github.sarifs
    assert (sarif["ref"], sarif["commit"], sarif["log"]["version"]) == (REF, HEAD, "2.1.0")


def test_a_second_verdict_updates_the_check_run(github: GitHubServer, tmp_path: Path) -> None:
    publish(github, tmp_path, whole_tree_fail()).expect(0)
    count = len(github.runs[0]["annotations"])
    publish(github, tmp_path, whole_tree_pass()).expect(0)
    (run,) = github.runs
    assert (run["conclusion"], len(run["annotations"])) == ("success", count)


def test_an_incomplete_verdict_is_a_failed_check(github: GitHubServer, tmp_path: Path) -> None:
    publish(github, tmp_path, whole_tree_incomplete(), "--no-sarif").expect(0)
    assert (github.runs[0]["conclusion"], github.sarifs) == ("failure", [])


def test_annotations_are_sent_in_batches(github: GitHubServer, tmp_path: Path) -> None:
    publish(github, tmp_path, many_findings(3000), "--no-sarif").expect(0)
    assert len(github.runs[0]["annotations"]) == 100


def test_an_interrupted_check_run_is_completed_later(github: GitHubServer) -> None:
    comments = tuple(ReviewComment(f"a{number}.py", 1, 1, "text", "title", str(number)) for number in range(120))
    review = Review("summary", comments, approve=False)
    commit = GitHubCommit(create_client(github.url, TOKEN), "team/shop", HEAD)
    expired = GitHubCommit(create_client(github.url, "expired-in-between"), "team/shop", HEAD)
    steps = iter([commit.request, commit.request, expired.request])

    class Breaking(GitHubCommit, frozen=True):
        """The third request fails."""

        def request(self, method: str, path: str, body: Any = None) -> Any:
            return next(steps)(method, path, body)

    with pytest.raises(PublishError, match="401"):
        publish_check_run(Breaking(commit.client, "team/shop", HEAD), review, "FAIL")
    assert len(github.runs[0]["annotations"]) == 50
    assert publish_check_run(commit, review, "FAIL") == 120
    (run,) = github.runs
    assert [each["path"] for each in run["annotations"]] == [each.path for each in comments]


def test_check_run_and_sarif_are_separate_targets(github: GitHubServer, tmp_path: Path) -> None:
    publish(github, tmp_path, whole_tree_fail(), "--no-sarif").expect(0)
    again = publish(github, tmp_path, whole_tree_fail(), "--no-check")
    again.expect(0)
    assert (len(github.runs), len(github.sarifs)) == (1, 1)


def test_a_rejected_sarif_leaves_the_check_run(github: GitHubServer, tmp_path: Path) -> None:
    github.status = "failed"
    publish(github, tmp_path, whole_tree_fail()).expect(4)
    (receipt,) = json.loads((tmp_path / "publish.json").read_text("utf-8"))["receipts"]
    assert (receipt["state"], receipt["refused"], receipt["refusals"][0]["item"]) == ("partial", 1, "sarif")
    assert receipt["sent"] == 1 + len(github.runs[0]["annotations"])


def test_a_token_that_may_create_no_check_run_uploads_sarif(github: GitHubServer, tmp_path: Path) -> None:
    """https://docs.github.com/rest/checks/runs: "you must use a GitHub App"; code scanning takes a personal token."""
    github.app = False
    publish(github, tmp_path, whole_tree_fail()).expect(4)
    assert (github.runs, len(github.sarifs)) == ([], 1)
    (receipt,) = json.loads((tmp_path / "publish.json").read_text("utf-8"))["receipts"]
    assert (receipt["state"], receipt["sent"], receipt["refusals"][0]["item"]) == ("partial", 1, "check run")


def test_requests_are_retried_while_github_is_busy(github: GitHubServer, tmp_path: Path) -> None:
    github.busy += [(503, {"retry-after": "0"}), (403, {"retry-after": "0"}), (429, {"retry-after": "0"})]
    publish(github, tmp_path, whole_tree_pass(), "--no-sarif").expect(0)
    assert github.runs


def test_retries_end(github: GitHubServer) -> None:
    github.busy += [(500, {})] * 10
    waits: list[float] = []
    client = msgspec.structs.replace(create_client(github.url, TOKEN), sleep=waits.append)
    with pytest.raises(PublishError, match="HTTP 500"):
        client.request("GET", "repos/team/shop/commits/x/check-runs")
    assert waits == [2.0, 4.0, 8.0]


def test_a_response_without_content_is_not_from_the_api() -> None:
    with serve_json(lambda *_: (200, None)) as url, pytest.raises(PublishError, match="not from the API of GitHub"):
        create_client(url, TOKEN).request("GET", "repos/team/shop/commits/x/check-runs")


@pytest.mark.parametrize(("token", "code"), [("", "NoToken"), ("wrong-token-of-somebody", "HTTP 401")])
def test_nothing_is_published_without_a_valid_token(github: GitHubServer, tmp_path: Path, token: str, code: str) -> None:
    ran = publish(github, tmp_path, whole_tree_fail(), token=token).expect(4)
    assert code in ran.stderr
    assert (github.runs, github.sarifs) == ([], [])


def test_a_sarif_that_code_scanning_rejects_is_reported(github: GitHubServer, tmp_path: Path) -> None:
    github.status = "failed"
    assert "two runs of one tool" in publish(github, tmp_path, whole_tree_fail()).expect(4).stderr


@pytest.mark.parametrize(
    ("api", "repository", "commit"),
    [
        ("http://api.example.com", "team/shop", HEAD),
        ("file:///etc/passwd", "team/shop", HEAD),
        ("https://api.github.com", "team/shop/../..", HEAD),
        ("https://api.github.com", "team/shop", ""),
    ],
)
def test_the_target_is_checked_before_the_token_is_sent(api: str, repository: str, commit: str) -> None:
    with pytest.raises(UsageError):
        GitHubCommit(create_client(api, TOKEN), repository, commit)
