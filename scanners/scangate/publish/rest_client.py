"""Sends JSON requests to the REST API of a code host: one address, retries while it is busy, and a token that goes nowhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests

from scangate import __version__
from scangate.errors import PublishError, UsageError

TIMEOUTS = (5, 30)
MAX_ATTEMPTS = 4
RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})
MAX_RETRY_DELAY = 60.0
MAX_REASON_LENGTH = 300
LOOPBACK = ("127.0.0.1", "localhost", "::1")
RETRY_HINT = "run the same command again"


class RestClient(msgspec.Struct, frozen=True):
    """A REST API. ``host``: its name in messages. ``api``: its address, the only one that the header ``authorization`` is sent to.

    ``denied_hint``: what the token needs. ``headers``: others to send. Raises UsageError unless the address uses HTTPS, or is on
    the loopback interface.
    """

    host: str
    api: str
    authorization: tuple[str, str]
    denied_hint: str
    headers: Mapping[str, str] = {}
    sleep: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        address = urlsplit(self.api)
        if address.scheme != "https" and not (address.scheme == "http" and address.hostname in LOOPBACK):
            raise UsageError("the API's address must use HTTPS", "write it as --api https://HOST/...")
        if address.username or address.query or address.fragment:
            raise UsageError("the API's address must be a plain address", "pass the token by the environment")

    def request(self, method: str, path: str, body: Any = None, allowed: tuple[int, ...] = ()) -> Any:
        """The JSON of a response, None for status 204 (no content) or one of ``allowed``.

        Retries while the host is busy. Raises PublishError for all else.
        """
        attempt = 1
        while True:
            response = self._send(method, path, body)
            requested = response.headers.get("retry-after", "")
            busy = response.status_code in RETRIED_STATUSES or (response.status_code == 403 and requested)
            if not busy or attempt == MAX_ATTEMPTS:
                return self._parse(response, allowed)
            self.sleep(min(float(requested) if requested.isdecimal() else 2.0**attempt, MAX_RETRY_DELAY))
            attempt += 1

    def _send(self, method: str, path: str, body: Any) -> requests.Response:
        headers = {"Accept": "application/json", "User-Agent": f"scangate/{__version__}", **self.headers}

        def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
            name, value = self.authorization
            request.headers[name] = value  # without an auth of its own, requests sends what a .netrc has for the host
            return request

        try:
            return requests.request(
                method,
                f"{self.api.rstrip('/')}/{path}",
                json=body,
                headers=headers,
                auth=authorize,
                timeout=TIMEOUTS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise PublishError(type(error).__name__, f"{self.host} cannot be reached", "check the network and the proxy") from error

    def _parse(self, response: requests.Response, allowed: tuple[int, ...]) -> Any:
        if response.status_code in {204, *allowed}:
            return None
        try:
            content = response.json()
        except ValueError as error:
            if response.ok:
                message = f"the response is not from the API of {self.host}"
                raise PublishError("NotJson", message, "check --api and the proxy") from error
            content = None
        if response.status_code in {200, 201, 202}:
            return content
        hint = self.denied_hint if response.status_code in {401, 403, 404} else ""
        hint = RETRY_HINT if response.status_code in RETRIED_STATUSES else hint
        raise PublishError(f"HTTP {response.status_code}", _reason(content), hint)


def _reason(content: Any) -> str:
    """What a response says is wrong: ``message`` or ``error``, in it or one level below."""
    found = content.get("message", content.get("error", "")) if isinstance(content, dict) else ""
    found = found.get("message", found) if isinstance(found, dict) else found
    return " ".join(str(found)[:MAX_REASON_LENGTH].split()) or "no reason given"
