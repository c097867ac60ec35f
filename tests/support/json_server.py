"""A server on the loopback interface that answers JSON requests by a function."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[str, str, Mapping[str, str], Any], tuple[int, Any]]
"""From method, path, headers and body to status and page; a page that is None has no content."""


@contextmanager
def serve_json(answer: Answer) -> Iterator[str]:
    """Runs the server; its address."""

    class Handler(BaseHTTPRequestHandler):
        """Reads one request, writes one answer."""

        def _do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            status, page = answer(self.command, self.path, dict(self.headers.items()), body)
            data = b"" if page is None else json.dumps(page).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _do  # noqa: N815 -- http.server's names

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
