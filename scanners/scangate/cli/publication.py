"""What all publications share: read the verdict, send it once, record the result, exit with 0 or 4."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
import msgspec

from scangate.app.file_errors import file_errors
from scangate.app.verdict_file import read_verdict_text, refuse_scoped
from scangate.cli.console import warn
from scangate.errors import PublishError
from scangate.files import write_atomically
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
from scangate.timestamps import format_timestamp, utc_now

UNPUBLISHED = 4


class VerdictToPublish(msgspec.Struct, frozen=True):
    """A report, and the SHA-256 of its verdict.json."""

    report: Report
    digest: str


class Delivery(msgspec.Struct, frozen=True):
    """How many items a destination accepted, and those that it refused."""

    accepted: int
    refusals: tuple[RejectedItem, ...] = ()


class PublishOptions(msgspec.Struct, frozen=True):
    """The options of `publish_options`."""

    verdict: Path
    record: Path | None = None
    again: bool = False


def publish_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The parameters of all destinations: VERDICT.JSON, --record and --again, passed on as ``**shared``."""
    path_type = click.Path(path_type=Path)
    for decorate in (
        click.option("--again", is_flag=True, help="Send it even if the record says that it was sent"),
        click.option(
            "--record", type=path_type, metavar="FILE", help=f"The record of what was sent  [default: {FILE_NAME} next to it]"
        ),
        click.argument("verdict", type=path_type, metavar="VERDICT.JSON"),
    ):
        command = decorate(command)
    return command


def publish_once(destination: str, options: PublishOptions, to: str, send: Callable[[VerdictToPublish], Delivery]) -> int:
    """Sends the verdict unless the record says that ``to`` accepted it completely; returns the exit code."""
    text = read_verdict_text(options.verdict)
    subject = VerdictToPublish(parse_report(text), hashlib.sha256(text.encode()).hexdigest())
    refuse_scoped(subject.report)
    file = options.record or options.verdict.parent / FILE_NAME
    earlier = _read_receipts(file)
    sent = (destination, to, subject.digest, ReceiptState.SENT)
    if not options.again and any((each.destination, each.to, each.verdict, each.state) == sent for each in earlier):
        warn(f"{destination} has this verdict already; --again sends it once more")
        return 0
    receipt = msgspec.structs.replace(_send(destination, subject, send), to=to)
    _write_receipts(file, (*earlier, receipt))
    warn(f"{receipt.destination}: {receipt.state.value}, {receipt.sent} accepted, {receipt.refused} refused")
    if receipt.reason:
        warn(receipt.reason, receipt.hint)
    return 0 if receipt.state is ReceiptState.SENT else UNPUBLISHED


def _send(destination: str, subject: VerdictToPublish, send: Callable[[VerdictToPublish], Delivery]) -> Receipt:
    now = format_timestamp(utc_now())
    try:
        delivery = send(subject)
    except PublishError as error:
        return Receipt(destination, ReceiptState.FAILED, subject.digest, now, reason=str(error), hint=error.hint)
    state, refused, examples = summarize_rejections(delivery.accepted, delivery.refusals)
    reason = f"{examples[0].code}: {examples[0].message}" if examples else ""
    return Receipt(destination, state, subject.digest, now, delivery.accepted, refused, examples, reason)


def _read_receipts(file: Path) -> tuple[Receipt, ...]:
    with file_errors("read", file, "name another file: --record FILE"):
        return parse_receipts(file.read_text("utf-8")) if file.exists() else ()


def _write_receipts(file: Path, receipts: Iterable[Receipt]) -> None:
    try:
        write_atomically(file, render_receipts(receipts).encode())
    except OSError as error:
        warn(f"the record of the publication cannot be written: {file}: {error.strerror}")
