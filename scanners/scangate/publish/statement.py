"""The in-toto statement that an attestation signs: one verdict, bound to one artifact.

``publish/dsse.py`` signs its bytes and checks the signature; ``publish/admission.py`` decides whether a signed statement admits an
artifact.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Optional

import msgspec

from scangate.errors import AttestationRejected, Rejection
from scangate.model import Outcome, Report, RulingOutcome, Severity
from scangate.timestamps import format_timestamp, parse_timestamp

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:scangate:verdict:1"
HINT = "attest again: scangate attest"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class Subject(_Strict, frozen=True):
    """The artifact: ``name`` is its kind (``tree``, ``image``, ``lambda``, ``verdict``), ``digest`` its SHA-256 in hexadecimal."""

    name: str
    digest: Mapping[str, str]

    def __post_init__(self) -> None:
        if set(self.digest) != {"sha256"} or not _SHA256.fullmatch(self.digest["sha256"]):
            raise ValueError("a subject has one digest, a SHA-256")

    @property
    def sha256(self) -> str:
        """The digest."""
        return self.digest["sha256"]


class Approval(_Strict, frozen=True):
    """Who approved a verdict other than PASS, when (UTC, ISO 8601), and in which pipeline execution."""

    by: str
    at: str
    execution: str


class _PolicyReference(_Strict, frozen=True):
    name: str
    digest: str
    environment: str = ""


class Predicate(_Strict, frozen=True, rename={"subdirectory": "part", "verdict_digest": "verdict"}):
    """Summary of a verdict.

    ``verdict_digest``: SHA-256 of verdict.json. ``finished``, ``expires``: UTC, ISO 8601. ``subdirectory``: the part of the
    repository that was scanned, empty for all of it.
    """

    outcome: Outcome
    verdict_digest: str
    policy: _PolicyReference
    counts: Mapping[str, int]
    scanners: Mapping[str, str]
    tool: str
    commit: str
    finished: str
    expires: str
    build: str = ""
    approval: Optional[Approval] = None  # noqa: UP045 -- msgspec evaluates it, and Python 3.9 cannot evaluate the other form
    subdirectory: str = ""


class Statement(_Strict, frozen=True, rename={"type_": "_type", "predicate_type": "predicateType"}):
    """A statement about one subject."""

    type_: str
    subject: tuple[Subject, ...]
    predicate_type: str
    predicate: Predicate


def create_statement(  # noqa: PLR0913 -- the parts of a statement
    report: Report,
    verdict_digest: str,
    subject: Subject,
    *,
    expires: dt.datetime,
    build: str = "",
    approval: Approval | None = None,
) -> Statement:
    """Return the statement on ``report`` about ``subject``. Raises AttestationRejected if the approval is older than the scan."""
    verdict = report.verdict
    if approval is not None:
        check_approval_time(approval, report.finished)
    predicate = Predicate(
        outcome=verdict.outcome,
        verdict_digest=verdict_digest,
        policy=_PolicyReference(verdict.policy, verdict.policy_digest, verdict.environment),
        counts=_counts(report),
        scanners={result.scanner: result.version for result in sorted(report.results, key=lambda result: result.scanner)},
        tool=report.tool_version,
        commit=report.commit,
        finished=report.finished,
        expires=format_timestamp(expires),
        build=build,
        approval=approval,
        subdirectory=report.subdirectory,
    )
    return Statement(STATEMENT_TYPE, (subject,), PREDICATE_TYPE, predicate)


def _counts(report: Report) -> dict[str, int]:
    rulings = report.verdict.rulings
    open_ = Counter(ruling.severity for ruling in rulings if ruling.outcome is not RulingOutcome.SUPPRESSED)
    counts = {severity.value: open_[severity] for severity in Severity.worst_first() if open_[severity]}
    counts |= {outcome.value: sum(ruling.outcome is outcome for ruling in rulings) for outcome in RulingOutcome}
    return counts | {"gaps": len(report.verdict.gaps)}


def check_approval_time(approval: Approval, finished: str) -> None:
    """Raise AttestationRejected if the approval was given before the scan ended: it approves another verdict."""
    if parse_timestamp(approval.at) < parse_timestamp(finished):
        message = f"the approval of {approval.at} is older than the end of the scan, {finished}"
        raise AttestationRejected(Rejection.APPROVAL, message, "an approval is valid for one verdict only: approve this one")


def encode_statement(statement: Statement) -> bytes:
    """Return the bytes to sign: ASCII JSON with sorted keys."""
    return json.dumps(msgspec.to_builtins(statement), sort_keys=True, separators=(",", ":")).encode("ascii")


def decode_statement(payload: bytes) -> Statement:
    """Return the statement in signed bytes. Raises AttestationRejected if it is not one of scangate's."""
    try:
        statement = msgspec.json.decode(payload, type=Statement)
        approval = statement.predicate.approval
        for timestamp in (statement.predicate.finished, statement.predicate.expires, *([approval.at] if approval else [])):
            parse_timestamp(timestamp)
    except (ValueError, TypeError) as error:
        raise AttestationRejected(Rejection.MALFORMED, "the attestation contains no scangate statement", HINT) from error
    if (statement.type_, statement.predicate_type, len(statement.subject)) != (STATEMENT_TYPE, PREDICATE_TYPE, 1):
        raise AttestationRejected(Rejection.MALFORMED, "the attestation contains a statement of another type", HINT)
    return statement
