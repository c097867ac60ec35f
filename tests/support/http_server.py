"""Small real HTTP servers on loopback that answer as the tests want: well, badly, late, or not at all."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

__all__ = ["HttpServer", "ReceivedRequest", "serve_http"]


@dataclass
class ReceivedRequest:
    """A request as it came, and the means to answer it."""

    handler: http.server.BaseHTTPRequestHandler
    path: str
    headers: Mapping[str, str]
    number: int

    def respond(self, status: int, body: bytes = b"", length: int | None = None, /, **headers: str) -> None:
        """One answer; ``length`` is the length to claim, -1 for none; ``_`` in a header's name means ``-``."""
        handler = self.handler
        handler.send_response_only(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        if length != -1:
            handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()
        handler.close_connection = True


@dataclass
class HttpServer:
    """A server, and what it was asked."""

    address: str
    over: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def ranges(self) -> list[str]:
        """The ranges that were asked for, empty where the whole was."""
        return [headers.get("Range", "") for _, headers in self.asked]


@contextlib.contextmanager
def serve_http(act: Callable[[ReceivedRequest, HttpServer], None]) -> Iterator[HttpServer]:
    """A server that does ``act`` with every GET, on a port of its own."""

    class Handler(http.server.BaseHTTPRequestHandler):
        """Hands every request on."""

        def do_GET(self) -> None:
            """Counts and acts."""
            headers = dict(self.headers.items())
            place.asked.append((self.path, headers))
            number = sum(path == self.path for path, _ in place.asked)
            with contextlib.suppress(OSError):
                act(ReceivedRequest(self, self.path, headers, number), place)

        def log_message(self, *args: object) -> None:
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        place = HttpServer(f"http://127.0.0.1:{server.server_address[1]}/PyPI/all.zip")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield place
        finally:
            place.over.set()
            server.shutdown()
            thread.join()
