"""The record of publications, publish.json: what each destination accepted."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable

import msgspec

from scangate.errors import UsageError

FILE_NAME = "publish.json"
SCHEMA = 1
MAX_REJECTED_ITEMS = 100  # listed; all are counted


class ReceiptState(enum.Enum):
    """SENT also if there was nothing to send; PARTIAL and FAILED end the command with exit code 4."""

    SENT = "sent"
    PARTIAL = "partial"
    FAILED = "failed"


class RejectedItem(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """Something a destination rejected: its id there, the service's error code and message."""

    item: str
    code: str
    message: str = ""


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one destination accepted. ``reason`` and ``hint`` explain an incomplete publication.

    ``to``: the target within the destination; another target has not had the verdict yet. ``verdict``: SHA-256 of verdict.json.
    ``time``: UTC, ISO 8601. ``refused`` counts all rejected items, ``refusals`` lists the first of them.
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
    """Return the resulting state, the number of rejected items, and those to list."""
    every = sorted(rejected)
    state = ReceiptState.SENT if not every else ReceiptState.PARTIAL if sent else ReceiptState.FAILED
    return state, len(every), tuple(every[:MAX_REJECTED_ITEMS])


def parse_receipts(text: str) -> tuple[Receipt, ...]:
    """Return the receipts of earlier runs. Raises UsageError if the file is not a record of publications."""
    try:
        document = msgspec.json.decode(text, type=_ReceiptFile)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise UsageError(f"{FILE_NAME} is not a record of publications", f"remove it: rm {FILE_NAME}") from error
    if document.schema != SCHEMA:
        raise UsageError(f"{FILE_NAME} is from another version of scangate", f"remove it: rm {FILE_NAME}")
    return document.receipts


def render_receipts(receipts: Iterable[Receipt]) -> str:
    """Return the file's text: the last receipt of each destination and target, sorted."""
    last = {(receipt.destination, receipt.to): receipt for receipt in receipts}
    ordered = [msgspec.to_builtins(last[key]) for key in sorted(last)]
    return json.dumps({"schema": SCHEMA, "receipts": ordered}, indent=1) + "\n"
