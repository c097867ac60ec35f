"""``scangate verify``: let through what was attested, and nothing else. Small, and offline: a host needs no scanner for it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from scangate.cli.attestation_subject import parse_subject
from scangate.cli.console import warn
from scangate.errors import AttestationRejected, PublishError, Rejection, UsageError
from scangate.publish.admission import AdmissionCriteria, admit
from scangate.publish.admission_log import read_admission_log, read_pinned_digests, record_admission
from scangate.publish.attestation_store import AttestationStore, open_store
from scangate.publish.dsse import MAX_BYTES
from scangate.publish.kms_keys import fetch_public_key, is_kms_key_arn
from scangate.publish.statement import Statement, Subject
from scangate.publish.tree_digest import ATTESTATION_FILE
from scangate.timestamps import parse_timestamp

__all__ = ["command"]

REFUSED, INCOMPLETE, UNDECIDED = 1, 3, 4
_DIGEST = re.compile(r"[0-9a-f]{64}")


@click.command(short_help="Let through what was attested, and nothing else.")
@click.argument("subject", metavar="DIR|image:sha256:HEX|lambda:CODESHA256")
@click.option(
    "--attestation",
    metavar="FILE|s3://BUCKET/PREFIX",
    help=f"The attestation, or where S3 keeps it as DIGEST.json  [default for a folder: DIR/{ATTESTATION_FILE}]",
)
@click.option(
    "--key",
    "keys",
    metavar="FILE|ARN",
    multiple=True,
    required=True,
    help="A public key (PEM), or a key in KMS, which is asked for its own  [repeatable]",
)
@click.option(
    "--env", "environment", metavar="NAME", required=True, help="The environment it must have been judged for; '' for none"
)
@click.option(
    "--policy-digest",
    "digests",
    metavar="SHA256",
    multiple=True,
    help="The policy that must have judged, by its digest: scangate policy show NAME --env NAME tells it  [repeatable]",
)
@click.option("--policy", metavar="NAME|FILE", help="The same by the policy itself, as it is read here for this environment")
@click.option(
    "--record",
    metavar="DIR|s3://BUCKET/PREFIX",
    help="Root's record of what was let in, or the pipeline's in S3, which keeps the order as well; it is kept up to date",
)
@click.option(
    "--pinned", "pins", type=click.Path(path_type=Path), metavar="FILE", help="Root's list of digests let in before, one a line"
)
@click.option("--fresh", is_flag=True, help="Refuse what has expired even if it was let in before: for the pipeline's own check")
@click.option("--after", metavar="TIME", default="", help="Refuse what was scanned before this time, unless it was let in before")
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    subject: str,
    attestation: str | None,
    keys: tuple[str, ...],
    environment: str,
    digests: tuple[str, ...],
    policy: str | None,
    record: str | None,
    pins: Path | None,
    fresh: bool,
    after: str,
) -> int:
    """Check that SUBJECT is what was attested, that its verdict lets it into the environment, and that it is not too old.

    Any policy may have judged unless one is demanded: --policy-digest, --policy.

    Nobody is asked unless a key in KMS or a place in S3 is named. Exit codes: 0 let through, 1 refused, 3 refused because the
    verdict was INCOMPLETE, 2 not decided (a usage error), 4 not decided (AWS did not answer).
    """
    after = _parse_time(after)
    policies = frozenset(_required_policies(digests, policy, environment))
    try:
        found = parse_subject(subject)
        digest = found.digest["sha256"]
        ledger = open_store(record) if record is not None and record.startswith("s3://") else None
        known = frozenset() if pins is None else read_pinned_digests(pins)
        if ledger is not None:
            known |= {digest} if ledger.is_admitted(environment, digest) else set()
            after = max(filter(None, (after, ledger.latest_scan_end(environment))), key=parse_timestamp, default="")
        elif record is not None:
            known |= read_admission_log(Path(record))
        terms = AdmissionCriteria(
            trusted_keys=[fetch_public_key(key) if is_kms_key_arn(key) else _read_file(Path(key)) for key in keys],
            environment=environment,
            now=dt.datetime.now(dt.UTC),
            previously_admitted=frozenset() if fresh else known,
            scanned_after=after,
            policy_digests=policies,
        )
        statement = admit(_read_envelope(attestation, subject, found), found, terms)
        _record_admission(ledger, record, environment, found, statement)
    except AttestationRejected as refusal:
        warn(f"scangate: refused: {refusal.message}")
        warn(f"hint: {refusal.hint}")
        return INCOMPLETE if refusal.reason is Rejection.INCOMPLETE else REFUSED
    except PublishError as error:
        warn(f"scangate: not decided: {error}")
        if error.hint:
            warn(f"hint: {error.hint}")
        return UNDECIDED
    approval = statement.predicate.approval
    told = f", approved by {approval.by}" if approval is not None else ""
    warn(f"scangate: let through: {statement.predicate.outcome.value} of {statement.predicate.finished}{told}")
    return 0


def _required_policies(digests: Sequence[str], policy: str | None, environment: str) -> Iterator[str]:
    """The digests of the policies that are demanded."""
    for digest in digests:
        if not _DIGEST.fullmatch(digest):
            raise UsageError(f"not a policy's digest: {digest}", "scangate policy show NAME --env NAME tells it in its first line")
        yield digest
    if policy is not None:
        try:
            from scangate.cli.policy import load_policy  # noqa: PLC0415 -- a host that verifies has none of what a policy is read with
        except ImportError as error:
            raise UsageError("no policy can be read in an installation as small as this", "name it by --policy-digest") from error
        yield load_policy(policy, environment or None).digest


def _record_admission(
    ledger: AttestationStore | None, record: str | None, environment: str, found: Subject, statement: Statement
) -> None:
    if ledger is not None:
        ledger.record_admission(environment, found.digest["sha256"], statement.predicate.finished)
    elif record is not None:
        record_admission(Path(record), found.digest["sha256"])


def _read_envelope(attestation: str | None, subject: str, found: Subject) -> str:
    if attestation is not None and attestation.startswith("s3://"):
        envelope = open_store(attestation).get(found.digest["sha256"])
        if envelope is None:
            message = f"there is no attestation of this {found.name} in {attestation}"
            raise AttestationRejected(Rejection.MISSING, message, "attest it: scangate attest")
        return envelope
    return _read_file(_attestation_path(None if attestation is None else Path(attestation), subject)).decode("utf-8", "replace")


def _attestation_path(attestation: Path | None, subject: str) -> Path:
    if attestation is not None:
        return attestation
    if not Path(subject).is_dir():
        raise UsageError("where is the attestation?", "name it: --attestation FILE")
    return Path(subject) / ATTESTATION_FILE


def _read_file(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and file.name == ATTESTATION_FILE:
            raise AttestationRejected(
                Rejection.MISSING, f"there is no attestation in {file.parent}", "attest it: scangate attest"
            ) from error
        raise UsageError(f"cannot read {file}: {error.strerror}", "look at its name and its rights") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"{file} is too large", f"keys and attestations have at most {MAX_BYTES} bytes")
    return data


def _parse_time(text: str) -> str:
    if not text:
        return ""
    try:
        if dt.datetime.fromisoformat(text).tzinfo is not None:
            return text
    except ValueError:
        pass
    raise UsageError(f"not a time: {text}", "write it as 2026-01-31T12:00:00Z")
