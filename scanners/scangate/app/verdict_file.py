"""Reads the text of a verdict.json from disk."""

from __future__ import annotations

from pathlib import Path

from scangate.errors import UsageError
from scangate.files import read_regular_file
from scangate.report.schema import MAX_CHARACTERS

__all__ = ["read_verdict_text"]

HINT = "name the verdict.json of a scan: scangate scan --output-dir DIR"


def read_verdict_text(file: Path) -> str:
    """The text of ``file``. Raises UsageError if it cannot be read."""
    try:
        return read_regular_file(file, 4 * MAX_CHARACTERS, follow_links=True).decode("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", HINT) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8", HINT) from error
