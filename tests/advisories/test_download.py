"""A download ends with a whole, checked store or with a clear error and the store that was there, whatever the server does."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scangate.advisories import download
from scangate.advisories.download import Limits, fetch, redact_url, update_store
from scangate.advisories.ecosystems import PYPI
from scangate.advisories.importer import import_osv
from scangate.advisories.store import Store, StoreInfo
from scangate.errors import ScangateError
from tests.support.http_server import HttpServer, ReceivedRequest, serve_http
from tests.support.osv_records import NOW, osv_record, write_archive

QUICK = Limits(connect_timeout=2.0, read_timeout=0.5, total_timeout=10.0, attempts=3, backoff=0.01)
ETAG = '"v1"'
USER = ":".join(("user", "hunter2"))  # noqa: FLY002 -- never together in a file, or a scanner would take it for real


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers are on loopback, and no proxy of the machine that runs the tests comes between."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An export with something to send: no compression makes it small."""
    records = [osv_record(f"PYSEC-1-{number}", f"p{number}", details=os.urandom(400).hex()) for number in range(200)]
    return write_archive(tmp_path_factory.mktemp("export") / "all.zip", records).read_bytes()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A store that is there before."""
    place = tmp_path / "cache" / "advisories.sqlite"
    import_osv(write_archive(tmp_path / "before.zip", [osv_record("OLD-1", "before")]), place, lambda *_: None, imported="")
    return place


def run(address: str, target: Path, limits: Limits = QUICK) -> StoreInfo:
    """An update without a listener."""
    return update_store(address, target, lambda *_: None, imported=NOW, limits=limits)


def names(target: Path) -> set[str]:
    """The packages of the store in its place."""
    with Store.open(target) as store:
        return set(store.package_names())


def refused(address: str, target: Path, limits: Limits = QUICK) -> ScangateError:
    """The error that an update ends with; the store that was there is still there."""
    with pytest.raises(ScangateError) as caught:
        run(address, target, limits)
    assert names(target) == {"before"}
    assert caught.value.hint
    return caught.value


def leftovers(target: Path) -> set[str]:
    """The files next to the store, except its lock."""
    return {file.name.removeprefix(target.name) for file in target.parent.iterdir()} - {"", ".lock"}


def serve(export: bytes, ranges: bool = True, /, **headers: str) -> Callable[[ReceivedRequest, HttpServer], None]:
    """A server as it should be."""

    def act(asked: ReceivedRequest, place: HttpServer) -> None:
        if not asked.path.partition("?")[0].endswith(".zip"):
            asked.respond(404)
            return
        items = {"ETag": ETAG, **headers}
        start = asked.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-")
        if ranges and int(start) and asked.headers.get("If-Range") == items["ETag"]:
            items["Content_Range"] = f"bytes {start}-{len(export) - 1}/{len(export)}"
            asked.respond(206, export[int(start) :], **items)
        else:
            asked.respond(200, export, **items)

    return act


def breaking(
    export: bytes, at: int, then: Callable[[ReceivedRequest, HttpServer], None]
) -> Callable[[ReceivedRequest, HttpServer], None]:
    """A server that breaks off the first answer."""

    def act(asked: ReceivedRequest, place: HttpServer) -> None:
        if ".sha256" not in asked.path and asked.number == 1:
            asked.respond(200, export[:at], len(export), ETag=ETAG)
        else:
            then(asked, place)

    return act


def test_an_update(export: bytes, target: Path) -> None:
    items: list[tuple[str, int, int]] = []
    with serve_http(serve(export)) as place:
        facts = update_store(place.address, target, lambda *each: items.append(each), imported=NOW, limits=QUICK)
    assert (facts.records, facts.imported, facts.source) == (200, NOW, place.address)
    assert len(names(target)) == 200
    assert ("bytes", len(export), len(export)) in items
    assert items[-1] == ("records", 200, 200)
    assert leftovers(target) == set()


def test_a_response_without_a_length(export: bytes, target: Path) -> None:
    with serve_http(lambda asked, place: asked.respond(200 if asked.path.endswith("zip") else 404, export, -1)) as place:
        assert run(place.address, target).records == 200


def test_an_interrupted_download_is_resumed(export: bytes, target: Path) -> None:
    with serve_http(breaking(export, 30_000, serve(export))) as place:
        assert run(place.address, target).records == 200
    assert place.ranges[:2] == ["", "bytes=30000-"]
    assert place.asked[1][1]["If-Range"] == ETAG


def test_the_next_run_resumes_a_download(export: bytes, target: Path) -> None:
    with serve_http(breaking(export, 30_000, serve(export))) as place:
        refused(place.address, target, Limits(attempts=1))
        assert leftovers(target) == {".part", ".part.json"}
        assert run(place.address, target).records == 200
    assert place.ranges[1] == "bytes=30000-"
    assert leftovers(target) == set()


def test_without_range_support_the_download_restarts(export: bytes, target: Path) -> None:
    with serve_http(breaking(export, 30_000, serve(export, False))) as place:
        assert run(place.address, target).records == 200


def test_a_changed_file_is_downloaded_again(export: bytes, target: Path) -> None:
    with serve_http(breaking(export, 30_000, serve(export, ETag='"v2"'))) as place:
        assert run(place.address, target).records == 200


def test_a_range_of_another_file_is_rejected(export: bytes, target: Path) -> None:
    """It knows no If-Range, and sends the rest of a newer file."""

    def other(asked: ReceivedRequest, place: HttpServer) -> None:
        if "Range" in asked.headers:
            size = len(export)
            asked.respond(206, export[30_000:], ETag='"v2"', Content_Range=f"bytes 30000-{size - 1}/{size}")
        else:
            serve(export, ETag='"v2"')(asked, place)

    with serve_http(breaking(export[::-1].replace(export[::-1][:4], b"PK\x03\x04", 1), 30_000, other)) as place:
        assert run(place.address, target).records == 200
    assert place.ranges[:3] == ["", "bytes=30000-", ""]


def test_a_partial_file_from_another_url_is_not_resumed(export: bytes, target: Path) -> None:
    with serve_http(breaking(export, 30_000, serve(export))) as first:
        refused(first.address, target, Limits(attempts=1))
    with serve_http(serve(export)) as second:
        assert run(second.address, target).records == 200
    assert second.ranges[0] == ""


def test_a_symlink_at_the_partial_file_is_not_followed(export: bytes, target: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    for name in (".part", ".part.json"):
        target.with_name(target.name + name).symlink_to(victim)
    with serve_http(serve(export)) as place:
        run(place.address, target)
    assert victim.read_text() == "precious"


def test_a_temporary_error_is_retried(export: bytes, target: Path) -> None:
    def act(asked: ReceivedRequest, place: HttpServer) -> None:
        if asked.number < 3:
            asked.respond(503, b"busy", Retry_After="0")
        else:
            serve(export)(asked, place)

    with serve_http(act) as place:
        assert run(place.address, target).records == 200


def always(
    status: int, body: bytes = b"", /, length: int | None = None, **headers: str
) -> Callable[[ReceivedRequest, HttpServer], None]:
    """A server that knows one answer."""
    return lambda asked, place: asked.respond(status, body, length, **headers)


def hang(asked: ReceivedRequest, place: HttpServer) -> None:
    """Says nothing until it is over."""
    place.over.wait(10)


def stall(asked: ReceivedRequest, place: HttpServer) -> None:
    """Sends a beginning, then nothing."""
    asked.respond(200, b"PK\x03\x04 and", 1000)
    place.over.wait(10)


def drip(asked: ReceivedRequest, place: HttpServer) -> None:
    """Sends a byte now and then, for ever."""
    asked.respond(200, b"PK\x03\x04", 100_000)
    while not place.over.wait(0.05):
        asked.handler.wfile.write(b"x")
        asked.handler.wfile.flush()


FAULTS: dict[str, tuple[Callable[[ReceivedRequest, HttpServer], None], str, int]] = {
    "not found": (always(404), "status 404", 1),
    "forbidden": (always(403), "status 403", 1),
    "a fault of the server": (always(500), "status 500", 3),
    "too many": (always(429), "status 429", 3),
    "hangs": (hang, "no response in time", 3),
    "stalls": (stall, "stopped sending", 3),
    "truncated": (always(200, b"PK\x03\x04short", length=900), "closed|received", 3),
    "html": (always(200, b"<html>log in", Content_Type="text/html"), "a web page", 1),
    "html in disguise": (always(200, b"<!DOCTYPE html>", Content_Type="application/zip"), "a web page", 1),
    "empty": (always(200), "not a complete zip", 3),
    "no archive": (always(200, b"PK\x03\x04 and nothing more"), "not a complete zip", 3),
    "round and round": (always(302, Location="/PyPI/all.zip"), "redirects more", 6),
    "away from HTTPS": (always(302, Location="http://example.org/x.zip"), "not an https URL", 1),
    "to what is no address": (always(302, Location="http://[::1"), "cannot fetch", 1),
    "to a file": (always(302, Location="file:///etc/passwd"), "not an https URL", 1),
    "too large": (always(200, b"PK\x03\x04", length=2 << 30), "too large", 1),
    "a range nobody asked for": (always(206, b"PK\x03\x04", Content_Range="bytes 0-3/4"), "has changed", 3),
}


@pytest.mark.parametrize(("act", "message", "tries"), FAULTS.values(), ids=FAULTS)
def test_a_failed_download_is_reported_and_keeps_the_store(
    target: Path, act: Callable[[ReceivedRequest, HttpServer], None], message: str, tries: int
) -> None:
    def only_archives(asked: ReceivedRequest, place: HttpServer) -> None:
        if asked.path.endswith(".sha256"):
            asked.respond(404)
        else:
            act(asked, place)

    with serve_http(only_archives) as place:
        error = refused(place.address, target)
    assert re.search(message, error.message), error.message
    assert sum(path.endswith(".zip") for path, _ in place.asked) == tries


def test_a_slow_server_exceeds_the_total_timeout(target: Path) -> None:
    limits = Limits(connect_timeout=2.0, read_timeout=1.0, total_timeout=0.6, attempts=3, backoff=0.01)
    begun = time.monotonic()
    with serve_http(drip) as place:
        assert "not complete after" in refused(place.address, target, limits).message
    assert time.monotonic() - begun < 8


def test_an_endless_response_is_refused(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_BYTES", 100_000)

    def flood(asked: ReceivedRequest, place: HttpServer) -> None:
        asked.respond(200, b"PK\x03\x04", -1)
        while not place.over.is_set():
            asked.handler.wfile.write(bytes(65536))

    with serve_http(flood) as place:
        assert "too large" in refused(place.address, target).message


def test_a_redirect_is_followed(export: bytes, target: Path) -> None:
    def act(asked: ReceivedRequest, place: HttpServer) -> None:
        if asked.path == "/PyPI/all.zip":
            asked.respond(302, Location="../elsewhere.zip")
        else:
            serve(export)(asked, place)

    with serve_http(act) as place:
        assert run(place.address, target).records == 200


def md5(content: bytes) -> str:
    """As Google's storage writes it."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def test_a_checksum_in_the_headers_is_verified(export: bytes, target: Path) -> None:
    hexadecimal = hashlib.md5(export, usedforsecurity=False).hexdigest()
    for good in (
        {"x_goog_hash": f"crc32c=AAAAAA==, md5={md5(export)}"},
        {"x_amz_request_id": "1", "ETag": f'"{hexadecimal}"'},
        {"x_amz_request_id": "1", "ETag": f'"{"0" * 32}"', "x_amz_server_side_encryption": "aws:kms"},
        {"ETag": f'"{"0" * 32}"'},  # of a server whose tags are whatever they are
    ):
        with serve_http(serve(export, **good)) as place:
            assert run(place.address, target).records == 200


