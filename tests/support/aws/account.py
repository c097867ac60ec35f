"""A fake AWS account in one region: moto, with strict fakes for services that moto lacks or checks too little.

Every call is checked against botocore's model first, so that what AWS would refuse is refused here, too, and every call is kept:
a test can compare them with what a role allows.
"""

from __future__ import annotations

import io
import re
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.support.aws.protocol import AwsCall, AwsError, Response, decode_call, encode_error, encode_response, validation_error

__all__ = ["ACCOUNT", "REGION", "FakeAccount", "Service", "serve_account"]

ACCOUNT = "123456789012"  # moto's
REGION: Final = "eu-central-1"

Service = Mapping[str, Callable[[Any], Mapping[str, Any]]]
Start = Callable[[str, list[tuple[str, str]]], Any]


class _SilentHandler(WSGIRequestHandler):
    """Logs nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 -- werkzeug's name
        pass


class FakeAccount:
    """The account's state: the calls so far, and the fakes.

    ``services``: fakes of ours by client name (``securityhub``), each a mapping from operation to a function of its parameters,
    which may raise FaultError. Everything else goes to moto.
    """

    def __init__(self, services: Mapping[str, Service] | None = None) -> None:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        self.services = dict(services or {})
        self.calls: list[AwsCall] = []
        self.refusals: list[str] = []
        self.url = ""
        self._faults: defaultdict[tuple[str, str], deque[AwsError]] = defaultdict(deque)
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which an AWS SDK finds this account and nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",  # pragma: allowlist secret
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "NO_PROXY": "127.0.0.1",
        }

    def fail_next(self, service: str, operation: str, *errors: AwsError) -> None:
        """Lets the next calls of an operation fail, one for each error."""
        self._faults[service, operation] += errors

    def calls_to(self, service: str, operation: str = "") -> list[AwsCall]:
        """The calls of a service so far, or of one of its operations."""
        return [call for call in self.calls if call.service == service and operation in ("", call.operation)]

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """The WSGI application."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with self._lock:  # one call after another: moto's memory is not made for more
            found = self._answer(environ, body)
            if found is None:
                return list(self._moto({**environ, "wsgi.input": io.BytesIO(body)}, start))
        start(f"{found.status} -", [*found.headers.items(), ("Content-Length", str(len(found.body)))])
        return [found.body]

    def _answer(self, environ: Mapping[str, Any], body: bytes) -> Response | None:
        """The response of a fake or an error; None to let moto respond."""
        headers = {re.sub("_", "-", key[5:]).lower(): value for key, value in environ.items() if key.startswith("HTTP_")}
        call = None
        try:
            call = decode_call(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("QUERY_STRING", ""), headers, body)
            self.calls.append(call)
            if self._faults[call.service, call.operation]:
                raise self._faults[call.service, call.operation].popleft()
            reason = validation_error(call)
            if reason:
                self.refusals.append(reason)
                raise AwsError("ValidationException", reason)
            fake = self.services.get(call.service)
            if fake is None:
                return None
            if call.operation not in fake:
                raise AwsError("UnknownOperationException", f"this {call.service} has no {call.operation}", 404)
            return encode_response(call, fake[call.operation](call.parameters))
        except AwsError as error:
            return encode_error(call, error)


@contextmanager
def serve_account(services: Mapping[str, Service] | None = None) -> Iterator[FakeAccount]:
    """Runs the account on the loopback interface. Resets moto's state first."""
    from moto.core.base_backend import BackendDict

    BackendDict.reset()
    account = FakeAccount(services)
    server = make_server("127.0.0.1", 0, account, threaded=True, request_handler=_SilentHandler)
    account.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield account
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
