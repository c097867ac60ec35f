"""A small proxy in the place of PyPI's and OSV's services over TLS, and fails in the ways that real networks do."""

from __future__ import annotations

import json
import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trustme

__all__ = ["FakeNetwork", "run_network"]

PYPI, OSV = "pypi.org", "api.osv.dev"
VULNERABLE = {"id": "PYSEC-2020-7", "aliases": ["CVE-2020-7"], "details": "x", "fixed_in": ["2.0"], "withdrawn": None}

RESPONSES = {
    "portal": ("200 OK", "text/html", "<html>Please accept the conditions of this network</html>"),
    "error": ("500 Internal Server Error", "text/plain", "sorry"),
    "busy": ("503 Service Unavailable", "text/plain", "later"),
    "not-found": ("404 Not Found", "application/json", "{}"),
}


class FakeNetwork:
    """How each host behaves (a word of ``Handler.reply``), what was asked of it, and the environment that leads there."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.certificates = {host: authority.issue_cert(host) for host in (PYPI, OSV)}
        self.strange = trustme.CA().issue_cert(PYPI, OSV)
        self.behaviors = {PYPI: "not-found", OSV: "not-found"}
        self.requests: list[tuple[str, str]] = []
        self.closed = threading.Event()
        self._bundle = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self._bundle))
        self.port = 0

    def environment(self) -> dict[str, str]:
        """The variables that a build behind this proxy has."""
        return {"HTTPS_PROXY": f"http://127.0.0.1:{self.port}", "REQUESTS_CA_BUNDLE": str(self._bundle)}

    def context(self, host: str) -> ssl.SSLContext:
        """The TLS side of a host."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        (self.strange if self.behaviors[host] == "tls" else self.certificates[host]).configure_cert(context)
        return context


class Handler(socketserver.StreamRequestHandler):
    """One connection: CONNECT, TLS, then requests until the client is content."""

    network: FakeNetwork

    def handle(self) -> None:
        line = self.rfile.readline().decode()
        while self.rfile.readline().strip():
            pass
        host = line.split(" ")[1].partition(":")[0] if line.startswith("CONNECT ") else ""
        if host not in self.network.behaviors or self.network.behaviors[host] == "proxy":
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            with self.network.context(host).wrap_socket(self.connection, server_side=True) as secured:
                self.serve(host, secured)
        except OSError:
            return  # the client did not like the certificate, or is gone

    def serve(self, host: str, secured: ssl.SSLSocket) -> None:
        """Answers requests as the host is minded."""
        with secured.makefile("rb") as reader:
            while line := reader.readline().decode():
                length = 0
                while header := reader.readline().strip():
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.partition(b":")[2])
                question = reader.read(length).decode()
                self.network.requests.append((host, question or line.split(" ")[1]))
                secured.sendall(self.reply(self.network.behaviors[host], f"{line} {question}"))
                if self.network.behaviors[host] == "truncated":
                    return

    def reply(self, behavior: str, asked: str) -> bytes:
        """The bytes of a response."""
        if behavior == "hang":
            self.network.closed.wait(30)
            return b""
        if behavior == "truncated":
            return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"
        if behavior in RESPONSES:
            return http_response(*RESPONSES[behavior])
        vulnerable = re.search(r"/pypi/weak-thing/|weak-thing", asked) is not None
        return http_response("200 OK", "application/json", json.dumps({"vulnerabilities": [VULNERABLE] if vulnerable else []}))


def http_response(status: str, kind: str, body: str) -> bytes:
    """A whole response."""
    data = body.encode()
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away."""


@contextmanager
def run_network(folder: Path) -> Iterator[FakeNetwork]:
    """The proxy, while the block lasts."""
    made = FakeNetwork(folder)

    class Bound(Handler):
        network = made

    with _Server(("127.0.0.1", 0), Bound) as server:
        made.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield made
        finally:
            made.closed.set()
            server.shutdown()


def find_closed_port() -> int:
    """A port on which no program listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
