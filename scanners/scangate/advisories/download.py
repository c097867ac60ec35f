"""Downloads OSV's export for the advisory store; resumes an interrupted download and passes on complete archives only."""

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
from urllib.parse import urlsplit, urlunsplit

import msgspec
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from urllib3.exceptions import HTTPError, ReadTimeoutError

from scangate.advisories.ecosystems import PYPI, Ecosystem
from scangate.advisories.importer import Progress, import_osv, lock_store
from scangate.advisories.osv import one_line
from scangate.advisories.store import StoreInfo
from scangate.errors import ScangateError

MAX_BYTES = 1 << 30
CHUNK = 1 << 16
MAX_REDIRECTS = 5
MAX_RETRY_AFTER = 60  # seconds
ZIP_MAGIC = b"PK\x03\x04"
USER_AGENT = "scangate (advisories update)"
LOCAL_HOSTS = {"127.0.0.1", "::1", "localhost"}
ALTERNATIVE_HINT = "import a file instead: scangate advisories import FILE.zip, or use a mirror: --address URL"
CA_HINT = "name the certificate authority: REQUESTS_CA_BUNDLE=FILE scangate advisories update"


class Limits(msgspec.Struct, frozen=True):
    """Timeouts in seconds, the number of attempts, and the seconds before the second attempt, doubled for each further one."""

    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    total_timeout: float = 1800.0
    attempts: int = 4
    backoff: float = 1.0


class _RetryableError(Exception):
    """This attempt failed in a way that another may not."""


class _PartialInfo(msgspec.Struct, frozen=True):
    """Stored next to a partial file: where it comes from, and the validator with which to request the rest.

    Only the digest of the URL is kept, since it may contain a password.
    """

    address: str
    etag: str


class _Download(msgspec.Struct, frozen=True):
    """What to fetch, and into which file; ``deadline`` is a monotonic time."""

    address: str
    partial_file: Path
    progress: Progress
    limits: Limits
    deadline: float


def update_store(  # noqa: PLR0913 -- what to fetch, where to, and how
    address: str,
    target: Path,
    progress: Progress,
    *,
    imported: str,
    limits: Limits | None = None,
    ecosystem: Ecosystem = PYPI,
) -> StoreInfo:
    """Fetches the export at ``address`` and puts it into the store ``target``. ``imported``, ``ecosystem`` as in ``import_osv``.

    ``progress`` receives bytes during the download and records during the import. Raises ScangateError; the previous store is
    kept then.
    """
    with lock_store(target):
        archive = fetch(address, target.with_name(f"{target.name}.part"), progress, limits or Limits())
    try:
        return import_osv(archive, target, progress, imported=imported, origin=redact_url(address), ecosystem=ecosystem)
    finally:
        _discard(archive)


def fetch(address: str, partial_file: Path, progress: Progress, limits: Limits) -> Path:
    """Fetches a zip archive into ``partial_file``, resuming what is already there. Raises ScangateError.

    urllib3 retries until a response begins; this function retries an incomplete or damaged body.
    """
    download = _Download(address, partial_file, progress, limits, time.monotonic() + limits.total_timeout)
    reason = ""
    for number in range(limits.attempts):
        try:
            with _Session(address, limits) as session:
                return _fetch_once(session, download)
        except _RetryableError as error:
            reason = str(error)
            wait = limits.backoff * 2**number
            if number + 1 == limits.attempts or time.monotonic() + wait > download.deadline:
                break
            time.sleep(wait)
        except OSError as error:
            raise ScangateError(f"cannot write {partial_file}: {error.strerror}", "choose another file: --store FILE") from error
    raise ScangateError(f"cannot fetch {redact_url(address)}: {reason}", ALTERNATIVE_HINT)


