"""Decodes the HTTP requests of AWS SDKs, and encodes responses and errors in the protocol of the service."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, unquote

import cbor2
from botocore.session import get_session

from tests.support.aws.parameter_limits import find_violations

__all__ = ["AwsCall", "AwsError", "Response", "decode_call", "encode_error", "encode_response", "validation_error"]

_SCOPE = re.compile(r"Credential=(?P<by>[^/]+)/[0-9]{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_CLIENTS = {"monitoring": "cloudwatch", "ecr": "ecr", "states": "stepfunctions"}  # by signing name, where the two differ


@dataclass(frozen=True, slots=True)
class AwsCall:
    """One call of an API: the client's name of the service, the operation, and its parameters where the body has them.

    ``parameters`` is None for services that speak XML or forms (S3, SNS, STS): those are left to moto. ``by`` is the access key
    that signed, by which a test distinguishes roles; ``place`` is the bucket and the key of a call of S3.
    """

    service: str
    operation: str
    region: str
    parameters: Any = None
    protocol: str = "json"
    access_key: str = ""
    s3_location: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class AwsError(Exception):
    """An error of a service: error code, message, and HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@functools.cache
def _model(service: str) -> Any:
    return get_session().get_service_model(service)


def decode_call(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> AwsCall:
    """The call in a signed request. Raises AwsError if it is not signed or not in the service's model."""
    scope = _SCOPE.search(headers.get("authorization", ""))
    if scope is None:
        raise AwsError("MissingAuthenticationToken", "the request is not signed", 403)
    call = _read(scope, method, path, query, headers, body)
    return replace(call, access_key=scope["by"], s3_location=unquote(path.strip("/")) if call.service == "s3" else "")


def _read(  # noqa: PLR0917 -- a request
    scope: re.Match[str], method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> AwsCall:
    service = _CLIENTS.get(scope["service"], scope["service"])
    if service == "s3":
        return AwsCall(service, _s3(method, path, query), scope["region"], protocol="rest-xml")
    if path.startswith("/service/"):  # Smithy RPC v2: /service/NAME/operation/NAME
        return AwsCall(service, path.rpartition("/")[2], scope["region"], cbor2.loads(body) if body else {}, "cbor")
    if "x-amz-target" in headers:
        return AwsCall(service, headers["x-amz-target"].rpartition(".")[2], scope["region"], json.loads(body or b"{}"))
    if _model(service).protocol == "query":
        return AwsCall(service, parse_qs(body.decode())["Action"][0], scope["region"], protocol="query")
    operation, found = _rest(service, method, path)
    if _model(service).protocol == "rest-xml":
        return AwsCall(service, operation, scope["region"], protocol="rest-xml")
    return AwsCall(service, operation, scope["region"], {**(json.loads(body) if body else {}), **found})


def _rest(service: str, method: str, path: str) -> tuple[str, dict[str, str]]:
    """The operation of a REST path, and the parameters in it."""
    model = _model(service)
    for name in model.operation_names:
        http = model.operation_model(name).http
        pattern = re.sub(r"\{(\w+)\+?\}", r"(?P<\1>[^/]+)", http["requestUri"].partition("?")[0])
        match = re.fullmatch(pattern, path)
        if match and http["method"] == method:
            return name, {key: unquote(value) for key, value in match.groupdict().items()}
    raise AwsError("UnknownOperationException", f"{service} has no {method} {path}", 404)


def _s3(method: str, path: str, query: str) -> str:
    """The operation of a path-style request to S3, for those that this project makes."""
    keys = set(parse_qs(query, keep_blank_values=True))
    if "/" not in path.strip("/"):
        reads = {"list-type": "ListObjectsV2", "location": "GetBucketLocation", "acl": "GetBucketAcl"}
        read = next((name for key, name in reads.items() if key in keys), "ListObjects")
        made = "PutBucketVersioning" if "versioning" in keys else "CreateBucket"
        return {"GET": read, "PUT": made, "HEAD": "HeadBucket", "DELETE": "DeleteBucket"}.get(method, method)
    if method == "GET" and "versionId" in keys:
        return "GetObjectVersion"  # as IAM has it; the API's name is GetObject
    return {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}.get(method, method)


def validation_error(call: AwsCall) -> str:
    """Why AWS would reject the parameters, by the documented limits; empty if it would not."""
    if call.parameters is None:
        return ""
    model = _model(call.service)
    if call.operation not in model.operation_names:
        return f"no operation {call.operation}"
    shape = model.operation_model(call.operation).input_shape
    return "; ".join(find_violations(shape, call.parameters, call.operation)) if shape is not None else ""


def encode_response(call: AwsCall, value: Mapping[str, Any]) -> Response:
    """Encodes a response."""
    if call.protocol == "cbor":
        headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return Response(200, headers, cbor2.dumps(dict(value)))
    return Response(200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(value).encode())


def encode_error(call: AwsCall | None, error: AwsError) -> Response:
    """Encodes an error."""
    body = {"__type": error.code, "message": error.message}
    if call is not None and call.protocol == "cbor":
        headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return Response(error.status, headers, cbor2.dumps(body))
    if call is not None and call.protocol in {"query", "rest-xml"}:
        inner = f"<Error><Code>{error.code}</Code><Message>{error.message}</Message></Error>"
        page = inner if call.protocol == "rest-xml" else f"<ErrorResponse>{inner}</ErrorResponse>"
        return Response(error.status, {"Content-Type": "text/xml"}, page.encode())
    return Response(error.status, {"Content-Type": "application/json", "x-amzn-ErrorType": error.code}, json.dumps(body).encode())
