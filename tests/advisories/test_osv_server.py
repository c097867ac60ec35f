"""The endpoint answers the real pip-audit as the store would, and no other client, and counts its answers."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from scangate.advisories.bundled import BundledAdvisories
from scangate.advisories.osv_server import Endpoint, serve_osv
from scangate.advisories.store import Store
from tests.support.osv_records import build_store, osv_record

PIP_AUDIT = Path(sys.executable).parent / "pip-audit"
RECORDS = [
    osv_record("PYSEC-2024-1", "plain", ("introduced", "0"), ("fixed", "2.0"), aliases=["CVE-2024-1"], details="long\nstory"),
    osv_record("GHSA-aaaa-bbbb-cccc", "plain", ("introduced", "0"), ("fixed", "2.1"), aliases=["CVE-2024-1"]),
    osv_record("PYSEC-2024-2", "plain", ("introduced", "3.0rc1"), ("fixed", "3.0"), published="nonsense"),
    osv_record("PYSEC-2024-3", "Two.Parts", ("introduced", "1.0"), ("last_affected", "1.5")),
    osv_record("MAL-2024-1", "evil"),
    osv_record("PYSEC-2024-4", "epoch", ("introduced", "0"), ("fixed", "1!1.0"), ("introduced", "1!2.0"), ("fixed", "1!3.0")),
    osv_record("PYSEC-2024-5", "listed", ("introduced", "0"), ("fixed", "0.1"), versions=["1.0", "2.0.post1"]),
    osv_record("PYSEC-2024-6", "listed", ("introduced", "5"), ("fixed", "not-a-version")),
]
VERSIONS = {
    "plain": "1.0 2.0 2.0rc1 2.1 2.1.dev0 3.0rc1 3.0 1.0+local 1!0",
    "two-parts": "0.9 1.0rc1 1.0 1.5 1.5+cu118 1.5.post1 1.6",
    "evil": "0.0.1 9!9",
    "epoch": "0.5 1!0.5 1!1.0 99 1!2.5 1!3.0",
    "listed": "0.1.dev1 0.1 1.0 1.0+local 2.0 2.0.post1 6",
    "unheard-of": "1.0",
}
# pip-audit takes a name only once a run, so each version is asked of a copy of the package that has a name of its own
PINS = {f"{name}-{number}": version for name, versions in VERSIONS.items() for number, version in enumerate(versions.split())}


def copies(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The record, once for each copy of its package."""
    name = canonicalize_name(record["affected"][0]["package"]["name"])
    for copy in (copy for copy in PINS if copy.startswith(f"{name}-")):
        package = {"ecosystem": "PyPI", "name": copy}
        yield record | {"id": f"{record['id']}-{copy}", "affected": [record["affected"][0] | {"package": package}]}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Store]:
    """A store of the records above."""
    with build_store(tmp_path, *RECORDS) as known:
        yield known


