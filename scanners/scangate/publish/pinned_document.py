"""Fetches a small document, such as a policy, from S3, Systems Manager or an HTTPS server; its bytes are checked by the caller."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import requests

from scangate import __version__
from scangate.errors import PublishError
from scangate.publish.aws_client import create_client, translate_errors
from scangate.publish.s3_document import parse_s3_url, read_bytes

TIMEOUTS = (5, 20)
MAX_SECONDS = 60
CHUNK = 1 << 16
REACH_HINT = "check the address, the network and the proxy: curl --fail --head ADDRESS"


def fetch_document(location: str, max_bytes: int) -> bytes:
    """All bytes of the document at ``s3://BUCKET/KEY``, ``ssm://NAME`` or an HTTP URL, at most ``max_bytes``.

    ``ssm:///a/b`` is the parameter ``/a/b``. Raises PublishError, and UsageError for an S3 URL without a key.
    """
    scheme, _, rest = location.partition("://")
    if scheme == "s3":
        return _fetch_object(location, max_bytes)
    return _fetch_parameter(rest) if scheme == "ssm" else _fetch_url(location, max_bytes)


def _fetch_object(location: str, max_bytes: int) -> bytes:
    bucket, key = parse_s3_url(location)
    found = read_bytes(create_client("s3"), {"Bucket": bucket, "Key": key}, max_bytes)
    if found is None:
        raise PublishError("NoSuchKey", "the object does not exist", f"aws s3 ls s3://{bucket}/")
    return found[0]


@translate_errors()
def _fetch_parameter(name: str) -> bytes:
    """The value of a parameter; the service limits it to 8 KB.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html: decryption is ignored for plain ones.
    """
    value: str = create_client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
    return value.encode()


def _fetch_url(location: str, max_bytes: int) -> bytes:
    """The body of status 200. A redirect is not followed: it may lead to another host than the one that was named."""
    deadline = time.monotonic() + MAX_SECONDS
    headers = {"User-Agent": f"scangate/{__version__}", "Accept-Encoding": "identity"}
    data = b""
    try:
        with requests.get(location, headers=headers, timeout=TIMEOUTS, stream=True, allow_redirects=False) as response:
            if response.is_redirect:
                host = urlsplit(response.headers["location"]).hostname or "another place"
                raise PublishError(f"HTTP {response.status_code}", f"the server redirects to {host}", "name the address itself")
            if response.status_code != 200:
                raise PublishError(f"HTTP {response.status_code}", "the server does not return the document", REACH_HINT)
            for chunk in response.iter_content(CHUNK):
                data += chunk
                if len(data) > max_bytes:
                    raise PublishError("TooLarge", f"larger than {max_bytes} bytes")
                if time.monotonic() > deadline:
                    raise PublishError("Timeout", f"not complete after {MAX_SECONDS} seconds", REACH_HINT)
    except (requests.RequestException, ValueError) as error:
        raise PublishError(type(error).__name__, "the server cannot be reached", REACH_HINT) from error
    return data
