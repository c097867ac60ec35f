"""The record of publications: the last receipt of each destination, strictly read."""

from __future__ import annotations

import pytest

from scangate.errors import UsageError
from scangate.publish.receipt import Receipt, Refusal, State, read, render, settle

SENT = Receipt("cloudwatch", State.SENT, "0" * 64, "2026-01-01T00:00:00Z", sent=3)
FAILED = Receipt("security-hub", State.FAILED, "0" * 64, "2026-01-01T00:00:00Z", reason="AccessDenied: no", hint="allow it")


def test_the_last_receipt_of_each_destination_is_kept() -> None:
    earlier = Receipt("cloudwatch", State.FAILED, "1" * 64, "2025-01-01T00:00:00Z")
    assert read(render([earlier, FAILED, SENT])) == (SENT, FAILED)


@pytest.mark.parametrize("text", ["", "{}", '{"schema": 2, "receipts": []}', '{"schema": 1, "receipts": [{}]}', "[]"])
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"publish\.json"):
        read(text)


def test_all_refusals_are_counted_and_a_hundred_told() -> None:
    refusals = [Refusal(f"{number:04}", "InvalidInput") for number in range(300)]
    assert settle(0, []) == (State.SENT, 0, ())
    state, count, told = settle(1, refusals)
    assert (state, count, len(told)) == (State.PARTIAL, 300, 100)
    assert settle(0, refusals)[0] is State.FAILED
