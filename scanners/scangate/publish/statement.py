"""What is attested: an in-toto statement that binds one verdict to what ships; signs nothing, and judges nothing.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Mapping

import msgspec

from scangate.errors import AttestationRejected
from scangate.model import Outcome, Report, RulingOutcome, Severity

__all__ = [
    "PREDICATE_TYPE",
    "STATEMENT_TYPE",
    "Approval",
    "Statement",
    "Subject",
    "check_approval_time",
    "create_statement",
    "decode_statement",
    "encode_statement",
    "parse_timestamp",
]

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:scangate:verdict:1"
_SHA256 = re.compile(r"[0-9a-f]{64}")


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class Subject(_Strict, frozen=True):
    """What ships: ``name`` is the kind of thing (``tree``, ``image``, ``lambda``), ``digest`` its SHA-256 in hexadecimal."""

    name: str
    digest: Mapping[str, str]

    def __post_init__(self) -> None:
        if set(self.digest) != {"sha256"} or not _SHA256.fullmatch(self.digest["sha256"]):
            raise ValueError("a subject has one digest, a SHA-256")


class Approval(_Strict, frozen=True):
    """Who let a verdict that is no PASS go on, when (UTC, ISO 8601), and in which execution of which pipeline."""

    by: str
    at: str
    execution: str


class _PolicyReference(_Strict, frozen=True):
    name: str
    digest: str
    environment: str = ""


class Predicate(_Strict, frozen=True):
    """The verdict in short. ``finished`` and ``expires`` are UTC, ISO 8601; ``verdict`` is the SHA-256 of verdict.json; ``part`` is
    the folder of the repository that was scanned, empty for all of it."""

    outcome: Outcome
    verdict: str
    policy: _PolicyReference
    counts: Mapping[str, int]
    scanners: Mapping[str, str]
    tool: str
    commit: str
    finished: str
    expires: str
    build: str = ""
    approval: Approval | None = None
    part: str = ""


class Statement(_Strict, frozen=True, rename={"type_": "_type", "predicate_type": "predicateType"}):
    """The whole statement: one subject."""

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
    """The statement on ``report``, whose verdict.json has the SHA-256 ``digest``, about ``subject``.

    NotAdmitted where ``approval`` is older than the end of the scan.
    """
    verdict = report.verdict
    if approval is not None:
        check_approval_time(approval, report.finished)
    predicate = Predicate(
        outcome=verdict.outcome,
        verdict=verdict_digest,
        policy=_PolicyReference(verdict.policy, verdict.policy_digest, verdict.environment),
        counts=_counts(report),
        scanners={result.scanner: result.version for result in sorted(report.results, key=lambda result: result.scanner)},
        tool=report.tool_version,
        commit=report.commit,
        finished=report.finished,
        expires=expires.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        build=build,
        approval=approval,
        part=report.subdirectory,
    )
    return Statement(STATEMENT_TYPE, (subject,), PREDICATE_TYPE, predicate)


def _counts(report: Report) -> dict[str, int]:
    rulings = report.verdict.rulings
    standing = Counter(ruling.severity for ruling in rulings if ruling.outcome is not RulingOutcome.SUPPRESSED)
    counts = {severity.value: standing[severity] for severity in Severity.worst_first() if standing[severity]}
    counts |= {outcome.value: sum(ruling.outcome is outcome for ruling in rulings) for outcome in RulingOutcome}
    return counts | {"gaps": len(report.verdict.gaps)}


def parse_timestamp(text: str) -> dt.datetime:
    """A time of the statement. ValueError where it is none, or has no zone."""
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found


def check_approval_time(approval: Approval, finished: str) -> None:
    """NotAdmitted for an approval that was given before the scan ended: what it is of is something else."""
    if parse_timestamp(approval.at) < parse_timestamp(finished):
        told = f"the approval is of {approval.at}, and the scan ended after it, on {finished}"
        raise AttestationRejected(told, "an approval holds for one verdict: have this one approved")


def encode_statement(statement: Statement) -> bytes:
    """The bytes that are signed: JSON, plain ASCII, keys in order."""
    return json.dumps(msgspec.to_builtins(statement), sort_keys=True, separators=(",", ":")).encode("ascii")


def decode_statement(payload: bytes) -> Statement:
    """The statement in signed bytes. NotAdmitted for anything but one of ours."""
    try:
        statement = msgspec.json.decode(payload, type=Statement)
        approval = statement.predicate.approval
        for stamp in (statement.predicate.finished, statement.predicate.expires, *([approval.at] if approval else [])):
            parse_timestamp(stamp)
    except (ValueError, TypeError) as error:
        raise AttestationRejected("the attestation holds no statement of scangate", "attest again: scangate attest") from error
    if (statement.type_, statement.predicate_type, len(statement.subject)) != (STATEMENT_TYPE, PREDICATE_TYPE, 1):
        raise AttestationRejected("the attestation holds another kind of statement", "attest again: scangate attest")
    return statement
