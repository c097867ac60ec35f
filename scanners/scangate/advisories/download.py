"""Fetches OSV's export for the advisory store; goes on where an earlier try stopped, and hands on nothing that is not whole."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import msgspec
import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from scangate.advisories.importer import EXPORT_URL, Progress, import_osv, lock_store
from scangate.advisories.osv import one_line
from scangate.advisories.store import StoreInfo
from scangate.errors import ScangateError

__all__ = ["Limits", "fetch", "update_store"]

MAX_BYTES = 1 << 30
CHUNK = 1 << 16
MAX_REDIRECTS = 5
ZIP_MAGIC = b"PK\x03\x04"
USER_AGENT = "scangate (advisories update)"
LOCAL_HOSTS = {"127.0.0.1", "::1", "localhost"}
ALTERNATIVE_HINT = "load a file instead: scangate advisories import FILE.zip, or name a mirror: --address URL"
CA_HINT = "name the authority that signed it: REQUESTS_CA_BUNDLE=FILE scangate advisories update"
RETRY_HINT = "try again: scangate advisories update"


class Limits(msgspec.Struct, frozen=True):
    """How long and how often: seconds to connect, seconds of silence, seconds in all, tries, seconds before the second try."""

    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    total_timeout: float = 1800.0
    attempts: int = 4
    backoff: float = 1.0


class _RetryableError(Exception):
    """This try failed in a way that another may not."""

    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


class _PartialInfo(msgspec.Struct, frozen=True):
    """What is kept beside a partial file: where it comes from, and the validator by which its rest can be asked for.

    Of the address the digest alone: it may hold a password.
    """

    address: str
    etag: str


class _Download(msgspec.Struct, frozen=True):
    """What is to be fetched, into which file; ``end`` is the moment (monotonic) when it has taken too long."""

    address: str
    partial_file: Path
    progress: Progress
    limits: Limits
    deadline: float


def update_store(address: str, target: Path, progress: Progress, *, imported: str, limits: Limits | None = None) -> StoreInfo:
    """Fetches the export at ``address`` and builds the store ``target`` from it. ``imported`` as in ``import_export``.

    ``progress`` is told bytes while it fetches, records while it builds. Raises ScangateError; the store that was there stays then.
    """
    with lock_store(target):
        archive = fetch(address, target.with_name(f"{target.name}.part"), progress, limits or Limits())
    try:
        return import_osv(archive, target, progress, imported=imported, origin=redact_url(address))
    finally:
        _discard(archive)


def fetch(address: str, partial_file: Path, progress: Progress, limits: Limits) -> Path:
    """Fetches a zip archive into ``part``, going on with what is already there. Raises ScangateError."""
    job = _Download(address, partial_file, progress, limits, time.monotonic() + limits.total_timeout)
    why = ""
    for number in range(limits.attempts):
        try:
            with requests.Session() as session:
                return _fetch_once(session, job)
        except _RetryableError as reason:
            why = str(reason)
            wait = max(limits.backoff * 2**number, reason.wait)
            if number + 1 == limits.attempts or time.monotonic() + wait > job.deadline:
                break
            time.sleep(wait)
        except OSError as error:
            raise ScangateError(f"cannot write {partial_file}: {error.strerror}", "name another place: --store FILE") from error
    raise ScangateError(f"{redact_url(address)} cannot be fetched: {why}", ALTERNATIVE_HINT)


def redact_url(address: str) -> str:
    """An address as it may be told: without name, password and signature."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "this address"
    host = parts.netloc.rpartition("@")[2]
    return one_line(urlunsplit((parts.scheme, host, parts.path, "", "")), 300)


