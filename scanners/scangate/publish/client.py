"""Makes clients of AWS services, all with the same time limits and retries, and says in our words why a call failed.

Credentials come from boto3's own chain and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from scangate import __version__
from scangate.errors import PublishError

__all__ = ["ask", "client"]

SECONDS_TO_CONNECT = 5
SECONDS_TO_ANSWER = 30
ATTEMPTS = 6  # with botocore's exponential backoff and jitter: about half a minute under throttling
LONGEST_MESSAGE = 500
MISSING = "pip install 'scangate[aws]'"
CREDENTIALS = "give the build a role, or set AWS_PROFILE; `aws sts get-caller-identity` tells who you are"
HINTS = {
    "AccessDenied": "allow the action in the role's policy; the README lists what each destination needs",
    "AccessDeniedException": "allow the action in the role's policy; the README lists what each destination needs",
    "ExpiredToken": CREDENTIALS,
    "ExpiredTokenException": CREDENTIALS,
    "InvalidClientTokenId": CREDENTIALS,
    "UnrecognizedClientException": CREDENTIALS,
    "ThrottlingException": "run the same command again: what was taken is not sent twice",
    "TooManyRequestsException": "run the same command again: what was taken is not sent twice",
}

Answer = TypeVar("Answer")


def client(service: str, region: str = "") -> Any:
    """A boto3 client of ``service`` in ``region``, by default the one of the environment. PublishError where there can be none."""
    try:
        import boto3  # noqa: PLC0415 -- a second to import, and nobody needs it who does not publish
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415
    except ImportError as error:
        raise PublishError("MissingLibrary", "boto3 is not installed", MISSING) from error
    config = Config(
        connect_timeout=SECONDS_TO_CONNECT,
        read_timeout=SECONDS_TO_ANSWER,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        user_agent_extra=f"scangate/{__version__}",
    )
    try:
        return boto3.session.Session().client(service, region_name=region or None, config=config)
    except (BotoCoreError, ValueError) as error:
        raise _translated(error) from error


def ask(call: Callable[[], Answer]) -> Answer:
    """What ``call``, which asks a service, gives. PublishError for everything that AWS or the way to it can answer instead."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        return call()
    except (BotoCoreError, ClientError) as error:
        raise _translated(error) from error


def _translated(error: Exception) -> PublishError:
    """The fault in one line; what a service says is cut, for it may quote the whole request."""
    response = getattr(error, "response", None)
    told = response.get("Error", {}) if isinstance(response, dict) else {}
    code = str(told.get("Code") or type(error).__name__)
    message = " ".join(str(told.get("Message") or error).split())[:LONGEST_MESSAGE]
    credentials = code in {"NoCredentialsError", "PartialCredentialsError", "NoRegionError", "CredentialRetrievalError"}
    return PublishError(code, message, CREDENTIALS if credentials else HINTS.get(code, ""))
