"""``scangate attest``: bind a verdict to what ships, signed."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from pathlib import Path

import click
import msgspec

from scanners.cli.listener import remark
from scanners.cli.subject import subject_of
from scanners.cli.verdict_file import text_of
from scanners.errors import PublishError, UsageError
from scanners.publish.client import client
from scanners.publish.codebuild import build
from scanners.publish.envelope import KeySigner, KmsSigner, Signer, sealed
from scanners.publish.statement import Approval, encode, state
from scanners.publish.tree import ATTESTATION
from scanners.report.reading import recall

__all__ = ["command"]

UNPUBLISHED = 4


@click.command(short_help="Bind a verdict to what ships, signed.")
@click.argument("verdict", type=click.Path(path_type=Path), metavar="VERDICT.JSON")
@click.argument("subject", metavar="DIR|image:sha256:HEX|lambda:CODESHA256")
@click.option("--key", type=click.Path(path_type=Path), metavar="FILE", help="Sign with this private key (PEM)")
@click.option("--kms-key", metavar="ARN", help="Sign with this key in KMS")
@click.option("--kms-algorithm", type=click.Choice(KmsSigner.ALGORITHMS), default=KmsSigner.ALGORITHMS[0], show_default=True)
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True, help="How long a first deployment may wait")
@click.option("--approval", type=click.Path(path_type=Path), metavar="FILE", help='Who let a FAIL go on: {"by", "at", "execution"}')
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help=f"Default: DIR/{ATTESTATION}, else standard output")
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    verdict: Path,
    subject: str,
    key: Path | None,
    kms_key: str | None,
    kms_algorithm: str,
    days: int,
    approval: Path | None,
    output: Path | None,
) -> int:
    """Sign a statement that binds what VERDICT.JSON says to what ships: the files of DIR, an image, or the code of a function.

    Every verdict can be attested; `scangate verify` lets through a PASS, and a FAIL that somebody approved. Exit code 4 where the
    key does not sign.
    """
    text = text_of(verdict)
    report = recall(text)
    here = build(os.environ)
    statement = state(
        report,
        hashlib.sha256(text.encode()).hexdigest(),
        subject_of(subject),
        expires=dt.datetime.now(dt.UTC) + dt.timedelta(days=days),
        build=here.arn if here else "",
        approval=_approval(approval),
    )
    try:
        envelope = sealed(encode(statement), _signer(key, kms_key, kms_algorithm))
    except PublishError as error:
        remark(f"scangate: not signed: {error}")
        if error.hint:
            remark(f"hint: {error.hint}")
        return UNPUBLISHED
    place = output or (Path(subject) / ATTESTATION if statement.subject[0].name == "tree" else None)
    _write(place, envelope)
    remark(
        f"scangate: attested {report.verdict.outcome.value} for {statement.subject[0].name} {statement.subject[0].digest['sha256']}"
    )
    return 0


def _signer(key: Path | None, kms_key: str | None, algorithm: str) -> Signer:
    if kms_key is not None and key is None:
        return KmsSigner(client("kms"), kms_key, algorithm)
    if key is None or kms_key is not None:
        raise UsageError("an attestation needs one key", "give --kms-key ARN or --key FILE")
    try:
        return KeySigner(key.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {key}: {error.strerror}", "give a private key: --key FILE") from error


def _approval(file: Path | None) -> Approval | None:
    if file is None:
        return None
    try:
        approval = msgspec.json.decode(file.read_bytes(), type=Approval)
        if not (approval.by and approval.execution and dt.datetime.fromisoformat(approval.at).tzinfo):
            raise ValueError("incomplete")
    except (OSError, ValueError) as error:
        hint = 'it holds {"by": "ARN", "at": "2026-01-31T12:00:00Z", "execution": "ID"}'
        raise UsageError(f"{file} is no approval", hint) from error
    return approval


def _write(place: Path | None, envelope: str) -> None:
    if place is None:
        click.echo(envelope, nl=False)
        return
    try:
        place.write_text(envelope, "ascii")
    except OSError as error:
        raise UsageError(f"cannot write {place}: {error.strerror}", "choose another place: --output FILE") from error