def redact_url(address: str) -> str:
    """A URL for messages: without user name, password and query."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "this URL"
    host = parts.netloc.rpartition("@")[2]
    return one_line(urlunsplit((parts.scheme, host, parts.path, "", "")), 300)


class _Session(requests.Session):
    """Requests to HTTPS URLs only, also after redirects; to plain HTTP on this machine if ``address`` is plain HTTP."""

    def __init__(self, address: str, limits: Limits) -> None:
        super().__init__()
        self.max_redirects = MAX_REDIRECTS
        self.headers.update({"Accept-Encoding": "identity", "User-Agent": USER_AGENT})
        self._allow_local_http = not address.startswith("https:")
        retry = Retry(
            limits.attempts - 1,
            status_forcelist={429, *range(500, 600)},
            backoff_factor=limits.backoff,
            raise_on_status=False,
            retry_after_max=MAX_RETRY_AFTER,
        )
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(max_retries=retry))

    def get_adapter(self, url: str | bytes) -> HTTPAdapter:
        """The adapter for ``url``. Raises ScangateError if the URL is not secure."""
        _check_url(str(url), allow_local_http=self._allow_local_http)
        return super().get_adapter(str(url))  # type: ignore[return-value] # requests types it more loosely


def _check_url(address: str, *, allow_local_http: bool) -> None:
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or not (parts.scheme == "https" or (allow_local_http and parts.scheme == "http" and host in LOCAL_HOSTS)):
        raise ScangateError(f"not an https URL: {redact_url(address)}", f"--address {PYPI.export_url}")


def _fetch_once(session: _Session, download: _Download) -> Path:
    info = _load_partial_info(download.partial_file, download.address)
    size = download.partial_file.stat().st_size if info is not None else 0
    headers = {"Range": f"bytes={size}-", "If-Range": info.etag} if info is not None else {}
    with _get(session, download.address, headers, download.limits) as response:
        offset = _resume_offset(response, info, size)
        if offset is None:
            _discard(download.partial_file)
            raise _RetryableError("the file has changed on the server")
        total = _total_size(response, offset)
        if not offset:
            _discard(download.partial_file)
            _save_partial_info(download, response.headers.get("ETag", ""))
        _write_body(response, download, offset, total)
        md5 = _expected_md5(response)
    _verify_checksum(session, download, md5)
    return download.partial_file


@contextlib.contextmanager
def _get(session: _Session, address: str, headers: dict[str, str], limits: Limits) -> Iterator[requests.Response]:
    """The response to a GET with status 200, 206 or 416. Raises ScangateError."""
    url, timeout = redact_url(address), (limits.connect_timeout, limits.read_timeout)
    _check_url(address, allow_local_http=not address.startswith("https:"))
    try:
        response = session.get(address, headers=headers, timeout=timeout, stream=True)
    except requests.exceptions.SSLError as error:
        raise ScangateError(f"cannot verify the certificate of {url}: {_cause(error)}", CA_HINT) from error
    except requests.exceptions.TooManyRedirects as error:
        raise ScangateError(f"{url} redirects more than {MAX_REDIRECTS} times", ALTERNATIVE_HINT) from error
    except (requests.exceptions.RequestException, HTTPError, ValueError) as error:  # ValueError: a redirect to an invalid URL
        proxy = "the proxy refused the connection: " if isinstance(error, requests.exceptions.ProxyError) else ""
        raise ScangateError(f"cannot fetch {url}: {proxy}{_cause(error)}", ALTERNATIVE_HINT) from error
    with response:
        if response.status_code not in {200, 206, 416}:
            raise ScangateError(f"{url} responds with status {response.status_code}", ALTERNATIVE_HINT)
        yield response


def _cause(error: BaseException) -> str:
    """The innermost reason in a few words, without URLs, since they may contain a password."""
    while error.args and isinstance(inner := getattr(error.args[0], "reason", error.args[0]), BaseException):
        error = inner
    if isinstance(error, (ReadTimeoutError, requests.exceptions.Timeout, TimeoutError)):
        return "no response in time"
    for each in (error, error.__cause__ or error.__context__):
        if isinstance(each, OSError) and each.strerror:
            return one_line(each.strerror, 120)
    return type(error).__name__


def _resume_offset(response: requests.Response, info: _PartialInfo | None, size: int) -> int | None:
    """The offset at which the body begins; None if it does not continue the partial file."""
    if response.status_code == 200:
        return 0
    match = re.fullmatch(r"bytes ([0-9]{1,15})-[0-9]{1,15}/[0-9]{1,15}", response.headers.get("Content-Range", ""))
    fits = match is not None and int(match[1]) == size and info is not None and response.headers.get("ETag") == info.etag
    return size if fits and response.status_code == 206 else None


def _total_size(response: requests.Response, offset: int) -> int | None:
    """The size of the whole file, None if the server does not state it. Raises ScangateError if it is not an archive."""
    if "html" in response.headers.get("Content-Type", "").lower():
        raise _not_an_archive(response)
    length = response.headers.get("Content-Length", "")
    if not (length.isdecimal() and len(length) < 16):
        return None
    if offset + int(length) > MAX_BYTES:
        raise ScangateError(f"{redact_url(response.url)} is too large: {offset + int(length):,} bytes", ALTERNATIVE_HINT)
    return offset + int(length)


def _not_an_archive(response: requests.Response) -> ScangateError:
    message = f"{redact_url(response.url)} returns a web page, not a zip archive"
    return ScangateError(message, "does the network have a login page? open the URL in a browser")


def _write_body(response: requests.Response, download: _Download, offset: int, total: int | None) -> None:
    done = offset
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | (0 if offset else os.O_TRUNC)
    with os.fdopen(os.open(download.partial_file, flags, 0o600), "wb") as file:
        file.seek(offset)
        for chunk in _chunks(response):
            if not done and not chunk.startswith(ZIP_MAGIC):
                raise _not_an_archive(response)
            done += len(chunk)
            if done > MAX_BYTES:
                raise ScangateError(f"{redact_url(response.url)} is too large", ALTERNATIVE_HINT)
            file.write(chunk)
            download.progress("bytes", done, total or 0)
            if time.monotonic() > download.deadline:
                raise _RetryableError(f"not complete after {download.limits.total_timeout:g} seconds")
    if total is not None and done != total:
        raise _RetryableError(f"received {done:,} of {total:,} bytes")


def _chunks(response: requests.Response) -> Iterator[bytes]:
    """The body as it arrives, so that the deadline holds for a slow server; the first chunk has at least four bytes."""
    begin = b""
    try:
        while chunk := response.raw.read1(CHUNK):
            begin += chunk
            if len(begin) >= len(ZIP_MAGIC):
                yield begin
                begin = b""
        if begin:
            yield begin
    except HTTPError as error:
        reason = "the server stopped sending" if isinstance(error, ReadTimeoutError) else "the connection was closed"
        raise _RetryableError(reason) from error


def _expected_md5(response: requests.Response) -> str:
    """The MD5 that Google Cloud Storage sends, or S3's entity tag if it is one; hexadecimal, or empty."""
    for value in re.findall(r"md5=([A-Za-z0-9+/]{22}==)", response.headers.get("x-goog-hash", "")):
        return base64.b64decode(value).hex()
    tag = re.fullmatch(r'"([0-9a-f]{32})"', response.headers.get("ETag", ""))
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html: with KMS or a customer key it is not an MD5
    keyed = response.headers.get("x-amz-server-side-encryption", "AES256") != "AES256"
    keyed = keyed or any(name.lower().startswith("x-amz-server-side-encryption-customer") for name in response.headers)
    return tag[1] if tag is not None and "x-amz-request-id" in response.headers and not keyed else ""


