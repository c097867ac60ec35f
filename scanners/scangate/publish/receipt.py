"""What became of a publication, and the record of it that lies beside the verdict; sends nothing itself."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable
from typing import Any

import msgspec

from scangate.errors import UsageError

__all__ = ["FILE_NAME", "Receipt", "ReceiptState", "RejectedItem", "parse_receipts", "render_receipts", "summarize_rejections"]

FILE_NAME = "publish.json"
SCHEMA = 1
MAX_REJECTED_ITEMS = 100  # told one by one; all are counted


class ReceiptState(enum.Enum):
    """SENT also where there was nothing to send; PARTIAL and FAILED end the command with exit code 4."""

    SENT = "sent"
    PARTIAL = "partial"
    FAILED = "failed"


class RejectedItem(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """One thing that the destination did not take: its identity there, the service's error code and message."""

    item: str
    code: str
    message: str = ""


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one destination took. ``sent`` counts what it took; ``reason`` and ``hint`` say why it did not take all.

    ``to``: which of the destination's places it went to, and which part of it: another place has not had it yet.
    ``verdict``: the SHA-256 of the verdict.json that was sent. ``time``: UTC, ISO 8601.
    """

    destination: str
    state: ReceiptState
    verdict: str
    time: str
    sent: int = 0
    refused: int = 0
    refusals: tuple[RejectedItem, ...] = ()
    reason: str = ""
    hint: str = ""
    to: str = ""


class _ReceiptFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    schema: int
    receipts: tuple[Receipt, ...]


def summarize_rejections(sent: int, rejected: Iterable[RejectedItem]) -> tuple[ReceiptState, int, tuple[RejectedItem, ...]]:
    """The state that ``sent`` and ``refusals`` come to, how many refusals there are, and those that are told."""
    every = sorted(rejected)
    state = ReceiptState.SENT if not every else ReceiptState.PARTIAL if sent else ReceiptState.FAILED
    return state, len(every), tuple(every[:MAX_REJECTED_ITEMS])


def parse_receipts(text: str) -> tuple[Receipt, ...]:
    """The receipts of an earlier run. UsageError for anything but a record of ours."""
    try:
        document = msgspec.json.decode(text, type=_ReceiptFile)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise UsageError(f"{FILE_NAME} is no record of publications", f"remove it: rm {FILE_NAME}") from error
    if document.schema != SCHEMA:
        raise UsageError(f"{FILE_NAME} is of another version of scangate", f"remove it: rm {FILE_NAME}")
    return document.receipts


def render_receipts(receipts: Iterable[Receipt]) -> str:
    """The record: the last receipt of each destination and place, by name."""
    last: dict[Any, Any] = {(receipt.destination, receipt.to): msgspec.to_builtins(receipt) for receipt in receipts}
    return json.dumps({"schema": SCHEMA, "receipts": [last[name] for name in sorted(last)]}, indent=1) + "\n"
