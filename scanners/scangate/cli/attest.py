"""``scangate attest``: bind a verdict to what ships, signed."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from pathlib import Path

import click
import msgspec

from scangate.cli.listener import remark
from scangate.cli.subject import subject_of
from scangate.cli.verdict_file import text_of
from scangate.errors import NotAdmitted, PublishError, UsageError
from scangate.model import Outcome, Report
from scangate.publish import approval as approvals
from scangate.publish.client import client
from scangate.publish.codebuild import build
from scangate.publish.envelope import KeySigner, KmsSigner, Signer, sealed
from scangate.publish.extent import shortfall
from scangate.publish.partition import region_of
from scangate.publish.shelf import shelf_of
from scangate.publish.statement import Approval, encode, moment, state
from scangate.publish.tree import ATTESTATION
from scangate.report.reading import recall

__all__ = ["command"]

REFUSED, UNPUBLISHED = 1, 4


@click.command(short_help="Bind a verdict to what ships, signed.")
@click.argument("verdict", type=click.Path(path_type=Path), metavar="VERDICT.JSON")
@click.argument("subject", metavar="DIR|image:sha256:HEX|lambda:CODESHA256")
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="Sign with this private key (PEM)")
@click.option("--kms-key", metavar="ARN", help="Sign with this key in KMS")
@click.option("--kms-algorithm", type=click.Choice(KmsSigner.ALGORITHMS), default=KmsSigner.ALGORITHMS[0], show_default=True)
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
    help=f"Where to, in S3 as DIGEST.json  [default: DIR/{ATTESTATION}, else standard output]",
)
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    verdict: Path,
    subject: str,
    key: Path | None,
    kms_key: str | None,
    kms_algorithm: str,
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
    text = text_of(verdict)
    report = recall(text)
    less = shortfall(report, part.strip("/"))
    if less:
        hint = f"where that folder is all that ships: --part {report.part}" if report.part else "scan all that ships: scangate scan"
        raise UsageError(f"nothing ships on this verdict.json: it is {less}", hint)
    here = build(os.environ)
    # Not in a pipeline: there the verdict comes by the execution, and the build's first source may be another than the scan's.
    if here is not None and not here.pipeline and here.commit and here.commit != report.commit:
        raise UsageError(
            f"verdict.json is about commit {report.commit[:12] or 'unknown'}, and this build is of {here.commit[:12]}",
            "scan what is built: scangate scan --env NAME",
        )
    found = subject_of(subject)
    try:
        let = _approval(approval, report)
        statement = state(
            report,
            hashlib.sha256(text.encode()).hexdigest(),
            found,
            expires=_expiry(report, let, dt.timedelta(days=days), dt.datetime.now(dt.UTC)),
            build=here.arn if here else "",
            approval=let,
        )
        envelope = sealed(encode(statement), _signer(key, kms_key, kms_algorithm))
        _put(output or (str(Path(subject) / ATTESTATION) if found.name == "tree" else None), found.digest["sha256"], envelope)
    except (PublishError, NotAdmitted) as error:
        remark(f"scangate: not signed: {error}")
        if error.hint:
            remark(f"hint: {error.hint}")
        return UNPUBLISHED if isinstance(error, PublishError) else REFUSED
    remark(
        f"scangate: attested {report.verdict.outcome.value} for {statement.subject[0].name} {statement.subject[0].digest['sha256']}"
    )
    return 0


def _signer(key: Path | None, kms_key: str | None, algorithm: str) -> Signer:
    if kms_key is not None and key is None:
        return KmsSigner(client("kms", region_of(kms_key)), kms_key, algorithm)
    if key is None or kms_key is not None:
        raise UsageError("an attestation needs one key", "give --kms-key ARN or --key FILE")
    try:
        return KeySigner(key.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {key}: {error.strerror}", "give a private key: --key FILE") from error


def _approval(told: str | None, report: Report) -> Approval | None:
    if told is None:
        return None
    if told.startswith("codepipeline:"):
        where = approvals.asked(told)
        # A PASS needs nobody's word, and for what was not read there is none that counts.
        return approvals.approval(client("codepipeline"), where, report.commit) if report.verdict.outcome is Outcome.FAIL else None
    file = Path(told)
    try:
        approval = msgspec.json.decode(file.read_bytes(), type=Approval)
        if not (approval.by and approval.execution and dt.datetime.fromisoformat(approval.at).tzinfo):
            raise ValueError("incomplete")
    except (OSError, ValueError) as error:
        hint = 'it holds {"by": "ARN", "at": "2026-01-31T12:00:00Z", "execution": "ID"}'
        raise UsageError(f"{file} is no approval", hint) from error
    return approval


def _expiry(report: Report, let: Approval | None, life: dt.timedelta, now: dt.datetime) -> dt.datetime:
    """When the statement expires: counted from the scan, or from the look that somebody took at it. To sign an old verdict once
    more makes it no younger: NotAdmitted.
    """
    try:
        seen = max(moment(stamp) for stamp in (report.finished, *([let.at] if let else [])))
    except ValueError as error:
        raise UsageError("the verdict.json does not say when its scan ended", "scan again: scangate scan") from error
    expires = min(seen, now) + life
    if expires <= now:
        raise NotAdmitted(f"the scan ended on {report.finished}, too long ago to be deployed", "scan again: scangate scan")
    return expires


def _put(place: str | None, digest: str, envelope: str) -> None:
    if place is None:
        click.echo(envelope, nl=False)
        return
    if place.startswith("s3://"):
        shelf_of(client("s3"), place).put(digest, envelope)
        return
    try:
        Path(place).write_text(envelope, "ascii")
    except OSError as error:
        raise UsageError(f"cannot write {place}: {error.strerror}", "choose another place: --output FILE") from error
