"""Bitbucket gets a report with annotations within its limits, and a build status; the token is sent nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scangate.errors import UsageError
from scangate.model import Report
from scangate.publish import bitbucket
from tests.support.command import CommandResult, environment, run_scangate
from tests.support.json_server import serve_json
from tests.support.sample_reports import many_findings
from tests.support.verdict_files import whole_tree_fail, whole_tree_incomplete, whole_tree_pass, write_verdict

TOKEN = "ATCTT3x" + "x1" * 10
HEAD = "a" * 40
COMMIT = f"/repositories/team/shop/commit/{HEAD}"
REPORT = f"{COMMIT}/reports/scangate"


class BitbucketServer:
    """The report, its annotations and the statuses so far."""

    def __init__(self) -> None:
        self.url = ""
        self.report: dict[str, Any] | None = None
        self.annotations: list[dict[str, Any]] = []
        self.statuses: list[dict[str, Any]] = []
        self.requests: list[str] = []

    def answer(  # noqa: PLR0911 -- a switch
        self, method: str, path: str, headers: Mapping[str, str], body: Any
    ) -> tuple[int, Any]:
        self.requests.append(f"{method} {path}")
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"type": "error", "error": {"message": "Token is invalid"}}
        if (method, path) == ("DELETE", REPORT):
            there, self.report, self.annotations = self.report is not None, None, []
            return (204, None) if there else (404, {"type": "error", "error": {"message": "no report"}})
        if (method, path) == ("PUT", REPORT):
            if len(body["details"]) > 2000:
                return 400, {"type": "error", "error": {"message": "details are too long"}}
            self.report = body
            return 200, body
        if (method, path) == ("POST", f"{REPORT}/annotations"):
            return self._annotate(body)
        if (method, path) == ("POST", f"{COMMIT}/statuses/build"):
            self.statuses.append(body)
            return 201, body
        return 404, {"type": "error", "error": {"message": "Repository not found"}}

    def _annotate(self, body: Any) -> tuple[int, Any]:
        if self.report is None or len(body) > 100 or len(self.annotations) + len(body) > 1000:
            return 400, {"type": "error", "error": {"message": "too many annotations"}}
        if any(len(each["summary"]) > 450 or len(each["details"]) > 2000 for each in body):
            return 400, {"type": "error", "error": {"message": "too long"}}
        self.annotations += body
        return 200, body


@pytest.fixture
def server() -> Iterator[BitbucketServer]:
    state = BitbucketServer()
    with serve_json(state.answer) as url:
        state.url = url
        yield state


def publish(server: BitbucketServer, folder: Path, report: Report, *options: str, token: str = TOKEN) -> CommandResult:
    file = write_verdict(msgspec.structs.replace(report, commit=HEAD), folder)
    (folder / ".netrc").write_text("machine 127.0.0.1 login x password y\n", "utf-8")  # pragma: allowlist secret
    env = environment(BITBUCKET_TOKEN=token, NETRC=str(folder / ".netrc"), NO_PROXY="127.0.0.1")
    where = ("--repository", "team/shop", "--api", server.url)
    ran = run_scangate("publish", "bitbucket", file, *where, *options, cwd=folder, env=env)
    written_files = [path.read_text("utf-8") for path in folder.iterdir() if path.is_file()]
    assert not token or not any(token in text for text in (ran.output, *written_files))
    return ran


def test_a_fail_writes_a_failed_report_with_annotations_and_a_status(server: BitbucketServer, tmp_path: Path) -> None:
    publish(server, tmp_path, whole_tree_fail(), "--build-url", "https://ci.example.com/1").expect(0)
    assert server.report is not None
    assert (server.report["result"], server.report["report_type"]) == ("FAILED", "SECURITY")
    assert {each["annotation_type"] for each in server.annotations} == {"VULNERABILITY"}
    assert [(each["state"], each["url"]) for each in server.statuses] == [("FAILED", "https://ci.example.com/1")]


def test_a_second_verdict_replaces_report_and_annotations(server: BitbucketServer, tmp_path: Path) -> None:
    publish(server, tmp_path, whole_tree_fail()).expect(0)
    publish(server, tmp_path, whole_tree_pass()).expect(0)
    assert server.report is not None
    assert (server.report["result"], server.annotations) == ("PASSED", [])
    assert server.statuses[-1]["state"] == "SUCCESSFUL"


def test_an_incomplete_verdict_is_failed(server: BitbucketServer, tmp_path: Path) -> None:
    publish(server, tmp_path, whole_tree_incomplete()).expect(0)
    assert server.statuses[-1]["state"] == "FAILED"


def test_at_most_1000_annotations_are_sent_100_at_a_time(server: BitbucketServer, tmp_path: Path) -> None:
    publish(server, tmp_path, many_findings(3000)).expect(0)
    assert len(server.annotations) == 1000
    assert len({each["external_id"] for each in server.annotations}) == 1000
    assert sum(request.endswith("/annotations") for request in server.requests) == 10


def test_a_wrong_or_missing_token_ends_with_4(server: BitbucketServer, tmp_path: Path) -> None:
    publish(server, tmp_path, whole_tree_fail(), token="ATCTT3wrong").expect(4)
    assert "Token is invalid" in (tmp_path / "publish.json").read_text()
    assert "BITBUCKET_TOKEN is not set" in publish(server, tmp_path, whole_tree_fail(), token="").expect(4).stderr


def test_addresses_are_checked() -> None:
    with pytest.raises(UsageError):
        bitbucket.create_client("http://bitbucket.example.com", TOKEN)
    for repository, commit in (("shop", HEAD), ("a/b/c", HEAD), ("team/shop?x", HEAD), ("team/shop", "")):
        with pytest.raises(UsageError):
            bitbucket.commit_path(repository, commit)
