"""Makes clients of AWS services, all with the same time limits and retries, and says in our words why a call failed.

Credentials come from boto3's own chain and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from scangate import __version__
from scangate.errors import PublishError

__all__ = ["call_aws", "create_client"]

CONNECT_TIMEOUT = 5
READ_TIMEOUT = 30
MAX_ATTEMPTS = 6  # with botocore's exponential backoff and jitter: about half a minute under throttling
MAX_MESSAGE_LENGTH = 500
INSTALL_HINT = "pip install 'scangate[aws]'"
CREDENTIALS_HINT = "give the build a role, or set AWS_PROFILE; `aws sts get-caller-identity` tells who you are"
HINTS = {
    "AccessDenied": "allow the action in the role's policy; the README lists what each destination needs",
    "AccessDeniedException": "allow the action in the role's policy; the README lists what each destination needs",
    "ExpiredToken": CREDENTIALS_HINT,
    "ExpiredTokenException": CREDENTIALS_HINT,
    "InvalidClientTokenId": CREDENTIALS_HINT,
    "UnrecognizedClientException": CREDENTIALS_HINT,
    "ThrottlingException": "run the same command again: what was taken is not sent twice",
    "TooManyRequestsException": "run the same command again: what was taken is not sent twice",
}

Response = TypeVar("Response")


def create_client(service: str, region: str = "") -> Any:
    """A boto3 client of ``service`` in ``region``, by default the one of the environment. PublishError where there can be none."""
    try:
        import boto3  # noqa: PLC0415 -- a second to import, and nobody needs it who does not publish
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415
    except ImportError as error:
        raise PublishError("MissingLibrary", "boto3 is not installed", INSTALL_HINT) from error
    config = Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": MAX_ATTEMPTS},
        user_agent_extra=f"scangate/{__version__}",
    )
    try:
        return boto3.session.Session().client(service, region_name=region or None, config=config)
    except (BotoCoreError, ValueError) as error:
        raise _to_publish_error(error) from error


def call_aws(call: Callable[[], Response]) -> Response:
    """What ``call``, which asks a service, gives. PublishError for everything that AWS or the way to it can answer instead."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        return call()
    except (BotoCoreError, ClientError) as error:
        raise _to_publish_error(error) from error


def _to_publish_error(error: Exception) -> PublishError:
    """The fault in one line; what a service says is cut, for it may quote the whole request."""
    response = getattr(error, "response", None)
    told = response.get("Error", {}) if isinstance(response, dict) else {}
    code = str(told.get("Code") or type(error).__name__)
    message = " ".join(str(told.get("Message") or error).split())[:MAX_MESSAGE_LENGTH]
    credentials = code in {"NoCredentialsError", "PartialCredentialsError", "NoRegionError", "CredentialRetrievalError"}
    return PublishError(code, message, CREDENTIALS_HINT if credentials else HINTS.get(code, ""))
