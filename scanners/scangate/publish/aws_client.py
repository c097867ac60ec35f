"""Create AWS clients with shared time limits and retries, and translate botocore errors to PublishError.

Credentials come from boto3's default chain only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from scangate import __version__
from scangate.errors import PublishError

if TYPE_CHECKING:
    from boto3.session import Session

CONNECT_TIMEOUT = 5
READ_TIMEOUT = 30
MAX_ATTEMPTS = 6  # with botocore's exponential backoff and jitter: about half a minute under throttling
MAX_PAGES = 1000
MAX_MESSAGE_LENGTH = 500
INSTALL_HINT = "pip install 'scangate[aws]'"
CREDENTIALS_HINT = "give the build a role, or set AWS_PROFILE; check with: aws sts get-caller-identity"
PERMISSION_HINT = "allow the action in the role's policy; the README lists the permissions of each destination"
RETRY_HINT = "run the same command again; what was accepted is not sent twice"
HINTS = {
    **dict.fromkeys(("AccessDenied", "AccessDeniedException"), PERMISSION_HINT),
    **dict.fromkeys(("ThrottlingException", "TooManyRequestsException"), RETRY_HINT),
    **dict.fromkeys(
        ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"), CREDENTIALS_HINT
    ),
    **dict.fromkeys(
        ("NoCredentialsError", "PartialCredentialsError", "NoRegionError", "CredentialRetrievalError"), CREDENTIALS_HINT
    ),
}

T = TypeVar("T")


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise PublishError instead of a botocore error. Also a decorator."""
    try:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 -- slow to import, needed by publishers only

        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise _to_publish_error(error) from error
    except ImportError as error:
        raise PublishError("MissingLibrary", "boto3 is not installed", INSTALL_HINT) from error


@translate_errors()
def _create_client(service: str, region: str | None = None) -> Any:
    """Return a boto3 client; the default region is the environment's. Raises PublishError if it cannot be created."""
    import boto3  # noqa: PLC0415 -- see above
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={"mode": "standard", "total_max_attempts": MAX_ATTEMPTS},
        user_agent_extra=f"scangate/{__version__}",
    )
    try:
        session: Any = boto3.session.Session()
        return session.client(service, region_name=region or None, config=config)
    except ValueError as error:  # a region or an endpoint that makes no URL
        raise _to_publish_error(error) from error


if TYPE_CHECKING:
    create_client = Session().client  # typed by the name of the service, see types-boto3
else:
    create_client = _create_client


def limit_pages(pages: Iterable[T]) -> Iterator[T]:
    """Yield the pages of a paginator. Raises PublishError after MAX_PAGES of them."""
    for number, page in enumerate(pages):
        if number == MAX_PAGES:
            raise PublishError("TooManyPages", f"more than {MAX_PAGES} pages of results")
        yield page


def _to_publish_error(error: Exception) -> PublishError:
    """Put the error on one line. The service's message is truncated: it may quote the whole request."""
    response = getattr(error, "response", None)
    details = response.get("Error", {}) if isinstance(response, dict) else {}
    code = str(details.get("Code") or type(error).__name__)
    message = " ".join(str(details.get("Message") or error).split())[:MAX_MESSAGE_LENGTH]
    return PublishError(code, message, HINTS.get(code, ""))
