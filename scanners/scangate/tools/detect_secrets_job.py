"""What the worker of detect-secrets is given and returns, as JSON."""

from __future__ import annotations

import re

import msgspec

from scangate.model import SecretClass
from scangate.secrets.assessment import AssessedSecret

CLASSES = {  # most plugins detect the format of a provider; these do not
    "Private Key": SecretClass.KEY,
    "Basic Auth Credentials": SecretClass.PASSWORD,
    "Secret Keyword": SecretClass.ASSIGNMENT,
    "Base64 High Entropy String": SecretClass.RANDOM,
    "Hex High Entropy String": SecretClass.RANDOM,
    "Public IP (ipv4)": SecretClass.RANDOM,
    # known by a name, of which these plugins need no more than "key" or "sl"
    "Cloudant Credentials": SecretClass.ASSIGNMENT,
    "IBM COS HMAC Credentials": SecretClass.ASSIGNMENT,
    "IBM Cloud IAM Key": SecretClass.ASSIGNMENT,
    "SoftLayer Credentials": SecretClass.ASSIGNMENT,
}


class ReportedSecret(msgspec.Struct, frozen=True):
    """What another engine takes for a secret: ``start`` and ``end`` are offsets in the text of the file, see `ScannedText`.
    ``rule``: an id without the scanner's name; ``title``: of the rule."""

    start: int
    end: int
    rule: str
    secret_class: SecretClass
    title: str


class JobFile(msgspec.Struct, frozen=True):
    """``name``: the file to read; ``path``: its path in the repository. ``reported``: what to assess; None: search for secrets."""

    name: str
    path: str
    content_type: str = ""
    reported: tuple[ReportedSecret, ...] | None = None


class Job(msgspec.Struct, frozen=True):
    """``seconds``: the time limit for each file."""

    files: tuple[JobFile, ...]
    seconds: int


class FoundSecret(msgspec.Struct, frozen=True):
    """``title``: of its rule. ``is_own_rule``: of a detector of this package. ``is_allowlisted``: by a comment of
    detect-secrets. One that is not reported is still redacted."""

    secret: AssessedSecret
    title: str
    is_allowlisted: bool = False
    is_own_rule: bool = False
    is_reported: bool = True


class FileResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """The secrets in a file, or why it could not be scanned; ``too_deep``: its nesting; ``error`` is the type of an exception."""

    secrets: tuple[FoundSecret, ...] = ()
    timeout: bool = False
    too_deep: bool = False
    error: str = ""


class Output(msgspec.Struct, frozen=True):
    """By the name of the file."""

    files: dict[str, FileResult]


def slugify(kind: str) -> str:
    """The rule id for a detector's name: ``AWS Access Key`` becomes ``aws-access-key``."""
    return re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-")
