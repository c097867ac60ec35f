"""Answers pip-audit's questions to OSV from the store: on this machine alone, for one run, to whoever knows the path."""

from __future__ import annotations

import contextlib
import http.server
import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from typing import Protocol

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from scangate.advisories.groups import Advisory

__all__ = ["Answering", "Route", "serving"]

HOST = "127.0.0.1"
MOST_QUESTION_BYTES = 1 << 16
MOST_ANSWER_BYTES = 1 << 20  # more than one write has room for goes out in several
PATIENCE = 60.0  # seconds a connection may be silent


class Answering(Protocol):
    """What can be asked: the store, or the starter set."""

    def advisories(self, name: str, version: str) -> tuple[Advisory, ...]:
        """The faults of a release. Raises ValueError where it cannot be read."""


class Route:
    """The endpoint while it is up: its address for ``pip-audit --osv-url``, and what it answered."""

    def __init__(self, port: int, token: str) -> None:
        self.url = f"http://{HOST}:{port}/{token}/v1/query"
        self._lock = threading.Lock()
        self._answered: Counter[tuple[str, str]] = Counter()
        self._refused = 0

    @property
    def answered(self) -> dict[tuple[str, str], int]:
        """How often each (canonical name, version as asked) was answered."""
        with self._lock:
            return dict(self._answered)

    @property
    def refused(self) -> int:
        """How many requests got no answer: a wrong path, a wrong question."""
        with self._lock:
            return self._refused

    def note(self, name: str, version: str) -> None:
        """Counts an answer."""
        with self._lock:
            self._answered[name, version] += 1

    def note_refusal(self) -> None:
        """Counts a request that got none."""
        with self._lock:
            self._refused += 1


class _Package(msgspec.Struct):
    name: str
    ecosystem: str


class _Question(msgspec.Struct):
    package: _Package
    version: str


_QUESTIONS = msgspec.json.Decoder(_Question)


@contextlib.contextmanager
def serving(source: Answering) -> Iterator[Route]:
    """An endpoint over ``source`` on a random port, under a random path; gone with the block."""
    token = secrets.token_urlsafe(32)

    class Handler(_Handler):
        """A handler of this endpoint."""

    with _Server((HOST, 0), Handler) as server:
        route = Route(server.server_address[1], token)
        Handler.source, Handler.route, Handler.path_asked = source, route, f"/{token}/v1/query"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield route
        finally:
            server.shutdown()
            thread.join()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away: nothing to say."""


class _Handler(http.server.BaseHTTPRequestHandler):
    source: Answering
    route: Route
    path_asked: str

    protocol_version = "HTTP/1.1"
    server_version = "scangate"
    sys_version = ""
    timeout = PATIENCE
    # One write per answer, and none that waits for the last one's receipt: 2,000 questions take seconds, not a minute and a half.
    disable_nagle_algorithm = True
    wbufsize = MOST_ANSWER_BYTES

    def do_POST(self) -> None:
        """Answers a question."""
        question = self._question()
        if question is None or not secrets.compare_digest(self.path.encode(), self.path_asked.encode()):
            self._refuse()
            return
        name = str(canonicalize_name(question.package.name))
        try:
            found = self.source.advisories(name, question.version)
        except InvalidVersion:
            self._refuse()
            return
        self.route.note(name, question.version)
        self._answer(HTTPStatus.OK, answer(name, found))

    def _question(self) -> _Question | None:
        length = self.headers.get("Content-Length", "")
        if not (length.isdecimal() and len(length) < 8 and int(length) <= MOST_QUESTION_BYTES):
            self.close_connection = True
            return None
        try:
            question = _QUESTIONS.decode(self.rfile.read(int(length)))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        return question if question.package.ecosystem == "PyPI" else None

    def _refuse(self) -> None:
        self.route.note_refusal()
        self._answer(HTTPStatus.NOT_FOUND, b"{}")

    def _other(self) -> None:
        self.close_connection = True
        self._refuse()

    do_GET = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = _other  # noqa: N815 -- the library's names

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the library answers to a request it cannot read: the code alone."""
        del message, explain
        self.close_connection = True
        self.route.note_refusal()
        self._answer(HTTPStatus(code), b"{}")

    def _answer(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        """Says nothing: what was asked is nobody's business."""


def answer(name: str, found: tuple[Advisory, ...]) -> bytes:
    """The advisories as OSV's query answers them: one vulnerability each, in which all its names stand."""
    return json.dumps({"vulns": [_vulnerability(name, advisory) for advisory in found]} if found else {}).encode()


def _vulnerability(name: str, advisory: Advisory) -> dict[str, object]:
    events = [{"introduced": "0"}, *({"fixed": fixed} for fixed in advisory.fixed_in)]
    said = {
        "id": advisory.ids[0],
        "aliases": list(advisory.ids[1:]),
        "summary": advisory.summary or advisory.ids[0],
        "published": advisory.published,
        "modified": advisory.modified,
        "affected": [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
    }
    return {key: value for key, value in said.items() if value}