def audit(route: Endpoint, pins: Mapping[str, str], folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What the real pip-audit finds in these pins by way of the endpoint."""
    file = folder / "pins.txt"
    file.write_text("".join(f"{name}=={version}\n" for name, version in pins.items()))
    argv: list[str | Path] = [
        PIP_AUDIT,
        "--no-deps",
        "--disable-pip",
        "--format",
        "json",
        "--aliases",
        "on",
        "--progress-spinner",
        "off",
    ]
    argv += ["--vulnerability-service", "osv", "--osv-url", route.url, "--cache-dir", folder / "http", "--requirement", file]
    environment = {"PATH": os.defpath, "HOME": str(folder)}
    done = subprocess.run(argv, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode in {0, 1}, done.stderr.decode()
    return {found["name"]: found["vulns"] for found in json.loads(done.stdout)["dependencies"]}


def test_the_real_pip_audit_agrees_with_the_store(tmp_path: Path) -> None:
    known = build_store(tmp_path, *(copy for record in RECORDS for copy in copies(record)))
    with known, serve_osv(known) as route:
        found = audit(route, PINS, tmp_path)
        assert route.answered == dict.fromkeys(PINS.items(), 1)
        assert route.refused == 0
        for name, version in PINS.items():
            reported = sorted((tuple(sorted([fault["id"], *fault["aliases"]])), *fault["fix_versions"]) for fault in found[name])
            expected = known.find_advisories(name, version)
            assert reported == sorted((tuple(sorted(one.ids)), *one.fixed_in) for one in expected), (name, version)
    affected = sum(bool(faults) for faults in found.values())
    assert 10 < affected < len(PINS) - 10


def test_a_vulnerability_has_all_ids_and_dates(opened: Store, tmp_path: Path) -> None:
    with serve_osv(opened) as route:
        (fault,) = audit(route, {"plain": "1.0"}, tmp_path)["plain"]
    assert sorted([fault["id"], *fault["aliases"]]) == ["CVE-2024-1", "GHSA-aaaa-bbbb-cccc", "PYSEC-2024-1"]
    assert fault["fix_versions"] == ["2.1"]


def ask(route: Endpoint, path: str | None = None, method: str = "POST", body: Any = None) -> tuple[int, Any]:
    """The answer to one request of one's own."""
    parts = urlsplit(route.url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    content = body if isinstance(body, bytes) else json.dumps(body or question("plain", "1.0"))
    connection.request(method, parts.path if path is None else path, content)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, json.loads(text) if text else None


def question(name: str, version: str, ecosystem: str = "PyPI") -> dict[str, Any]:
    """A question as OSV takes it."""
    return {"package": {"name": name, "ecosystem": ecosystem}, "version": version}


def test_a_direct_query(opened: Store) -> None:
    with serve_osv(opened) as route:
        status, answer = ask(route, body=question("Plain", "1.0"))
        assert (status, [fault["id"] for fault in answer["vulns"]]) == (200, ["CVE-2024-1"])
        assert ask(route, body=question("plain", "99")) == (200, {})
        assert route.answered == {("plain", "1.0"): 1, ("plain", "99"): 1}


def test_everything_else_is_not_found(opened: Store) -> None:
    with serve_osv(opened) as route:
        token = urlsplit(route.url).path
        other = token[:1] + ("b" if token[1] == "a" else "a") + token[2:]
        paths = ("/", "/v1/query", "/x/v1/query", token + "/", token + "batch", token[:-1], other, "*")
        for path in paths:
            assert ask(route, path)[0] == 404
        for method in ("GET", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"):
            assert ask(route, token, method)[0] == 404
        bodies = [
            b"",
            b"null",
            b"{}",
            b"\xff",
            b"[" * 5000,
            b"x" * (1 << 17),
            question("plain", "1.0", "npm"),
            question("plain", "??"),
        ]
        for body in bodies:
            assert ask(route, token, body=body)[0] == 404
        assert ask(route, token, "TRACE") == (501, {})
        assert route.answered == {}
        assert route.refused == len(paths) + 6 + len(bodies) + 1


def test_every_endpoint_has_its_own_path(opened: Store) -> None:
    with serve_osv(opened) as first, serve_osv(opened) as second:
        assert urlsplit(first.url).path != urlsplit(second.url).path
        assert len(urlsplit(first.url).path.split("/")[1]) >= 40
        assert ask(first, urlsplit(second.url).path)[0] == 404


def test_it_listens_on_loopback_only_and_stops(opened: Store) -> None:
    before = threading.active_count()
    with serve_osv(opened) as route:
        place = urlsplit(route.url)
        assert place.hostname == "127.0.0.1"
        assert place.port is not None
        idle = socket.create_connection((place.hostname, place.port))  # one that stays does not hold it up
    with idle, pytest.raises(OSError, match="refused"):
        socket.create_connection((place.hostname, place.port))
    deadline = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == before


def test_one_connection_serves_all_queries_with_one_write_each(opened: Store) -> None:
    with serve_osv(opened) as route:
        place = urlsplit(route.url)
        with socket.create_connection((place.hostname, place.port)) as connection:
            for _ in range(50):
                body = json.dumps(question("plain", "1.0")).encode()
                connection.sendall(
                    b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (place.path.encode(), len(body)) + body
                )
                got = connection.recv(1 << 16)
                head, _, answer = got.partition(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200")
                assert json.loads(answer)["vulns"]
        assert route.answered == {("plain", "1.0"): 50}


def test_a_client_that_disconnects_or_sends_garbage(opened: Store, capfd: pytest.CaptureFixture[str]) -> None:
    with serve_osv(opened) as route:
        place = urlsplit(route.url)
        for sent in (b"", b"\x16\x03\x01 hello", b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\nshort", b"G" * 70_000):
            with socket.create_connection((place.hostname, place.port)) as connection:
                connection.sendall(sent)
        assert ask(route)[0] == 200
    assert capfd.readouterr() == ("", "")


def test_it_serves_the_bundled_advisories() -> None:
    with serve_osv(BundledAdvisories.bundled()) as route:
        assert ask(route, body=question("django", "1.11.1"))[1]["vulns"]


def test_fixed_versions_are_valid(opened: Store) -> None:
    with serve_osv(opened) as route:
        for name, version in (("plain", "1.0"), ("epoch", "1!0.5"), ("listed", "6")):
            for fault in ask(route, body=question(name, version))[1]["vulns"]:
                for event in fault["affected"][0]["ranges"][0]["events"]:
                    assert all(Version(value) for value in event.values())
