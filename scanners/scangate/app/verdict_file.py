"""Reads the text of a verdict.json from disk, and refuses scoped verdicts where the whole is needed."""

from __future__ import annotations

from pathlib import Path

from scangate.app.file_errors import file_errors
from scangate.errors import UsageError
from scangate.files import read_regular_file
from scangate.model import Report
from scangate.report.schema import MAX_CHARACTERS

HINT = "name the verdict.json of a scan: scangate scan --output-dir DIR"


def refuse_scoped(report: Report) -> None:
    """Raises UsageError for a verdict on a part of the policy's scanners, which must not be taken for one on the whole."""
    if report.only_scanners:
        names = ", ".join(report.only_scanners)
        raise UsageError(
            f"verdict.json is scoped: {names} only, by --scanner", "scan without --scanner: scangate scan --output-dir DIR"
        )


def read_verdict_text(file: Path) -> str:
    """The text of ``file``. Raises UsageError if it cannot be read."""
    with file_errors("read", file, HINT):
        return read_regular_file(file, 4 * MAX_CHARACTERS, follow_links=True).decode("utf-8")
