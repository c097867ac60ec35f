"""The errors a user can cause, each with a hint that can be pasted; nothing here is caught silently."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scangate.model import GapKind

__all__ = ["AttestationRejected", "PolicyError", "PublishError", "ScanError", "ScangateError", "UsageError"]


class ScangateError(Exception):
    """Something the user can mend: one line that says what, one that says how. Ends the program with exit code 2."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ScangateError):
    """A command line that cannot be carried out."""


class PolicyError(ScangateError):
    """A policy that cannot be believed; the message opens with ``file:line:column``."""


class AttestationRejected(ScangateError):  # noqa: N818 -- a judgement, not a mistake
    """What an attestation does not let through; ends ``scangate verify`` with exit code 1, 3 for an INCOMPLETE verdict."""

    def __init__(self, message: str, hint: str = "", *, incomplete: bool = False) -> None:
        super().__init__(message, hint)
        self.incomplete = incomplete


class PublishError(Exception):
    """A destination that did not take what was sent; never touches a verdict, and ends the program with exit code 4.

    ``code`` is the service's own name of the fault.
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.hint = hint


class ScanError(Exception):
    """A scanner's answer that cannot be believed; the engine turns it into a gap for each file it was asked about."""

    def __init__(self, kind: GapKind, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.hint = hint
