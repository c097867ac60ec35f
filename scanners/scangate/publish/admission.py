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

__all__ = ["AdmissionCriteria", "admit"]

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
    _check_environment(statement.predicate.policy.environment, criteria.environment)
    _check_policy(statement, criteria.policy_digests)
    _check_verdict(statement)
    _check_scan_time(statement, subject, criteria)
    _check_expiry(statement, subject, criteria)
    return statement


def _check_subject(attested: Subject, actual: Subject) -> None:
    if attested.name != actual.name:
        message = f"the attestation is for the {attested.name}, not for the {actual.name}"
        raise AttestationRejected(Rejection.SUBJECT, message, "attest what is deployed")
    if attested.digest != actual.digest:
        message = f"the {actual.name} is not the attested one: its digest is {actual.sha256[:16]}, not {attested.sha256[:16]}"
        raise AttestationRejected(Rejection.SUBJECT, message, "it was changed after the gate: build and scan it again")


def _check_environment(attested: str, required: str) -> None:
    if attested != required:
        message = f"the attestation is for {attested or 'no environment'}, not for {required or 'no environment'}"
        hint = f"scan for this environment: scangate scan --env {required}" if required else "name the environment: --env NAME"
        raise AttestationRejected(Rejection.ENVIRONMENT, message, hint)


def _check_policy(statement: Statement, required: Collection[str]) -> None:
    policy = statement.predicate.policy
    if required and policy.digest not in required:
        accepted = " or ".join(sorted(digest[:16] for digest in required))
        message = f"the attestation is for policy {policy.name} {policy.digest[:16]}, not for {accepted}"
        hint = "apply the required policy, then attest: scangate gate verdict.json --policy FILE"
        raise AttestationRejected(Rejection.POLICY, message, hint)


def _check_verdict(statement: Statement) -> None:
    """An approval admits a FAIL, since somebody reviewed its findings. Nobody can review what was not analyzed."""
    predicate = statement.predicate
    if predicate.outcome is Outcome.INCOMPLETE:
        raise AttestationRejected(Rejection.INCOMPLETE, "the verdict is INCOMPLETE", "fix the gaps, then scan again")
    if predicate.outcome is Outcome.FAIL and predicate.approval is None:
        message = "the verdict is FAIL and has no approval"
        raise AttestationRejected(Rejection.FAILED, message, "fix the blocking findings, or have the verdict approved")
    if predicate.approval is not None:
        check_approval_time(predicate.approval, predicate.finished)


def _check_scan_time(statement: Statement, subject: Subject, criteria: AdmissionCriteria) -> None:
    finished = statement.predicate.finished
    if parse_timestamp(finished) > criteria.now + CLOCK_SKEW:  # admitting it would lock out every scan until then
        message = f"the scan ended in the future, on {finished}"
        raise AttestationRejected(Rejection.SCAN_TIME, message, "set the clock of the scanning machine, then scan again")
    if not criteria.scanned_after or subject.sha256 in criteria.previously_admitted:
        return
    if parse_timestamp(finished) < parse_timestamp(criteria.scanned_after):
        message = f"a newer scan was admitted already ({finished} is before {criteria.scanned_after})"
        raise AttestationRejected(Rejection.SCAN_TIME, message, "deploy the newer artifact, or scan this one again")


def _check_expiry(statement: Statement, subject: Subject, criteria: AdmissionCriteria) -> None:
    expires = statement.predicate.expires
    if criteria.now > parse_timestamp(expires) and subject.sha256 not in criteria.previously_admitted:
        message = f"the attestation expired on {expires}, and the artifact was never admitted before"
        raise AttestationRejected(Rejection.EXPIRED, message, "scan and attest it again")
