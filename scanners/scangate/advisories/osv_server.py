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

from scangate.advisories.advisory import Advisory

__all__ = ["AdvisoryLookup", "Endpoint", "serve_osv"]

HOST = "127.0.0.1"
MAX_QUERY_BYTES = 1 << 16
MAX_RESPONSE_BYTES = 1 << 20  # more than one write has room for goes out in several
IDLE_TIMEOUT = 60.0  # seconds a connection may be silent


class AdvisoryLookup(Protocol):
    """What can be asked: the store, or the starter set."""

    def find_advisories(self, name: str, version: str) -> tuple[Advisory, ...]:
        """The faults of a release. Raises ValueError where it cannot be read."""


class Endpoint:
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

    def count_answer(self, name: str, version: str) -> None:
        """Counts an answer."""
        with self._lock:
            self._answered[name, version] += 1

    def count_refusal(self) -> None:
        """Counts a request that got none."""
        with self._lock:
            self._refused += 1


class _Package(msgspec.Struct):
    name: str
    ecosystem: str


class _Query(msgspec.Struct):
    package: _Package
    version: str


_QUERY_DECODER = msgspec.json.Decoder(_Query)


@contextlib.contextmanager
def serve_osv(source: AdvisoryLookup) -> Iterator[Endpoint]:
    """An endpoint over ``source`` on a random port, under a random path; gone with the block."""
    token = secrets.token_urlsafe(32)

    class Handler(_Handler):
        """A handler of this endpoint."""

    with _Server((HOST, 0), Handler) as server:
        route = Endpoint(server.server_address[1], token)
        Handler.source, Handler.endpoint, Handler.query_path = source, route, f"/{token}/v1/query"
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
    source: AdvisoryLookup
    endpoint: Endpoint
    query_path: str

    protocol_version = "HTTP/1.1"
    server_version = "scangate"
    sys_version = ""
    timeout = IDLE_TIMEOUT
    # One write per answer, and none that waits for the last one's receipt: 2,000 questions take seconds, not a minute and a half.
    disable_nagle_algorithm = True
    wbufsize = MAX_RESPONSE_BYTES

    def do_POST(self) -> None:
        """Answers a question."""
        question = self._read_query()
        if question is None or not secrets.compare_digest(self.path.encode(), self.query_path.encode()):
            self._refuse()
            return
        name = str(canonicalize_name(question.package.name))
        try:
            found = self.source.find_advisories(name, question.version)
        except InvalidVersion:
            self._refuse()
            return
        self.endpoint.count_answer(name, question.version)
        self._respond(HTTPStatus.OK, encode_response(name, found))

    def _read_query(self) -> _Query | None:
        length = self.headers.get("Content-Length", "")
        if not (length.isdecimal() and len(length) < 8 and int(length) <= MAX_QUERY_BYTES):
            self.close_connection = True
            return None
        try:
            question = _QUERY_DECODER.decode(self.rfile.read(int(length)))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        return question if question.package.ecosystem == "PyPI" else None

    def _refuse(self) -> None:
        self.endpoint.count_refusal()
        self._respond(HTTPStatus.NOT_FOUND, b"{}")

    def _refuse_method(self) -> None:
        self.close_connection = True
        self._refuse()

    do_GET = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = _refuse_method  # noqa: N815 -- the library's names

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the library answers to a request it cannot read: the code alone."""
        del message, explain
        self.close_connection = True
        self.endpoint.count_refusal()
        self._respond(HTTPStatus(code), b"{}")

    def _respond(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
        """Says nothing: what was asked is nobody's business."""


def encode_response(name: str, found: tuple[Advisory, ...]) -> bytes:
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
