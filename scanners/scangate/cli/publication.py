"""The shape of every publication: recall the verdict, send it, record what became of that, end with 0 or 4."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
import msgspec

from scangate.app.verdict_file import read_verdict_text
from scangate.cli.console import warn
from scangate.errors import PublishError, UsageError
from scangate.model import Report
from scangate.publish.receipt import (
    FILE_NAME,
    Receipt,
    ReceiptState,
    RejectedItem,
    parse_receipts,
    render_receipts,
    summarize_rejections,
)
from scangate.report.schema import parse_report

__all__ = ["UNPUBLISHED", "Delivery", "VerdictToPublish", "publish_once", "publish_options"]

UNPUBLISHED = 4


class VerdictToPublish(msgspec.Struct, frozen=True):
    """What is published: the run as it was judged, and the SHA-256 of its verdict.json."""

    report: Report
    digest: str


class Delivery(msgspec.Struct, frozen=True):
    """What a destination took: how many things, and those that it refused."""

    accepted: int
    refusals: tuple[RejectedItem, ...] = ()


def publish_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments that all destinations share: VERDICT.JSON, --record and --again."""
    decorators = (
        click.argument("verdict", type=click.Path(path_type=Path), metavar="VERDICT.JSON"),
        click.option(
            "--record",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=f"Where to keep what was sent  [default: {FILE_NAME} beside it]",
        ),
        click.option("--again", is_flag=True, help="Send it even if the record says that it was sent"),
    )
    for decorate in reversed(decorators):
        command = decorate(command)
    return command


def publish_once(  # noqa: PLR0913 -- what all destinations share
    destination: str, verdict: Path, record: Path | None, *, to: str, again: bool, send: Callable[[VerdictToPublish], Delivery]
) -> int:
    """Sends once: where the record says that this verdict was taken wholly by ``to``, nothing is sent. Returns the exit code."""
    text = read_verdict_text(verdict)
    subject = VerdictToPublish(parse_report(text), hashlib.sha256(text.encode()).hexdigest())
    place = record or verdict.parent / FILE_NAME
    earlier = _read_receipts(place)
    if not again and any(_is_published(receipt, destination, to, subject) for receipt in earlier):
        warn(f"scangate: {destination} has this verdict already; --again sends it once more")
        return 0
    receipt = msgspec.structs.replace(_send(destination, subject, send), to=to)
    _write_receipts(place, (*earlier, receipt))
    _print_receipt(receipt)
    return 0 if receipt.state is ReceiptState.SENT else UNPUBLISHED


def _is_published(receipt: Receipt, destination: str, to: str, subject: VerdictToPublish) -> bool:
    return (receipt.destination, receipt.to, receipt.verdict, receipt.state) == (destination, to, subject.digest, ReceiptState.SENT)


def _send(destination: str, subject: VerdictToPublish, send: Callable[[VerdictToPublish], Delivery]) -> Receipt:
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        sent = send(subject)
    except PublishError as error:
        return Receipt(destination, ReceiptState.FAILED, subject.digest, now, reason=str(error), hint=error.hint)
    state, refused, told = summarize_rejections(sent.accepted, sent.refusals)
    reason = f"{told[0].code}: {told[0].message}" if told else ""
    return Receipt(destination, state, subject.digest, now, sent.accepted, refused, told, reason)


def _read_receipts(file: Path) -> tuple[Receipt, ...]:
    try:
        return parse_receipts(file.read_text("utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {file}", "name another file: --record FILE") from error


def _write_receipts(file: Path, receipts: Iterable[Receipt]) -> None:
    beside = file.with_name(f".{file.name}.new")
    try:
        beside.write_text(render_receipts(receipts), "utf-8")
        beside.replace(file)
    except OSError as error:
        warn(f"scangate: the record of the publication cannot be written: {file}: {error.strerror}")


def _print_receipt(receipt: Receipt) -> None:
    warn(f"scangate: {receipt.destination}: {receipt.state.value}, {receipt.sent} taken, {receipt.refused} refused")
    if receipt.reason:
        warn(f"scangate: {receipt.reason}")
    if receipt.hint:
        warn(f"hint: {receipt.hint}")
