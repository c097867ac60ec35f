"""GitLab gets a commit status and one note on the merge request; the token is sent nowhere else."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from scangate.errors import UsageError
from scangate.model import Report
from scangate.publish import gitlab
from tests.support.command import CommandResult, environment, run_scangate
from tests.support.json_server import serve_json
from tests.support.sample_reports import many_findings
from tests.support.verdict_files import whole_tree_fail, whole_tree_incomplete, whole_tree_pass, write_verdict

TOKEN = "glpat-" + "x1" * 10
HEAD = "a" * 40
OURS, OTHER = 7, 8
ROOT = "/projects/team%2Fshop/"


class GitLabServer:
    """The statuses and notes so far. ``busy``: statuses of responses to send first."""

    def __init__(self) -> None:
        self.url = ""
        self.statuses: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.busy: deque[int] = deque()

    def answer(  # noqa: PLR0911 -- a switch
        self, method: str, path: str, headers: Mapping[str, str], body: Any
    ) -> tuple[int, Any]:
        address = urlsplit(path)
        if headers.get("PRIVATE-TOKEN") != TOKEN or "Authorization" in headers:
            return 401, {"message": "401 Unauthorized"}
        if self.busy:
            return self.busy.popleft(), {"message": "wait"}
        if address.path == "/user":
            return 200, {"id": OURS}
        step = address.path.removeprefix(ROOT)
        if method == "POST" and step == f"statuses/{HEAD}":
            return self._status(body)
        if step == "merge_requests/12/notes" and method == "GET":
            asked = parse_qs(address.query)
            size, page = int(asked["per_page"][0]), int(asked["page"][0])
            return (200, self.notes[size * (page - 1) : size * page]) if size <= 100 else (400, {"message": "too many"})
        if step == "merge_requests/12/notes" and method == "POST":
            self.add_note(body["body"])
            return 201, self.notes[-1]
        if step.startswith("merge_requests/12/notes/") and method == "PUT":
            self.notes[int(step.rpartition("/")[2]) - 1]["body"] = body["body"]
            return 200, {}
        return 404, {"message": "404 Project Not Found"}

    def _status(self, body: Any) -> tuple[int, Any]:
        if len(body["description"]) > 255:
            return 400, {"message": "description is too long"}
        if self.statuses and self.statuses[-1]["state"] == body["state"]:
            return 400, {"message": f"Cannot transition status via :{body['state']} from :{body['state']}"}
        self.statuses.append(body)
        return 201, body

    def add_note(self, text: str, author: int = OURS) -> None:
        """Adds a note."""
        self.notes.append({"id": len(self.notes) + 1, "body": text, "author": {"id": author}})


@pytest.fixture
def server() -> Iterator[GitLabServer]:
    state = GitLabServer()
    with serve_json(state.answer) as url:
        state.url = url
        yield state


def publish(server: GitLabServer, folder: Path, report: Report, *options: str, token: str = TOKEN) -> CommandResult:
    file = write_verdict(msgspec.structs.replace(report, commit=HEAD), folder)
    (folder / ".netrc").write_text("machine 127.0.0.1 login x password y\n", "utf-8")  # pragma: allowlist secret
    env = environment(GITLAB_TOKEN=token, NETRC=str(folder / ".netrc"), NO_PROXY="127.0.0.1", CI_API_V4_URL=server.url)
    ran = run_scangate("publish", "gitlab", file, "--project", "team/shop", *options, cwd=folder, env=env)
    written_files = [path.read_text("utf-8") for path in folder.iterdir() if path.is_file()]
    assert not token or not any(token in text for text in (ran.output, *written_files))
    return ran


def test_a_fail_sets_the_status_and_writes_one_note(server: GitLabServer, tmp_path: Path) -> None:
    publish(server, tmp_path, whole_tree_fail(), "--merge-request", "12").expect(0)
    publish(server, tmp_path, whole_tree_pass(), "--merge-request", "12").expect(0)
    assert [status["state"] for status in server.statuses] == ["failed", "success"]
    assert server.statuses[0]["description"].startswith("FAIL: ")
    (note,) = server.notes
    assert note["body"].startswith(f"{gitlab.MARK}\n## scangate: PASS")


def test_without_a_merge_request_only_the_status_is_set(server: GitLabServer, tmp_path: Path) -> None:
    publish(server, tmp_path, whole_tree_incomplete()).expect(0)
    assert ([status["state"] for status in server.statuses], server.notes) == (["failed"], [])


def test_a_status_that_is_set_already_is_no_error(server: GitLabServer, tmp_path: Path) -> None:
    publish(server, tmp_path, whole_tree_fail()).expect(0)
    publish(server, tmp_path, whole_tree_incomplete()).expect(0)
    assert len(server.statuses) == 1


def test_our_note_is_found_behind_a_hundred_others_and_copies_of_the_mark(server: GitLabServer, tmp_path: Path) -> None:
    server.add_note(f"{gitlab.MARK}\ncopied", OTHER)
    for number in range(150):
        server.add_note(f"note {number}", OTHER)
    server.add_note(f"{gitlab.MARK}\nold")
    publish(server, tmp_path, many_findings(3000), "--merge-request", "12").expect(0)
    assert len(server.notes) == 152
    assert server.notes[0]["body"].endswith("copied")
    assert "FAIL" in server.notes[-1]["body"]


def test_no_line_of_a_note_is_a_quick_action(server: GitLabServer) -> None:
    client = gitlab.create_client(server.url, TOKEN)
    gitlab.write_note(client, "team/shop", 12, "text\n/approve\n  /merge\n")
    assert not [line for line in server.notes[0]["body"].splitlines() if line.lstrip().startswith("/")]


def test_a_busy_server_is_asked_again_and_an_error_ends_with_4(server: GitLabServer, tmp_path: Path) -> None:
    server.busy.extend([429, 503])
    waited: list[float] = []
    client = msgspec.structs.replace(gitlab.create_client(server.url, TOKEN), sleep=waited.append)
    gitlab.set_status(client, "team/shop", HEAD, "x" * 999, passed=True)
    assert len(waited) == 2
    ran = publish(server, tmp_path, whole_tree_fail(), token="glpat-wrong").expect(4)
    assert "HTTP 401" in (tmp_path / "publish.json").read_text() or "401" in ran.stderr
    assert "GITLAB_TOKEN is not set" in publish(server, tmp_path, whole_tree_fail(), token="").expect(4).stderr


@pytest.mark.parametrize("api", ["http://gitlab.example.com/api/v4", "ftp://127.0.0.1", "https://user@gitlab.example.com"])
def test_the_token_is_sent_by_https_only(api: str) -> None:
    with pytest.raises(UsageError):
        gitlab.create_client(api, TOKEN)


def test_a_project_is_a_path_or_a_number() -> None:
    assert gitlab.project_path("group/sub/shop") == "projects/group%2Fsub%2Fshop"
    assert gitlab.project_path("42") == "projects/42"
    for wrong in ("/user", "a b/c", "shop", "a/x?y", "a//b"):
        with pytest.raises(UsageError):
            gitlab.project_path(wrong)