def _is_safe(address: str, *, allow_local_http: bool) -> bool:
    """Whether an address is HTTPS, or, where ``local`` allows it, plain HTTP on this machine."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (allow_local_http and parts.scheme == "http" and host in LOCAL_HOSTS))


def _fetch_once(session: requests.Session, job: _Download) -> Path:
    note = _load_partial_info(job.partial_file, job.address)
    have = job.partial_file.stat().st_size if note is not None else 0
    headers = {"Range": f"bytes={have}-", "If-Range": note.etag} if note is not None else {}
    with _get(session, job.address, headers, job.limits) as response:
        start = _resume_offset(response, note, have)
        if start is None:
            _discard(job.partial_file)
            raise _RetryableError("the file has changed on the server")
        size = _total_size(response, start)
        if not start:
            _discard(job.partial_file)
            _save_partial_info(job, response.headers.get("ETag", ""))
        _write_body(response, job, start, size)
        md5 = _expected_md5(response)
    _verify_checksum(session, job, md5)
    return job.partial_file


@contextlib.contextmanager
def _get(session: requests.Session, address: str, headers: dict[str, str], limits: Limits) -> Iterator[requests.Response]:
    """The answer to a GET, after redirects, none of which leaves HTTPS. Raises _Again and ScangateError."""
    headers = {"Accept-Encoding": "identity", "User-Agent": USER_AGENT, **headers}
    told, local = redact_url(address), not address.startswith("https:")
    with _translate_errors(told):
        for _ in range(MAX_REDIRECTS + 1):
            if not _is_safe(address, allow_local_http=local):
                raise ScangateError(f"not an https address: {redact_url(address)}", f"--address {EXPORT_URL}")
            response = session.get(
                address, headers=headers, timeout=(limits.connect_timeout, limits.read_timeout), stream=True, allow_redirects=False
            )
            if not response.is_redirect:
                break
            response.close()
            address = urljoin(address, response.headers["Location"])
        else:
            raise ScangateError(f"{told} redirects without end", ALTERNATIVE_HINT)
        with response:
            _check_status(response, told)
            yield response


@contextlib.contextmanager
def _translate_errors(told: str) -> Iterator[None]:
    """Turns the library's errors into ours: what may pass is _Again, the rest is told at once."""
    try:
        yield
    except requests.exceptions.SSLError as error:
        raise ScangateError(f"{told} cannot prove who it is: {_cause(error)}", CA_HINT) from error
    except requests.exceptions.ProxyError as error:
        raise _RetryableError(f"the proxy does not let it through: {_cause(error)}") from error
    except requests.exceptions.Timeout as error:
        raise _RetryableError("it does not answer in time") from error
    except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
        raise _RetryableError(f"the connection fails: {_cause(error)}") from error
    except (requests.exceptions.RequestException, HTTPError, ValueError) as error:  # ValueError: a redirect to what is no address
        raise ScangateError(f"{told} cannot be fetched: {_cause(error)}", ALTERNATIVE_HINT) from error


def _cause(error: BaseException) -> str:
    """The innermost reason in a few words, without addresses: they may hold a password."""
    while error.args and isinstance(inner := getattr(error.args[0], "reason", error.args[0]), BaseException):
        error = inner
    origin = error.__cause__ or error.__context__
    for each in (error, origin):
        if isinstance(each, OSError) and each.strerror:
            return one_line(each.strerror, 120)
    return type(error).__name__


def _check_status(response: requests.Response, told: str) -> None:
    status = response.status_code
    if status in {200, 206, 416}:
        return
    if status == 429 or status >= 500:
        after = response.headers.get("Retry-After", "")
        raise _RetryableError(f"it answers {status}", min(float(after), 60.0) if after.isdecimal() and len(after) < 6 else 0.0)
    raise ScangateError(f"{told} answers {status}", ALTERNATIVE_HINT)


def _resume_offset(response: requests.Response, note: _PartialInfo | None, have: int) -> int | None:
    """At which byte the answer begins; None where it does not go with what is already there."""
    if response.status_code == 200:
        return 0
    match = re.fullmatch(r"bytes ([0-9]{1,15})-[0-9]{1,15}/[0-9]{1,15}", response.headers.get("Content-Range", ""))
    fits = match is not None and int(match[1]) == have and note is not None and response.headers.get("ETag") == note.etag
    return have if fits and response.status_code == 206 else None


def _total_size(response: requests.Response, start: int) -> int | None:
    """The length that the whole file will have, where the server says it. Raises ScangateError for what is no archive."""
    if "html" in response.headers.get("Content-Type", "").lower():
        raise _not_an_archive(response)
    length = response.headers.get("Content-Length", "")
    if not (length.isdecimal() and len(length) < 16):
        return None
    if start + int(length) > MAX_BYTES:
        raise ScangateError(f"{redact_url(response.url)} is too large: {start + int(length):,} bytes", ALTERNATIVE_HINT)
    return start + int(length)


def _not_an_archive(response: requests.Response) -> ScangateError:
    told = f"{redact_url(response.url)} answers with a page, not with a zip archive"
    return ScangateError(told, "is there a login page in front of the network? open the address in a browser")