@pytest.mark.parametrize(
    "headers", [{"x_goog_hash": f"md5={md5(b'other')}"}, {"x_amz_request_id": "1", "ETag": f'"{"0" * 32}"'}], ids=["google", "s3"]
)
def test_a_wrong_checksum_is_refused(export: bytes, target: Path, headers: dict[str, str]) -> None:
    with serve_http(serve(export, **headers)) as place:
        assert "checksum does not match" in refused(place.address, target).message
    assert leftovers(target) == set()


@pytest.mark.parametrize("right", [True, False])
def test_a_checksum_file_is_verified(export: bytes, target: Path, right: bool) -> None:
    digest = hashlib.sha256(export if right else b"other").hexdigest()

    def act(asked: ReceivedRequest, place: HttpServer) -> None:
        if asked.path.endswith("/PyPI/all.zip.sha256"):
            asked.respond(200, f"{digest}  all.zip\n".encode())
        else:
            serve(export)(asked, place)

    with serve_http(act) as place:
        if right:
            assert run(place.address, target).records == 200
        else:
            assert "checksum does not match" in refused(place.address, target).message


def test_a_corrupted_archive_is_refused(export: bytes, target: Path) -> None:
    """The archive's own checksums notice, where the server offers none."""
    at = export.index(b"PYSEC-1-100.json") + 60
    with serve_http(serve(export[:at] + bytes([export[at] ^ 1]) + export[at + 1 :])) as place:
        assert "damaged" in refused(place.address, target).message
    assert leftovers(target) == set()


