"""The shape of every publication: recall the verdict, send it, record what became of that, end with 0 or 4."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
import msgspec

from scangate.cli.listener import remark
from scangate.cli.verdict_file import text_of
from scangate.errors import PublishError, UsageError
from scangate.model import Report
from scangate.publish.receipt import NAME, Receipt, Refusal, State, read, render, settle
from scangate.report.reading import recall

__all__ = ["UNPUBLISHED", "Sent", "Subject", "arguments", "carry_out"]

UNPUBLISHED = 4


class Subject(msgspec.Struct, frozen=True):
    """What is published: the run as it was judged, and the SHA-256 of its verdict.json."""

    report: Report
    digest: str


class Sent(msgspec.Struct, frozen=True):
    """What a destination took: how many things, and those that it refused."""

    taken: int
    refusals: tuple[Refusal, ...] = ()


def arguments(command: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments that all destinations share: VERDICT.JSON, --record and --again."""
    decorators = (
        click.argument("verdict", type=click.Path(path_type=Path), metavar="VERDICT.JSON"),
        click.option(
            "--record",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=f"Where to keep what was sent  [default: {NAME} beside it]",
        ),
        click.option("--again", is_flag=True, help="Send it even if the record says that it was sent"),
    )
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def carry_out(  # noqa: PLR0913 -- what all destinations share
    destination: str, verdict: Path, record: Path | None, *, to: str, again: bool, send: Callable[[Subject], Sent]
) -> int:
    """Sends once: where the record says that this verdict was taken wholly by ``to``, nothing is sent. Returns the exit code."""
    text = text_of(verdict)
    subject = Subject(recall(text), hashlib.sha256(text.encode()).hexdigest())
    place = record or verdict.parent / NAME
    earlier = _earlier(place)
    if not again and any(_is_done(receipt, destination, to, subject) for receipt in earlier):
        remark(f"scangate: {destination} has this verdict already; --again sends it once more")
        return 0
    receipt = msgspec.structs.replace(_try(destination, subject, send), to=to)
    _keep(place, (*earlier, receipt))
    _tell(receipt)
    return 0 if receipt.state is State.SENT else UNPUBLISHED


def _is_done(receipt: Receipt, destination: str, to: str, subject: Subject) -> bool:
    return (receipt.destination, receipt.to, receipt.verdict, receipt.state) == (destination, to, subject.digest, State.SENT)


def _try(destination: str, subject: Subject, send: Callable[[Subject], Sent]) -> Receipt:
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        sent = send(subject)
    except PublishError as error:
        return Receipt(destination, State.FAILED, subject.digest, now, reason=str(error), hint=error.hint)
    state, refused, told = settle(sent.taken, sent.refusals)
    reason = f"{told[0].code}: {told[0].message}" if told else ""
    return Receipt(destination, state, subject.digest, now, sent.taken, refused, told, reason)


def _earlier(place: Path) -> tuple[Receipt, ...]:
    try:
        return read(place.read_text("utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {place}", "name another file: --record FILE") from error


def _keep(place: Path, receipts: Iterable[Receipt]) -> None:
    beside = place.with_name(f".{place.name}.new")
    try:
        beside.write_text(render(receipts), "utf-8")
        beside.replace(place)
    except OSError as error:
        remark(f"scangate: the record of the publication cannot be written: {place}: {error.strerror}")


def _tell(receipt: Receipt) -> None:
    remark(f"scangate: {receipt.destination}: {receipt.state.value}, {receipt.sent} taken, {receipt.refused} refused")
    if receipt.reason:
        remark(f"scangate: {receipt.reason}")
    if receipt.hint:
        remark(f"hint: {receipt.hint}")