def _verify_checksum(session: _Session, download: _Download, md5: str) -> None:
    """Discards the file and raises _RetryableError if it is not what the server sent."""
    if md5:
        matches = _digest(download.partial_file, partial(hashlib.md5, usedforsecurity=False)) == md5
    else:
        sha256 = _fetch_sha256(session, download.address, download.limits)
        matches = not sha256 or _digest(download.partial_file, hashlib.sha256) == sha256
    if not matches or not zipfile.is_zipfile(download.partial_file):
        _discard(download.partial_file)
        raise _RetryableError("not a complete zip archive" if matches else "the checksum does not match the server's")


def _fetch_sha256(session: _Session, address: str, limits: Limits) -> str:
    """The checksum in the file next to the archive (``all.zip.sha256``, as sha256sum writes it), empty if there is none."""
    parts = urlsplit(address)
    try:
        with _get(session, urlunsplit(parts._replace(path=f"{parts.path}.sha256")), {}, limits) as response:
            text = next(response.iter_content(1024), b"").decode("ascii", "replace")
    except (ScangateError, requests.exceptions.RequestException):
        return ""
    match = re.match(r"([0-9A-Fa-f]{64})(\s|$)", text)
    return match[1].lower() if match else ""


def _digest(file: Path, kind: Callable[[], Any]) -> str:
    with file.open("rb") as stream:
        return str(hashlib.file_digest(stream, kind).hexdigest())


def _load_partial_info(partial_file: Path, address: str) -> _PartialInfo | None:
    """The info on a partial file of ours from the same URL; None if there is nothing to resume."""
    try:
        info = msgspec.json.decode(_info_file(partial_file).read_bytes(), type=_PartialInfo)
        status = partial_file.lstat()
        is_usable = partial_file.is_file() and not partial_file.is_symlink() and status.st_uid == os.geteuid()
    except (OSError, msgspec.MsgspecError):
        return None
    return info if is_usable and 0 < status.st_size < MAX_BYTES and info.address == _url_digest(address) else None


def _save_partial_info(download: _Download, etag: str) -> None:
    """Stores where the partial file comes from; a weak entity tag says nothing about its bytes."""
    if etag.startswith('"'):
        handle = os.open(_info_file(download.partial_file), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(_PartialInfo(_url_digest(download.address), etag)))


def _url_digest(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def _info_file(partial_file: Path) -> Path:
    return partial_file.with_name(f"{partial_file.name}.json")


def _discard(partial_file: Path) -> None:
    for file in (partial_file, _info_file(partial_file)):
        with contextlib.suppress(OSError):
            file.unlink()