def test_a_refused_connection(target: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = refused(f"http://127.0.0.1:{port}/all.zip", target)
    assert "Connection refused" in error.message


def test_a_proxy_that_refuses(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://{USER}@127.0.0.1:{free.getsockname()[1]}")
    error = refused("https://advisories.invalid/all.zip", target)
    assert "proxy" in error.message
    assert "hunter2" not in error.message + error.hint


def test_a_plain_http_server_at_an_https_url(target: Path) -> None:
    with serve_http(always(200)) as place:
        error = refused(place.address.replace("http:", "https:"), target)
    assert "cannot verify the certificate" in error.message
    assert "REQUESTS_CA_BUNDLE" in error.hint


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that no authority signed, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "cert.pem", folder / "key.pem"
    options = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    names = [
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-out",
        str(files[0]),
        "-keyout",
        str(files[1]),
    ]
    subprocess.run([openssl, *options, *names], check=True, capture_output=True, timeout=60)
    return files


@pytest.fixture
def secure(certificate: tuple[Path, Path], export: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    """A server under that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    plain = socket.socket.accept
    port = 0

    def accept(self: socket.socket) -> tuple[socket.socket, object]:
        connection, peer = plain(self)
        return (context.wrap_socket(connection, server_side=True) if self.getsockname()[1] == port else connection), peer

    def act(asked: ReceivedRequest, place: HttpServer) -> None:
        if asked.path == "/away.zip":
            asked.respond(302, Location=place.address)
        else:
            serve(export)(asked, place)

    with serve_http(act) as place:
        port = int(place.address.split(":")[2].partition("/")[0])
        monkeypatch.setattr(socket.socket, "accept", accept)
        yield HttpServer(place.address.replace("http:", "https:"), place.over, place.asked)


def test_an_untrusted_certificate(secure: HttpServer, target: Path) -> None:
    assert "cannot verify the certificate" in refused(secure.address, target).message
    assert not secure.asked


def test_a_private_certificate_authority(
    secure: HttpServer, target: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    assert run(secure.address, target).records == 200


def test_a_redirect_from_https_to_http_is_refused(
    secure: HttpServer, target: Path, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    assert "not an https URL" in refused(secure.address.replace("PyPI/all", "away"), target).message
    assert [path for path, _ in secure.asked] == ["/away.zip"]


@pytest.mark.parametrize(
    "address", ["http://example.org/all.zip", "ftp://x/y", "all.zip", "", "https://", "http://[::1", "https://a:b/c"]
)
def test_only_https(target: Path, address: str) -> None:
    assert "not an https URL" in refused(address, target).message


def test_urls_in_messages_are_redacted() -> None:
    address = f"https://{USER}@example.org:444/a/all.zip?X-Amz-Signature=secret#part"
    assert redact_url(address) == "https://example.org:444/a/all.zip"
    assert redact_url(PYPI.export_url) == PYPI.export_url


def test_a_password_is_in_no_message_and_no_file(export: bytes, target: Path) -> None:
    with serve_http(breaking(export, 30_000, always(404))) as place:
        address = place.address.replace("//", f"//{USER}@") + "?token=hunter3"
        error = refused(address, target)
        assert place.asked[0][1]["Authorization"].startswith("Basic ")
    assert leftovers(target) == {".part", ".part.json"}
    assert "hunter" not in error.message + error.hint + target.with_name(f"{target.name}.part.json").read_text()
    with serve_http(serve(export)) as place:
        address = place.address.replace("//", f"//{USER}@") + "?token=hunter3"
        assert run(address, target).source == place.address


def test_an_unwritable_target(export: bytes, tmp_path: Path) -> None:
    with serve_http(serve(export)) as place, pytest.raises(ScangateError, match="cannot write"):
        fetch(place.address, tmp_path / "gone" / "part", lambda *_: None, QUICK)
