"""Agreed outputs, kept in ``golden/``; ``SCANGATE_RECORD=1 pytest tests/report`` writes them again, to be read first."""

from __future__ import annotations

import os

from tests.support.paths import TESTS

__all__ = ["assert_golden"]

FOLDER = TESTS / "report" / "golden"


def assert_golden(name: str, text: str) -> None:
    """Assert that ``text`` is the agreed one."""
    if os.environ.get("SCANGATE_RECORD"):
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / name).write_text(text, encoding="utf-8")
    assert text == (FOLDER / name).read_text(encoding="utf-8")
