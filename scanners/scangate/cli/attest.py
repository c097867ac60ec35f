"""``scangate attest``: bind a verdict to what ships, signed."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from pathlib import Path

import click
import msgspec

from scangate.app.verdict_file import read_verdict_text
from scangate.ci import detect_build
from scangate.cli.attestation_subject import parse_subject
from scangate.cli.console import warn
from scangate.errors import AttestationRejected, PublishError, Rejection, UsageError
from scangate.model import Outcome, Report
from scangate.publish import codepipeline_approval as approvals
from scangate.publish.attestation_store import open_store
from scangate.publish.aws_client import create_client
from scangate.publish.aws_partition import region_from_arn
from scangate.publish.dsse import Signer, sign_envelope
from scangate.publish.kms_keys import ALGORITHMS, Algorithm, KmsSigner
from scangate.publish.scope_check import describe_partial_scope
from scangate.publish.statement import Approval, create_statement, encode_statement
from scangate.publish.tree_digest import ATTESTATION_FILE
from scangate.report.schema import parse_report
from scangate.timestamps import parse_timestamp

__all__ = ["command"]

REFUSED, UNPUBLISHED = 1, 4


@click.command(short_help="Bind a verdict to what ships, signed.")
@click.argument("verdict", type=click.Path(path_type=Path), metavar="VERDICT.JSON")
@click.argument("subject", metavar="DIR|image:sha256:HEX|lambda:CODESHA256")
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="Sign with this private key (PEM)")
@click.option("--kms-key", metavar="ARN", help="Sign with this key in KMS")
@click.option("--kms-algorithm", type=click.Choice(ALGORITHMS), default=ALGORITHMS[0], show_default=True)
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=7,
    show_default=True,
    help="How long after the scan, or its approval, it may be deployed first",
)
@click.option("--part", metavar="FOLDER", default="", help="What ships is this folder of the repository, scanned by itself")
@click.option(
    "--approval",
    metavar="FILE|codepipeline:PIPELINE:EXECUTION:ACTION",
    help='Who let a FAIL go on: {"by", "at", "execution"}, or the approval to ask CodePipeline about',
)
@click.option(
    "--output",
    metavar="FILE|s3://BUCKET/PREFIX",
    help=f"Where to, in S3 as DIGEST.json  [default: DIR/{ATTESTATION_FILE}, else standard output]",
)
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    verdict: Path,
    subject: str,
    key: Path | None,
    kms_key: str | None,
    kms_algorithm: Algorithm,
    days: int,
    part: str,
    approval: str | None,
    output: str | None,
) -> int:
    """Sign a statement that binds what VERDICT.JSON says to what ships: the files of DIR, an image, or the code of a function.

    VERDICT.JSON must be about a whole repository, or the --part of it that ships: not about a change alone, or what was staged.

    Every verdict can be attested; `scangate verify` lets through a PASS, and a FAIL that somebody approved. Exit code 1 where
    CodePipeline is to be asked about a FAIL and nobody approved it, 4 where the key does not sign or S3 does not keep it.
    """
    text = read_verdict_text(verdict)
    report = parse_report(text)
    less = describe_partial_scope(report, part.strip("/"))
    if less:
        hint = (
            f"where that folder is all that ships: --part {report.subdirectory}"
            if report.subdirectory
            else "scan all that ships: scangate scan"
        )
        raise UsageError(f"nothing ships on this verdict.json: it is {less}", hint)
    here = detect_build(os.environ)
    # Not in a pipeline: there the verdict comes by the execution, and the build's first source may be another than the scan's.
    if here is not None and not here.pipeline and here.commit and here.commit != report.commit:
        raise UsageError(
            f"verdict.json is about commit {report.commit[:12] or 'unknown'}, and this build is of {here.commit[:12]}",
            "scan what is built: scangate scan --env NAME",
        )
    found = parse_subject(subject)
    try:
        let = _load_approval(approval, report)
        statement = create_statement(
            report,
            hashlib.sha256(text.encode()).hexdigest(),
            found,
            expires=_expiry(report, let, dt.timedelta(days=days), dt.datetime.now(dt.UTC)),
            build=here.arn if here else "",
            approval=let,
        )
        envelope = sign_envelope(encode_statement(statement), _load_signer(key, kms_key, kms_algorithm))
        _store_envelope(
            output or (str(Path(subject) / ATTESTATION_FILE) if found.name == "tree" else None), found.digest["sha256"], envelope
        )
    except (PublishError, AttestationRejected) as error:
        warn(f"scangate: not signed: {error}")
        if error.hint:
            warn(f"hint: {error.hint}")
        return UNPUBLISHED if isinstance(error, PublishError) else REFUSED
    warn(
        f"scangate: attested {report.verdict.outcome.value} for {statement.subject[0].name} {statement.subject[0].digest['sha256']}"
    )
    return 0


def _load_signer(key: Path | None, kms_key: str | None, algorithm: Algorithm) -> Signer:
    if kms_key is not None and key is None:
        return KmsSigner(create_client("kms", region_from_arn(kms_key)), kms_key, algorithm)
    if key is None or kms_key is not None:
        raise UsageError("an attestation needs one key", "give --kms-key ARN or --key FILE")
    try:
        pem = key.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {key}: {error.strerror}", "give a private key: --key FILE") from error
    from scangate.publish.signing_keys import KeySigner  # noqa: PLC0415 -- needs cryptography, an extra

    return KeySigner(pem)


def _load_approval(source: str | None, report: Report) -> Approval | None:
    if source is None:
        return None
    if source.startswith("codepipeline:"):
        where = approvals.parse_approval_action(source)
        # A PASS needs nobody's word, and for what was not read there is none that counts.
        return (
            approvals.fetch_approval(create_client("codepipeline"), where, report.commit)
            if report.verdict.outcome is Outcome.FAIL
            else None
        )
    file = Path(source)
    try:
        approval = msgspec.json.decode(file.read_bytes(), type=Approval)
        if not (approval.by and approval.execution and dt.datetime.fromisoformat(approval.at).tzinfo):
            raise ValueError("incomplete")
    except (OSError, ValueError) as error:
        hint = 'it holds {"by": "ARN", "at": "2026-01-31T12:00:00Z", "execution": "ID"}'
        raise UsageError(f"{file} is no approval", hint) from error
    return approval


def _expiry(report: Report, approval: Approval | None, life: dt.timedelta, now: dt.datetime) -> dt.datetime:
    """When the statement expires: counted from the scan, or from the look that somebody took at it. To sign an old verdict once
    more makes it no younger: NotAdmitted.
    """
    try:
        seen = max(parse_timestamp(stamp) for stamp in (report.finished, *([approval.at] if approval else [])))
    except ValueError as error:
        raise UsageError("the verdict.json does not say when its scan ended", "scan again: scangate scan") from error
    expires = min(seen, now) + life
    if expires <= now:
        raise AttestationRejected(
            Rejection.EXPIRED, f"the scan ended on {report.finished}, too long ago to be deployed", "scan again: scangate scan"
        )
    return expires


def _store_envelope(destination: str | None, digest: str, envelope: str) -> None:
    if destination is None:
        click.echo(envelope, nl=False)
        return
    if destination.startswith("s3://"):
        open_store(destination).put(digest, envelope)
        return
    try:
        Path(destination).write_text(envelope, "ascii")
    except OSError as error:
        raise UsageError(f"cannot write {destination}: {error.strerror}", "choose another place: --output FILE") from error
