"""The record of publications has the last receipt of each target, and is read strictly."""

from __future__ import annotations

import pytest

from scangate.errors import UsageError
from scangate.publish.receipt import Receipt, ReceiptState, RejectedItem, parse_receipts, render_receipts, summarize_rejections

SENT = Receipt("cloudwatch", ReceiptState.SENT, "0" * 64, "2026-01-01T00:00:00Z", sent=3)
FAILED = Receipt("security-hub", ReceiptState.FAILED, "0" * 64, "2026-01-01T00:00:00Z", reason="AccessDenied: no", hint="allow it")


def test_the_last_receipt_of_each_destination_is_kept() -> None:
    earlier = Receipt("cloudwatch", ReceiptState.FAILED, "1" * 64, "2025-01-01T00:00:00Z")
    assert parse_receipts(render_receipts([earlier, FAILED, SENT])) == (SENT, FAILED)


@pytest.mark.parametrize("text", ["", "{}", '{"schema": 2, "receipts": []}', '{"schema": 1, "receipts": [{}]}', "[]"])
def test_an_invalid_record_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match=r"publish\.json"):
        parse_receipts(text)


def test_all_rejected_items_are_counted_and_100_listed() -> None:
    refusals = [RejectedItem(f"{number:04}", "InvalidInput") for number in range(300)]
    assert summarize_rejections(0, []) == (ReceiptState.SENT, 0, ())
    state, count, listed = summarize_rejections(1, refusals)
    assert (state, count, len(listed)) == (ReceiptState.PARTIAL, 300, 100)
    assert summarize_rejections(0, refusals)[0] is ReceiptState.FAILED
