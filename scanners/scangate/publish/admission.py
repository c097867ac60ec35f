"""Decide whether an attestation admits an artifact to an environment. Pure: no network, no disk, no clock.

The checks run in this order and the first failure rejects: signature, form, subject, environment, policy, verdict (with its
approval), scan time, expiry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import msgspec

from scangate.errors import AttestationRejected, Rejection
from scangate.model import Outcome
from scangate.publish.dsse import verify_envelope
from scangate.publish.statement import Statement, Subject, check_approval_time, decode_statement
from scangate.timestamps import parse_timestamp

CLOCK_SKEW = dt.timedelta(hours=1)


class AdmissionCriteria(msgspec.Struct, frozen=True):
    """Requirements for an attestation.

    ``trusted_keys``: public keys, PEM. ``environment``: the one that the policy was evaluated for. ``now``: UTC.
    ``previously_admitted``: digests from a record that only root can write. They may have expired since, so that a rollback or one
    more instance still succeeds. ``scanned_after``: reject scans that ended before this time (ISO 8601); empty for no limit.
    ``policy_digests``: the accepted policies, empty for any. They apply to previously admitted artifacts, too: a policy may no
    longer be trusted.
    """

    trusted_keys: Sequence[bytes]
    environment: str
    now: dt.datetime
    previously_admitted: Collection[str] = ()
    scanned_after: str = ""
    policy_digests: Collection[str] = ()


def admit(envelope: str, subject: Subject, criteria: AdmissionCriteria) -> Statement:
    """Return the statement that admits ``subject``. Raises AttestationRejected with the reason if there is none."""
    statement = decode_statement(verify_envelope(envelope, criteria.trusted_keys))
    _check_subject(statement.subject[0], subject)
    _check_policy(statement, criteria)
    _check_verdict(statement)
    _check_times(statement, criteria, is_known=subject.sha256 in criteria.previously_admitted)
    return statement


def _check_subject(attested: Subject, actual: Subject) -> None:
    message = f"the attestation is for the {attested.name}, not for the {actual.name}"
    _require(
        attested.name == actual.name,
        Rejection.SUBJECT,
        message,
        "attest the deployed artifact: scangate attest VERDICT.JSON ARTIFACT",
    )
    message = f"the {actual.name} is not the attested one: its digest is {actual.sha256[:16]}, not {attested.sha256[:16]}"
    _require(attested == actual, Rejection.SUBJECT, message, "it was changed after the gate: build and scan it again")


def _check_policy(statement: Statement, criteria: AdmissionCriteria) -> None:
    policy, required = statement.predicate.policy, criteria.environment
    message = f"the attestation is for {policy.environment or 'no environment'}, not for {required or 'no environment'}"
    hint = f"scan for this environment: scangate scan --env {required}" if required else "name the environment: --env NAME"
    _require(policy.environment == required, Rejection.ENVIRONMENT, message, hint)
    accepted = " or ".join(sorted(digest[:16] for digest in criteria.policy_digests))
    message = f"the attestation is for policy {policy.name} {policy.digest[:16]}, not for {accepted}"
    hint = "apply the required policy, then attest: scangate gate verdict.json --policy FILE"
    _require(not accepted or policy.digest in criteria.policy_digests, Rejection.POLICY, message, hint)


def _check_verdict(statement: Statement) -> None:
    """An approval admits a FAIL, since a person reviewed its findings. What was not analyzed cannot be reviewed."""
    outcome, approval = statement.predicate.outcome, statement.predicate.approval
    hint = "fix the gaps, then scan again"
    _require(outcome is not Outcome.INCOMPLETE, Rejection.INCOMPLETE, "the verdict is INCOMPLETE", hint)
    message, hint = "the verdict is FAIL and has no approval", "fix the blocking findings, or have the verdict approved"
    _require(outcome is not Outcome.FAIL or approval is not None, Rejection.FAILED, message, hint)
    if approval is not None:
        check_approval_time(approval, statement.predicate.finished)


def _check_times(statement: Statement, criteria: AdmissionCriteria, *, is_known: bool) -> None:
    finished, expires, after = statement.predicate.finished, statement.predicate.expires, criteria.scanned_after
    message, hint = f"the scan ended in the future, on {finished}", "set the clock of the scanning machine, then scan again"
    is_past = parse_timestamp(finished) <= criteria.now + CLOCK_SKEW  # else it would lock out every scan until then
    _require(is_past, Rejection.SCAN_TIME, message, hint)
    is_newest = is_known or not after or parse_timestamp(finished) >= parse_timestamp(after)
    message = f"a newer scan was admitted already ({finished} is before {after})"
    _require(is_newest, Rejection.SCAN_TIME, message, "deploy the newer artifact, or scan this one again")
    message = f"the attestation expired on {expires}, and the artifact was never admitted before"
    _require(is_known or criteria.now <= parse_timestamp(expires), Rejection.EXPIRED, message, "scan and attest it again")


def _require(condition: bool, reason: Rejection, message: str, hint: str) -> None:
    if not condition:
        raise AttestationRejected(reason, message, hint)