def _write_body(response: requests.Response, job: _Download, start: int, size: int | None) -> None:
    done = start
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | (0 if start else os.O_TRUNC)
    with os.fdopen(os.open(job.partial_file, flags, 0o600), "wb") as file:
        file.seek(start)
        for chunk in _chunks(response):
            if not done and not chunk.startswith(ZIP_MAGIC):
                raise _not_an_archive(response)
            done += len(chunk)
            if done > MAX_BYTES:
                raise ScangateError(f"{redact_url(response.url)} is too large", ALTERNATIVE_HINT)
            file.write(chunk)
            job.progress("bytes", done, size or 0)
            if time.monotonic() > job.deadline:
                raise _RetryableError("it takes too long")
    if size is not None and done != size:
        raise _RetryableError(f"it ended after {done:,} of {size:,} bytes")


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """The body as it comes in, without waiting for a chunk to be full: a server that drips is noticed. Four bytes at first."""
    begun = b""
    try:
        while chunk := response.raw.read1(CHUNK):
            begun += chunk
            if len(begun) >= len(ZIP_MAGIC):
                yield begun
                begun = b""
        if begun:
            yield begun
    except ReadTimeoutError as error:
        raise _RetryableError("it falls silent") from error
    except HTTPError as error:
        raise _RetryableError("the connection breaks off") from error


def _expected_md5(response: requests.Response) -> str:
    """The MD5 that Google's storage sends along, or S3's entity tag where that is one; hexadecimal, or empty."""
    for value in re.findall(r"md5=([A-Za-z0-9+/]{22}==)", response.headers.get("x-goog-hash", "")):
        return base64.b64decode(value).hex()
    tag = re.fullmatch(r'"([0-9a-f]{32})"', response.headers.get("ETag", ""))
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html: with KMS or a customer's key it is no MD5
    keyed = response.headers.get("x-amz-server-side-encryption", "AES256") != "AES256"
    keyed = keyed or any(name.lower().startswith("x-amz-server-side-encryption-customer") for name in response.headers)
    return tag[1] if tag is not None and "x-amz-request-id" in response.headers and not keyed else ""


def _verify_checksum(session: requests.Session, job: _Download, md5: str) -> None:
    """Raises _Again where the file is not what the server says it is; what was fetched is thrown away then."""
    if md5:
        right = _digest(job.partial_file, partial(hashlib.md5, usedforsecurity=False)) == md5
    else:
        told = _fetch_sha256(session, job.address, job.limits)
        right = not told or _digest(job.partial_file, hashlib.sha256) == told
    if not right:
        _discard(job.partial_file)
        raise _RetryableError("its checksum is another than the server says")
    if not zipfile.is_zipfile(job.partial_file):
        _discard(job.partial_file)
        raise _RetryableError("what came is not a whole zip archive")


def _fetch_sha256(session: requests.Session, address: str, limits: Limits) -> str:
    """The checksum in the file beside the archive (``all.zip.sha256``, as sha256sum writes it), or empty where there is none."""
    parts = urlsplit(address)
    try:
        with _get(session, urlunsplit(parts._replace(path=f"{parts.path}.sha256")), {}, limits) as response:
            text = next(response.iter_content(1024), b"").decode("ascii", "replace")
    except (_RetryableError, ScangateError, requests.exceptions.RequestException):
        return ""
    match = re.match(r"([0-9A-Fa-f]{64})(\s|$)", text)
    return match[1].lower() if match else ""


def _digest(file: Path, kind: Callable[[], Any]) -> str:
    with file.open("rb") as stream:
        return str(hashlib.file_digest(stream, kind).hexdigest())


def _load_partial_info(part: Path, address: str) -> _PartialInfo | None:
    """The note on a partial file of ours from the same address, or None: then there is nothing to go on with."""
    try:
        note = msgspec.json.decode(_info_file(part).read_bytes(), type=_PartialInfo)
        usable = not part.is_symlink() and part.stat().st_uid == os.geteuid() and 0 < part.stat().st_size < MAX_BYTES
    except (OSError, msgspec.MsgspecError):
        return None
    return note if usable and note.address == _url_digest(address) else None


def _save_partial_info(job: _Download, etag: str) -> None:
    """Notes where the partial file comes from; a weak entity tag says nothing about its bytes."""
    if etag.startswith('"'):
        handle = os.open(_info_file(job.partial_file), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(_PartialInfo(_url_digest(job.address), etag)))


def _url_digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def _info_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _discard(part: Path) -> None:
    for file in (part, _info_file(part)):
        with contextlib.suppress(OSError):
            file.unlink()
