"""Serves OSV's query API from the store to pip-audit: on this machine only, for one run, under a secret path."""

from __future__ import annotations

import contextlib
import http.server
import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion

from scangate.advisories.advisory import Advisory
from scangate.advisories.lookup_chain import AdvisorySource

HOST = "127.0.0.1"
MAX_QUERY_BYTES = 1 << 16
MAX_RESPONSE_BYTES = 1 << 20  # in one write; more is sent in several
IDLE_TIMEOUT = 60.0  # seconds


class Endpoint:
    """The running endpoint: its URL for ``pip-audit --osv-url``, and how often it answered each (normalized name, version)."""

    def __init__(self, port: int, token: str) -> None:
        self.url = f"http://{HOST}:{port}/{token}/v1/query"
        self.answered: Counter[tuple[str, str]] = Counter()
        self.refused = 0
        self._lock = threading.Lock()

    def count_answer(self, name: str, version: str) -> None:
        """Counts an answered query."""
        with self._lock:
            self.answered[name, version] += 1

    def count_refusal(self) -> None:
        """Counts a request that was refused: a wrong path or a malformed query."""
        with self._lock:
            self.refused += 1


class _Package(msgspec.Struct):
    name: str
    ecosystem: str


class _Query(msgspec.Struct):
    package: _Package
    version: str


_QUERY_DECODER = msgspec.json.Decoder(_Query)


@contextlib.contextmanager
def serve_osv(source: AdvisorySource) -> Iterator[Endpoint]:
    """Serves ``source`` on a random port under a random path until the block ends."""
    token = secrets.token_urlsafe(32)

    class Handler(_Handler):
        """A handler for this endpoint."""

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
        """Ignores a client that disconnected."""


class _Handler(http.server.BaseHTTPRequestHandler):
    source: AdvisorySource
    endpoint: Endpoint
    query_path: str

    protocol_version = "HTTP/1.1"
    server_version = "scangate"
    sys_version = ""
    timeout = IDLE_TIMEOUT
    # One write per response, sent without Nagle's delay: 2,000 queries take seconds, not a minute and a half.
    disable_nagle_algorithm = True
    wbufsize = MAX_RESPONSE_BYTES

    def do_POST(self) -> None:
        """Answers a query."""
        query = self._read_query()
        if query is None or not secrets.compare_digest(self.path.encode(), self.query_path.encode()):
            self._refuse()
            return
        name = str(canonicalize_name(query.package.name))
        try:
            found = self.source.find_advisories(name, query.version)
        except InvalidVersion:
            self._refuse()
            return
        self.endpoint.count_answer(name, query.version)
        self._respond(HTTPStatus.OK, encode_response(name, found))

    def _read_query(self) -> _Query | None:
        length = self.headers.get("Content-Length", "")
        if not (length.isdecimal() and len(length) < 8 and int(length) <= MAX_QUERY_BYTES):
            self.close_connection = True
            return None
        try:
            query = _QUERY_DECODER.decode(self.rfile.read(int(length)))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        return query if query.package.ecosystem == "PyPI" else None

    def _refuse(self) -> None:
        self.endpoint.count_refusal()
        self._respond(HTTPStatus.NOT_FOUND, b"{}")

    def _refuse_method(self) -> None:
        self.close_connection = True
        self._refuse()

    do_GET = do_HEAD = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = _refuse_method  # noqa: N815 -- the library's names

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Responds to a request that the library cannot parse, with the status alone."""
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
        """Logs nothing: the queries are private."""


def encode_response(name: str, found: tuple[Advisory, ...]) -> bytes:
    """The advisories as an OSV query response: one vulnerability each, with all its identifiers."""
    return json.dumps({"vulns": [_vulnerability(name, advisory) for advisory in found]} if found else {}).encode()


def _vulnerability(name: str, advisory: Advisory) -> dict[str, object]:
    events = [{"introduced": "0"}, *({"fixed": fixed} for fixed in advisory.fixed_in)]
    fields = {
        "id": advisory.ids[0],
        "aliases": list(advisory.ids[1:]),
        "summary": advisory.summary or advisory.ids[0],
        "published": advisory.published,
        "modified": advisory.modified,
        "affected": [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
    }
    return {key: value for key, value in fields.items() if value}
