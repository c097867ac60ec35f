"""A call in a thread of its own gives what it would have given here."""

from __future__ import annotations

import threading

import pytest

from scangate.scan.background import BackgroundCall


def test_background_call_starts_immediately() -> None:
    begun = threading.Event()

    def call() -> str:
        begun.set()
        return "done"

    beside = BackgroundCall(call)
    assert begun.wait(60)
    assert [beside.result(), beside.result()] == ["done", "done"]


def test_background_error_is_raised_by_result() -> None:
    beside = BackgroundCall(lambda: int("none"))
    with pytest.raises(ValueError, match="none"):
        beside.result()
