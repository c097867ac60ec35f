"""``scangate verify``: let through what was attested, and nothing else. Small, and offline: a host needs no scanner for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from scanners.cli.listener import remark
from scanners.cli.subject import subject_of
from scanners.errors import NotAdmitted, UsageError
from scanners.publish.acceptance import accepted, pinned, remember
from scanners.publish.admission import Terms, admit
from scanners.publish.envelope import MOST_BYTES
from scanners.publish.tree import ATTESTATION

__all__ = ["command"]

REFUSED, INCOMPLETE = 1, 3


@click.command(short_help="Let through what was attested, and nothing else.")
@click.argument("subject", metavar="DIR|image:sha256:HEX|lambda:CODESHA256")
@click.option(
    "--attestation",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The attestation  [default for a folder: DIR/{ATTESTATION}]",
)
@click.option(
    "--key",
    "keys",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    required=True,
    help="A public key (PEM)  [repeatable]",
)
@click.option(
    "--env", "environment", metavar="NAME", required=True, help="The environment it must have been judged for; '' for none"
)
@click.option(
    "--record", type=click.Path(path_type=Path), metavar="DIR", help="Root's record of what was let in; it is kept up to date"
)
@click.option(
    "--pinned", "pins", type=click.Path(path_type=Path), metavar="FILE", help="Root's list of digests let in before, one a line"
)
@click.option("--fresh", is_flag=True, help="Refuse what has expired even if it was let in before: for the pipeline's own check")
@click.option("--after", metavar="TIME", default="", help="Refuse what was scanned before this time, unless it was let in before")
def command(  # noqa: PLR0913, PLR0917 -- one parameter an option
    subject: str,
    attestation: Path | None,
    keys: tuple[Path, ...],
    environment: str,
    record: Path | None,
    pins: Path | None,
    fresh: bool,
    after: str,
) -> int:
    """Check that SUBJECT is what was attested, that its verdict lets it into the environment, and that it is not too old.

    Exit codes: 0 let through, 1 refused, 3 refused because the verdict was INCOMPLETE, 2 not decided (a usage error).
    """
    known = frozenset() if record is None else accepted(record)
    known |= frozenset() if pins is None else pinned(pins)
    terms = Terms(
        keys=[_read(key) for key in keys],
        environment=environment,
        now=dt.datetime.now(dt.UTC),
        accepted=frozenset() if fresh else known,
        after=_time(after),
    )
    found = subject_of(subject)
    try:
        statement = admit(_read(_place(attestation, subject)).decode("utf-8", "replace"), found, terms)
    except NotAdmitted as refusal:
        remark(f"scangate: refused: {refusal.message}")
        remark(f"hint: {refusal.hint}")
        return INCOMPLETE if refusal.incomplete else REFUSED
    if record is not None:
        remember(record, found.digest["sha256"])
    approval = statement.predicate.approval
    told = f", approved by {approval.by}" if approval is not None else ""
    remark(f"scangate: let through: {statement.predicate.outcome.value} of {statement.predicate.finished}{told}")
    return 0


def _place(attestation: Path | None, subject: str) -> Path:
    if attestation is not None:
        return attestation
    if not Path(subject).is_dir():
        raise UsageError("where is the attestation?", "name it: --attestation FILE")
    return Path(subject) / ATTESTATION


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and file.name == ATTESTATION:
            raise NotAdmitted(f"there is no attestation in {file.parent}", "attest it: scangate attest") from error
        raise UsageError(f"cannot read {file}: {error.strerror}", "look at its name and its rights") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{file} is too large", f"keys and attestations have at most {MOST_BYTES} bytes")
    return data


def _time(text: str) -> str:
    if not text:
        return ""
    try:
        if dt.datetime.fromisoformat(text).tzinfo is not None:
            return text
    except ValueError:
        pass
    raise UsageError(f"not a time: {text}", "write it as 2026-01-31T12:00:00Z")
