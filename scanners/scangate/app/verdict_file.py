"""Reads the text of a verdict.json from disk."""

from __future__ import annotations

from pathlib import Path

from scangate.app.file_errors import file_errors
from scangate.files import read_regular_file
from scangate.report.schema import MAX_CHARACTERS

HINT = "name the verdict.json of a scan: scangate scan --output-dir DIR"


def read_verdict_text(file: Path) -> str:
    """The text of ``file``. Raises UsageError if it cannot be read."""
    with file_errors("read", file, HINT):
        return read_regular_file(file, 4 * MAX_CHARACTERS, follow_links=True).decode("utf-8")
