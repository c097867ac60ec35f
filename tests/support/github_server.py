"""A fake of the GitHub API, with its documented limits, on the loopback interface."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

__all__ = ["TOKEN", "GitHubServer", "serve_github"]

TOKEN = "ghs_" + "x1" * 18
ROOT = "/repos/team/shop/"


class GitHubServer:
    """The requests so far. ``busy``: responses (status, headers) to send first."""

    def __init__(self) -> None:
        self.runs: list[dict[str, Any]] = []
        self.sarifs: list[dict[str, Any]] = []
        self.busy: deque[tuple[int, dict[str, str]]] = deque()
        self.status = "complete"
        self.app = True
        """Whether the token is an app's: with another one, check runs cannot be created."""
        self.url = ""
        self.asked = 0

    def answer(  # noqa: PLR0911 -- a switch
        self, method: str, path: str, authorization: str, body: Any
    ) -> tuple[int, dict[str, str], Any]:
        self.asked += 1
        if authorization != f"Bearer {TOKEN}":
            return 401, {}, {"message": "Bad credentials"}
        if self.busy:
            return *self.busy.popleft(), {"message": "wait"}
        if not path.startswith(ROOT):
            return 404, {}, {"message": "Not Found"}
        step = path.removeprefix(ROOT)
        if method == "GET" and step.startswith("commits/"):
            found = [run for run in self.runs if run["head_sha"] == step.split("/")[1]]
            counted = [{**run, "output": {**run["output"], "annotations_count": len(run["annotations"])}} for run in found]
            return 200, {}, {"check_runs": counted}
        if step.startswith("check-runs"):
            return self._check(method, step, body)
        if step == "code-scanning/sarifs":
            return self._sarif(body)
        return 200, {}, {"processing_status": self.status, "errors": ["two runs of one tool"] if self.status == "failed" else None}

    def _check(self, method: str, step: str, body: Any) -> tuple[int, dict[str, str], Any]:
        if not self.app:
            return 403, {}, {"message": "You must authenticate via a GitHub App."}
        output = body["output"]
        if len(output["annotations"]) > 50 or len(output["summary"]) > 65_535:
            return 422, {}, {"message": "too many or too long"}
        if any(len(each["message"]) > 65_536 or len(each["title"]) > 255 for each in output["annotations"]):
            return 422, {}, {"message": "too long"}
        if method == "POST":
            run = {**body, "id": len(self.runs) + 1, "annotations": list(output["annotations"])}
            self.runs.append(run)
            return 201, {}, {"id": run["id"]}
        run = self.runs[int(step.rpartition("/")[2]) - 1]
        run["annotations"] += output["annotations"]
        run.update({key: value for key, value in body.items() if key != "annotations"})
        return 200, {}, {"id": run["id"]}

    def _sarif(self, body: Any) -> tuple[int, dict[str, str], Any]:
        log = json.loads(gzip.decompress(base64.b64decode(body["sarif"])))
        self.sarifs.append({"ref": body["ref"], "commit": body["commit_sha"], "log": log})
        return 202, {}, {"id": "s/1"}


@contextmanager
def serve_github() -> Iterator[GitHubServer]:
    """Runs the server."""
    state = GitHubServer()

    class Handler(BaseHTTPRequestHandler):
        """Reads one request, writes one answer."""

        def _do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, headers, page = state.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
            data = json.dumps(page).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = _do  # noqa: N815 -- http.server's names

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
