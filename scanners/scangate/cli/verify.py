"""``scangate verify``: check an attestation before deployment. Works offline, and without any scanner installed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import msgspec

from scangate.cli.attestation_subject import parse_subject
from scangate.cli.console import warn
from scangate.errors import AttestationRejected, PublishError, Rejection, UsageError
from scangate.files import read_regular_file
from scangate.publish.admission import AdmissionCriteria, admit
from scangate.publish.admission_log import read_admission_log, read_pinned_digests, record_admission
from scangate.publish.attestation_store import AttestationStore, open_store
from scangate.publish.dsse import MAX_BYTES
from scangate.publish.kms_keys import fetch_public_key, is_kms_key_arn
from scangate.publish.statement import Statement, Subject
from scangate.publish.tree_digest import ATTESTATION_FILE
from scangate.timestamps import parse_timestamp, utc_now

REFUSED, INCOMPLETE, UNDECIDED = 1, 3, 4
_DIGEST = re.compile(r"[0-9a-f]{64}")


@click.command()
@click.argument("subject", metavar="DIR|image:sha256:HEX|lambda:CODESHA256")
@click.option(
    "--attestation",
    metavar="FILE|s3://BUCKET/PREFIX",
    help=f"The attestation, or its store in S3, where it is DIGEST.json  [default for a directory: DIR/{ATTESTATION_FILE}]",
)
@click.option(
    "--key",
    "keys",
    metavar="FILE|ARN",
    multiple=True,
    required=True,
    help="A trusted public key (PEM), or the ARN of a key in KMS  [repeatable]",
)
@click.option(
    "--env", "environment", metavar="NAME", required=True, help="The required policy environment of the verdict; '' for none"
)
@click.option(
    "--policy-digest",
    "digests",
    metavar="SHA256",
    multiple=True,
    help="Require this policy, by its digest as in the first line of: scangate policy show NAME --env NAME  [repeatable]",
)
@click.option("--policy", metavar="NAME|FILE", help="Require this policy, with its digest computed here for this environment")
@click.option(
    "--record",
    metavar="DIR|s3://BUCKET/PREFIX",
    help="Read and update a record of admissions: the host's, owned by root, or the pipeline's in S3, which rejects older scans",
)
@click.option(
    "--accepted",
    metavar="s3://BUCKET/PREFIX",
    help="Also read, and never write, the pipeline's record in S3; without a response, the other records decide",
)
@click.option(
    "--pinned",
    "pins",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A file of digests to treat as admitted before, one per line, owned by root",
)
@click.option("--fresh", is_flag=True, help="Also refuse expired attestations that were admitted before")
@click.option("--after", metavar="TIME", default="", help="Refuse scans before this time, unless admitted before")
def command(  # noqa: PLR0913, PLR0917 -- one parameter per option
    subject: str,
    attestation: str | None,
    keys: tuple[str, ...],
    environment: str,
    digests: tuple[str, ...],
    policy: str | None,
    record: str | None,
    accepted: str | None,
    pins: Path | None,
    fresh: bool,
    after: str,
) -> int:
    """Check that an artifact is the attested one, that its verdict admits it to the environment, and that it is not too old.

    Any policy is accepted unless --policy-digest or --policy requires one.

    The network is used only for a key in KMS or a store in S3. Exit codes: 0 admitted, 1 refused, 3 refused because the verdict is
    INCOMPLETE, 2 undecided (usage error), 4 undecided (no response from AWS).
    """
    after = _parse_time(after)
    policies = frozenset(_required_policies(digests, policy, environment))
    try:
        artifact = parse_subject(subject)
        admissions = _read_admissions(record, pins, environment, artifact)
        criteria = AdmissionCriteria(
            trusted_keys=[fetch_public_key(key) if is_kms_key_arn(key) else _read_file(Path(key)) for key in keys],
            environment=environment,
            now=utc_now(),
            previously_admitted=frozenset() if fresh else admissions.digests | _read_accepted(accepted, environment, artifact),
            scanned_after=max(filter(None, (after, admissions.latest_scan_end)), key=parse_timestamp, default=""),
            policy_digests=policies,
        )
        statement = admit(_read_envelope(attestation, subject, artifact), artifact, criteria)
        admissions.record(artifact.digest["sha256"], statement)
    except AttestationRejected as refusal:
        warn(f"refused: {refusal.message}", refusal.hint)
        return INCOMPLETE if refusal.reason is Rejection.INCOMPLETE else REFUSED
    except PublishError as error:
        warn(f"undecided: {error}", error.hint)
        return UNDECIDED
    approval = statement.predicate.approval
    approver = f", approved by {approval.by}" if approval is not None else ""
    warn(f"admitted: {statement.predicate.outcome.value} of {statement.predicate.finished}{approver}")
    return 0


class _Admissions(msgspec.Struct, frozen=True):
    """What was admitted to an environment before: digests of artifacts, and the latest end of a scan, "" if unknown."""

    environment: str
    destination: AttestationStore | Path | None
    digests: frozenset[str]
    latest_scan_end: str = ""

    def record(self, digest: str, statement: Statement) -> None:
        """Adds an artifact. Raises PublishError and UsageError."""
        if isinstance(self.destination, Path):
            record_admission(self.destination, digest)
        elif self.destination is not None:
            self.destination.record_admission(self.environment, digest, statement.predicate.finished)


def _read_admissions(record: str | None, pins: Path | None, environment: str, artifact: Subject) -> _Admissions:
    pinned = frozenset() if pins is None else read_pinned_digests(pins)
    if record is None:
        return _Admissions(environment, None, pinned)
    if not record.startswith("s3://"):
        return _Admissions(environment, Path(record), pinned | read_admission_log(Path(record)))
    store, digest = open_store(record), artifact.digest["sha256"]
    admitted = {digest} if store.is_admitted(environment, digest) else set()
    return _Admissions(environment, store, pinned | admitted, store.latest_scan_end(environment))


def _read_accepted(url: str | None, environment: str, artifact: Subject) -> frozenset[str]:
    """The artifact's digest, if the pipeline admitted it. Only a warning where AWS does not answer: no more is admitted."""
    digest = artifact.digest["sha256"]
    try:
        return frozenset({digest} if url is not None and open_store(url).is_admitted(environment, digest) else ())
    except PublishError as error:
        warn(f"cannot read {url}: {error}", error.hint)
        return frozenset()


