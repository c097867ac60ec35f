"""Decides whether an attestation lets a thing go on to an environment; asks neither network, disk nor clock.

In this order, and the first that fails refuses: the signature, the statement's form, the subject, the environment, the policy, the
verdict (with its approval), the order, the expiry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import msgspec

from scangate.errors import NotAdmitted
from scangate.model import Outcome
from scangate.publish.envelope import opened
from scangate.publish.statement import Statement, Subject, check_order, decode, moment

__all__ = ["Terms", "admit"]

SKEW = dt.timedelta(hours=1)


class Terms(msgspec.Struct, frozen=True):
    """What is asked of an attestation.

    ``keys``: the public keys that are trusted, PEM. ``environment``: the one it must have been judged for. ``now``: UTC.
    ``accepted``: digests of what was let in before, by a record that nobody but root can write: those may have expired since, so
    that a rollback and one more instance still succeed. ``after``: the end of the scan that was let in last (ISO 8601), older ones
    are refused; empty where the order is not this check's business. ``policies``: digests of the policies one of which must have
    judged, none where any will do; what was let in before is no exception, for a policy may be trusted no more.
    """

    keys: Sequence[bytes]
    environment: str
    now: dt.datetime
    accepted: Collection[str] = ()
    after: str = ""
    policies: Collection[str] = ()


def admit(envelope: str, subject: Subject, terms: Terms) -> Statement:
    """The statement that lets ``subject`` through. NotAdmitted, with the reason, for everything else."""
    statement = decode(opened(envelope, terms.keys))
    _check_subject(statement.subject[0], subject)
    _check_environment(statement.predicate.policy.environment, terms.environment)
    _check_policy(statement, terms.policies)
    _check_verdict(statement)
    _check_order(statement, subject, terms)
    _check_expiry(statement, subject, terms)
    return statement


def _check_subject(attested: Subject, found: Subject) -> None:
    if attested.name != found.name:
        raise NotAdmitted(f"the attestation is about the {attested.name}, not the {found.name}", "attest what is deployed")
    if attested.digest != found.digest:
        here, there = found.digest["sha256"][:16], attested.digest["sha256"][:16]
        told = f"this {found.name} is not the one that was attested: {here} is not {there}"
        raise NotAdmitted(told, "something was changed after the gate: build and scan it again")


def _check_environment(attested: str, wanted: str) -> None:
    if attested != wanted:
        told = f"it was judged for {attested or 'no environment'}, not for {wanted or 'no environment'}"
        raise NotAdmitted(told, f"judge it for this one: scangate scan --env {wanted}" if wanted else "name it: --env NAME")


def _check_policy(statement: Statement, wanted: Collection[str]) -> None:
    attested = statement.predicate.policy
    if wanted and attested.digest not in wanted:
        asked = " or ".join(sorted(digest[:16] for digest in wanted))
        told = f"it was judged by another policy: {attested.name} {attested.digest[:16]}, not {asked}"
        raise NotAdmitted(told, "judge it by this one: scangate gate verdict.json --policy FILE, then attest that")


def _check_verdict(statement: Statement) -> None:
    """An approval lets a FAIL through, for somebody has looked at what was found; nobody can look at what was not read."""
    predicate = statement.predicate
    if predicate.outcome is Outcome.INCOMPLETE:
        raise NotAdmitted("the verdict is INCOMPLETE: not everything was read", "mend the gaps, and scan again", incomplete=True)
    if predicate.outcome is Outcome.FAIL and predicate.approval is None:
        raise NotAdmitted("the verdict is FAIL, and no approval is bound to it", "mend the findings, or have it approved")
    if predicate.approval is not None:
        check_order(predicate.approval, predicate.finished)


def _check_order(statement: Statement, subject: Subject, terms: Terms) -> None:
    finished = statement.predicate.finished
    if moment(finished) > terms.now + SKEW:  # it would come after all that is to come, and shut it out
        raise NotAdmitted(f"its scan ended in the future, on {finished}", "set the clock of the machine that scans, and scan again")
    if not terms.after or subject.digest["sha256"] in terms.accepted:
        return
    if moment(finished) < moment(terms.after):
        told = f"it was scanned before what was let in last ({finished}, {terms.after})"
        raise NotAdmitted(told, "deploy the newer one, or scan this one again")


def _check_expiry(statement: Statement, subject: Subject, terms: Terms) -> None:
    expires = statement.predicate.expires
    if terms.now > moment(expires) and subject.digest["sha256"] not in terms.accepted:
        raise NotAdmitted(
            f"the attestation expired on {expires}, and it was never accepted here before", "scan and attest it again"
        )
