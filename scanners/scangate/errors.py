"""The errors a user can cause, each with a hint that can be pasted; nothing here is caught silently."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scangate.model import GapKind


class ScangateError(Exception):
    """Something the user can fix: one line for the problem, one for the fix. Ends the program with exit code 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ScangateError):
    """A command line that cannot be carried out."""


class PolicyError(ScangateError):
    """A policy that is invalid; the message opens with ``file:line:column``."""


class Rejection(enum.Enum):
    """Why an attestation does not admit an artifact."""

    MISSING = "missing"
    MALFORMED = "malformed"
    SIGNATURE = "signature"
    SUBJECT = "subject"
    ENVIRONMENT = "environment"
    POLICY = "policy"
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    APPROVAL = "approval"
    SCAN_TIME = "scan-time"
    EXPIRED = "expired"
    DEPLOYMENT = "deployment"


class AttestationRejected(ScangateError):  # noqa: N818 -- a decision, not a fault
    """An attestation does not admit an artifact. Ends ``scangate verify`` with exit code 1, with 3 for an INCOMPLETE verdict."""

    def __init__(self, reason: Rejection, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.reason = reason


class PublishError(Exception):
    """A destination that did not take what was sent; never changes a verdict. The commands that send end with exit code 4.

    ``code`` is the service's own name of the fault.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.hint = hint


class ScanError(Exception):
    """A scanner failed, or its output is not reliable; the engine makes it a gap for each file that the scanner was given."""

    def __init__(self, kind: GapKind, reason: str, hint: str = "", *, line: int = 0) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.hint = hint
        self.line = line