def _required_policies(digests: Sequence[str], policy: str | None, environment: str) -> Iterator[str]:
    """The digests of the required policies. Raises UsageError."""
    for digest in digests:
        if not _DIGEST.fullmatch(digest):
            raise UsageError(f"not a policy digest: {digest}", "the first line shows it: scangate policy show NAME --env NAME")
        yield digest
    if policy is not None:
        try:
            from scangate.app.policies import read_policy  # noqa: PLC0415 -- not in a minimal installation
        except ImportError as error:
            raise UsageError("this minimal installation cannot read policies", "use --policy-digest SHA256") from error
        yield read_policy(policy, environment or None).digest


def _read_envelope(attestation: str | None, subject: str, artifact: Subject) -> str:
    if attestation is None:
        if not Path(subject).is_dir():
            raise UsageError("an image or a function has no default attestation", "name the attestation: --attestation FILE")
        attestation = str(Path(subject) / ATTESTATION_FILE)
    if not attestation.startswith("s3://"):
        return _read_file(Path(attestation)).decode("utf-8", "replace")
    envelope = open_store(attestation).get(artifact.digest["sha256"])
    if envelope is None:
        raise AttestationRejected(Rejection.MISSING, f"no attestation of this {artifact.name} in {attestation}", "scangate attest")
    return envelope


def _read_file(file: Path) -> bytes:
    try:
        return read_regular_file(file, MAX_BYTES, follow_links=True)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and file.name == ATTESTATION_FILE:
            raise AttestationRejected(Rejection.MISSING, f"no attestation in {file.parent}", "scangate attest") from error
        raise UsageError(f"cannot read {file}: {error.strerror}", "check its name and permissions: ls -l") from error


def _parse_time(text: str) -> str:
    if not text:
        return ""
    try:
        parse_timestamp(text)
    except ValueError as error:
        raise UsageError(f"not a time: {text}", "write it as 2026-01-31T12:00:00Z") from error
    return text
