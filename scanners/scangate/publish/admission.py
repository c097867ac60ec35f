"""Decides whether an attestation lets a thing go on to an environment; asks neither network, disk nor clock.

In this order, and the first that fails refuses: the signature, the statement's form, the subject, the environment, the policy, the
verdict (with its approval), the order, the expiry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import msgspec

from scangate.errors import AttestationRejected
from scangate.model import Outcome
from scangate.publish.dsse import verify_envelope
from scangate.publish.statement import Statement, Subject, check_approval_time, decode_statement, parse_timestamp

__all__ = ["AdmissionCriteria", "admit"]

CLOCK_SKEW = dt.timedelta(hours=1)


class AdmissionCriteria(msgspec.Struct, frozen=True):
    """What is asked of an attestation.

    ``keys``: the public keys that are trusted, PEM. ``environment``: the one it must have been judged for. ``now``: UTC.
    ``accepted``: digests of what was let in before, by a record that nobody but root can write: those may have expired since, so
    that a rollback and one more instance still succeed. ``after``: the end of the scan that was let in last (ISO 8601), older ones
    are refused; empty where the order is not this check's business. ``policies``: digests of the policies one of which must have
    judged, none where any will do; what was let in before is no exception, for a policy may be trusted no more.
    """

    trusted_keys: Sequence[bytes]
    environment: str
    now: dt.datetime
    previously_admitted: Collection[str] = ()
    scanned_after: str = ""
    policy_digests: Collection[str] = ()


def admit(envelope: str, subject: Subject, criteria: AdmissionCriteria) -> Statement:
    """The statement that lets ``subject`` through. NotAdmitted, with the reason, for everything else."""
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
        raise AttestationRejected(f"the attestation is about the {attested.name}, not the {actual.name}", "attest what is deployed")
    if attested.digest != actual.digest:
        here, there = actual.digest["sha256"][:16], attested.digest["sha256"][:16]
        told = f"this {actual.name} is not the one that was attested: {here} is not {there}"
        raise AttestationRejected(told, "something was changed after the gate: build and scan it again")


def _check_environment(attested: str, required: str) -> None:
    if attested != required:
        told = f"it was judged for {attested or 'no environment'}, not for {required or 'no environment'}"
        raise AttestationRejected(
            told, f"judge it for this one: scangate scan --env {required}" if required else "name it: --env NAME"
        )


def _check_policy(statement: Statement, required: Collection[str]) -> None:
    attested = statement.predicate.policy
    if required and attested.digest not in required:
        asked = " or ".join(sorted(digest[:16] for digest in required))
        told = f"it was judged by another policy: {attested.name} {attested.digest[:16]}, not {asked}"
        raise AttestationRejected(told, "judge it by this one: scangate gate verdict.json --policy FILE, then attest that")


def _check_verdict(statement: Statement) -> None:
    """An approval lets a FAIL through, for somebody has looked at what was found; nobody can look at what was not read."""
    predicate = statement.predicate
    if predicate.outcome is Outcome.INCOMPLETE:
        raise AttestationRejected(
            "the verdict is INCOMPLETE: not everything was read", "mend the gaps, and scan again", incomplete=True
        )
    if predicate.outcome is Outcome.FAIL and predicate.approval is None:
        raise AttestationRejected("the verdict is FAIL, and no approval is bound to it", "mend the findings, or have it approved")
    if predicate.approval is not None:
        check_approval_time(predicate.approval, predicate.finished)


def _check_scan_time(statement: Statement, subject: Subject, criteria: AdmissionCriteria) -> None:
    finished = statement.predicate.finished
    if parse_timestamp(finished) > criteria.now + CLOCK_SKEW:  # it would come after all that is to come, and shut it out
        raise AttestationRejected(
            f"its scan ended in the future, on {finished}", "set the clock of the machine that scans, and scan again"
        )
    if not criteria.scanned_after or subject.digest["sha256"] in criteria.previously_admitted:
        return
    if parse_timestamp(finished) < parse_timestamp(criteria.scanned_after):
        told = f"it was scanned before what was let in last ({finished}, {criteria.scanned_after})"
        raise AttestationRejected(told, "deploy the newer one, or scan this one again")


def _check_expiry(statement: Statement, subject: Subject, criteria: AdmissionCriteria) -> None:
    expires = statement.predicate.expires
    if criteria.now > parse_timestamp(expires) and subject.digest["sha256"] not in criteria.previously_admitted:
        raise AttestationRejected(
            f"the attestation expired on {expires}, and it was never accepted here before", "scan and attest it again"
        )
