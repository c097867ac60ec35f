"""``scangate attest``: sign a statement that binds a verdict to an artifact."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from pathlib import Path

import click
import msgspec

from scangate.app.file_errors import file_errors
from scangate.app.verdict_file import read_verdict_text, refuse_scoped
from scangate.ci import Build, detect_build
from scangate.cli.attestation_subject import parse_subject
from scangate.cli.console import warn
from scangate.errors import AttestationRejected, PublishError, Rejection, UsageError
from scangate.files import read_regular_file
from scangate.model import Outcome, Report
from scangate.printable import replace_unprintable
from scangate.publish import codepipeline_approval
from scangate.publish.attestation_store import open_store
from scangate.publish.aws_client import create_client
from scangate.publish.dsse import MAX_BYTES, Signer, sign_envelope, verify_envelope
from scangate.publish.kms_keys import ALGORITHMS, Algorithm, KmsSigner, fetch_public_key, is_kms_key_arn
from scangate.publish.scope_check import describe_partial_scope, find_content_left_out
from scangate.publish.statement import Approval, Subject, create_statement, decode_statement, encode_statement
from scangate.publish.tree_digest import ATTESTATION_FILE
from scangate.report.schema import parse_report
from scangate.timestamps import parse_timestamp, utc_now

REFUSED, UNPUBLISHED = 1, 4
VERDICT_SUBJECT = "verdict"


@click.command()
@click.argument("verdict", type=click.Path(path_type=Path), metavar="VERDICT.JSON")
@click.argument("subject", metavar="[DIR|image:sha256:HEX|lambda:CODESHA256]", required=False)
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="Sign with this private key (PEM)")
@click.option("--kms-key", metavar="ARN", help="Sign with this key in KMS")
@click.option("--kms-algorithm", type=click.Choice(ALGORITHMS), default=ALGORITHMS[0], show_default=True)
@click.option(
    *("--days",),
    type=click.IntRange(1, 365),
    default=7,
    show_default=True,
    help="Days after the scan, or its approval, within which a first deployment is admitted",
)
@click.option("--part", metavar="DIR", default="", help="The artifact is this directory of the repository, scanned on its own")
@click.option(
    *("--approval",),
    metavar="FILE|codepipeline:PIPELINE:EXECUTION:ACTION",
    help='Who approved a FAIL: a file with {"by", "at", "execution"}, or an approval action in CodePipeline',
)
@click.option(
    *("--output",),
    metavar="FILE|s3://BUCKET/PREFIX",
    help=f"The destination, in S3 as DIGEST.json  [default: DIR/{ATTESTATION_FILE}, else standard output]",
)
@click.option(
    "--signed-by",
    metavar="FILE|ARN",
    help="Refuse a VERDICT.JSON without an attestation of its own by this public key (PEM) or key in KMS",
)
def command(  # noqa: PLR0913, PLR0917 -- one parameter per option
    verdict: Path,
    subject: str | None,
    key: Path | None,
    kms_key: str | None,
    kms_algorithm: Algorithm,
    days: int,
    part: str,
    approval: str | None,
    output: str | None,
    signed_by: str | None,
) -> int:
    """Sign a statement that binds the verdict in VERDICT.JSON to an artifact: the files of DIR, an image, or a Lambda function.

    Without an artifact, VERDICT.JSON itself is attested, in VERDICT.attestation.json next to it: by the build that made it, so that
    --signed-by can refuse one that was changed on its way to the build that attests an artifact.

    VERDICT.JSON must cover a whole repository, or the --part of it that is deployed; not only a change, or staged files.

    Every verdict can be attested; `scangate verify` admits a PASS and an approved FAIL. Exit code 1 if the FAIL was not approved in
    CodePipeline or the scan is too old, 4 if signing or storing in S3 fails.
    """
    text = read_verdict_text(verdict)
    report = parse_report(text)
    build = detect_build(os.environ)
    _check_scan(report, part.strip("/"), build)
    itself = Subject(VERDICT_SUBJECT, {"sha256": hashlib.sha256(text.encode()).hexdigest()})
    artifact = itself if subject is None else parse_subject(subject)
    try:
        if signed_by is not None:
            _require_signature(verdict, itself, signed_by)
        approved = _load_approval(approval, report)
        statement = create_statement(
            report,
            itself.sha256,
            artifact,
            expires=_expiry(report, approved, dt.timedelta(days=days), utc_now()),
            build=build.arn if build else "",
            approval=approved,
        )
        envelope = sign_envelope(encode_statement(statement), _load_signer(key, kms_key, kms_algorithm))
        destination = output or _default_destination(verdict, subject, artifact)
        _store_envelope(destination, artifact.digest["sha256"], envelope)
    except (PublishError, AttestationRejected) as error:
        warn(f"not signed: {error}", error.hint)
        return UNPUBLISHED if isinstance(error, PublishError) else REFUSED
    warn(f"attested {report.verdict.outcome.value} for {artifact.name} {artifact.digest['sha256']}")
    return 0


def _default_destination(verdict: Path, subject: str | None, artifact: Subject) -> str | None:
    if subject is None:
        return str(_attestation_of(verdict))
    return str(Path(subject) / ATTESTATION_FILE) if artifact.name == "tree" else None


def _attestation_of(verdict: Path) -> Path:
    return verdict.with_suffix(".attestation.json")


def _require_signature(verdict: Path, itself: Subject, key: str) -> None:
    """Raises AttestationRejected unless ``key`` signed this verdict.json, and UsageError where there is no attestation of it."""
    file = _attestation_of(verdict)
    with file_errors("read", file, "attest it where it is made: scangate attest VERDICT.JSON"):
        envelope = read_regular_file(file, MAX_BYTES, follow_links=True).decode("utf-8", "replace")
    if is_kms_key_arn(key):
        public = fetch_public_key(key)
    else:
        with file_errors("read", key, "give a public key: --signed-by FILE"):
            public = Path(key).read_bytes()
    (signed,) = decode_statement(verify_envelope(envelope, [public])).subject
    if signed != itself:
        message = f"verdict.json is not the one that was signed: its digest is {itself.sha256[:16]}, not {signed.sha256[:16]}"
        raise AttestationRejected(Rejection.SUBJECT, message, "take verdict.json and its attestation from the same build")


def _check_scan(report: Report, part: str, build: Build | None) -> None:
    """Raises UsageError for a verdict that is not about all that is deployed, or not about what this build builds."""
    refuse_scoped(report)
    partial = describe_partial_scope(report, part)
    if partial:
        hint = f"if only that directory is deployed: --part {report.subdirectory}" if report.subdirectory else "scangate scan"
        raise UsageError(f"verdict.json does not cover all that is deployed: it is {partial}", hint)
    _refuse_content_left_out(report)
    # In a pipeline the verdict belongs to the execution, and the build's first source may be another than the scan's.
    if build is not None and not build.pipeline and build.commit and build.commit != report.commit:
        commits = f"verdict.json is of commit {report.commit[:12] or 'unknown'}, this build of {build.commit[:12]}"
        raise UsageError(commits, "scan the commit that is built: scangate scan --env NAME")


def _refuse_content_left_out(report: Report) -> None:
    """Raises UsageError if the scan left out content of the tree: the artifact may contain it."""
    gaps = find_content_left_out(report)
    if not gaps:
        return
    more = f", and {len(gaps) - 1:,} more" if len(gaps) > 1 else ""
    named = f"{replace_unprintable(gaps[0].path or '')} ({gaps[0].kind.value}{more})"
    hint = "fetch it and scan again (git lfs pull, git submodule update --init), or exclude it with a reason in the policy"
    raise UsageError(f"verdict.json does not cover all that is deployed: the scan left out {named}", hint)


def _load_signer(key: Path | None, kms_key: str | None, algorithm: Algorithm) -> Signer:
    if kms_key is not None and key is None:
        return KmsSigner(kms_key, algorithm)
    if key is None or kms_key is not None:
        raise UsageError("an attestation needs exactly one key", "give --kms-key ARN or --key FILE")
    with file_errors("read", key, "give a private key: --key FILE"):
        pem = key.read_bytes()
    from scangate.publish.signing_keys import KeySigner  # noqa: PLC0415 -- needs cryptography, an extra

    return KeySigner(pem)


def _load_approval(source: str | None, report: Report) -> Approval | None:
    if source is None:
        return None
    if source.startswith("codepipeline:"):
        action = codepipeline_approval.parse_approval_action(source)
        if report.verdict.outcome is not Outcome.FAIL:  # a PASS needs no approval, and an INCOMPLETE cannot be approved
            return None
        return codepipeline_approval.fetch_approval(create_client("codepipeline"), action, report.commit)
    file = Path(source)
    try:
        approval = msgspec.json.decode(file.read_bytes(), type=Approval)
        if not (approval.by and approval.execution and dt.datetime.fromisoformat(approval.at).tzinfo):
            raise ValueError("incomplete")
    except (OSError, ValueError) as error:
        hint = 'it must hold {"by": "ARN", "at": "2026-01-31T12:00:00Z", "execution": "ID"}'
        raise UsageError(f"{file} is not an approval", hint) from error
    return approval


def _expiry(report: Report, approval: Approval | None, validity: dt.timedelta, now: dt.datetime) -> dt.datetime:
    """The end of the validity, which begins with the scan or its approval: signing an old verdict again does not extend it.

    Raises AttestationRejected for one that has ended.
    """
    try:
        reviewed = max(parse_timestamp(stamp) for stamp in (report.finished, *([approval.at] if approval else [])))
    except ValueError as error:
        raise UsageError("verdict.json has no end of the scan", "scan again: scangate scan") from error
    expires = min(reviewed, now) + validity
    if expires <= now:
        raise AttestationRejected(Rejection.EXPIRED, f"the scan of {report.finished} is too old to be deployed", "scangate scan")
    return expires


def _store_envelope(destination: str | None, digest: str, envelope: str) -> None:
    if destination is None:
        click.echo(envelope, nl=False)
        return
    if destination.startswith("s3://"):
        open_store(destination).put(digest, envelope)
        return
    with file_errors("write", destination, "choose another file: --output FILE"):
        Path(destination).write_text(envelope, "ascii")
