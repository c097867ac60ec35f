"""Takes a verdict.json from disk; what it means is `report.reading`'s business."""

from __future__ import annotations

from pathlib import Path

from scangate.errors import UsageError
from scangate.report.schema import MAX_CHARACTERS

__all__ = ["read_verdict_text"]

HINT = "name the file that a scan wrote: --output-dir DIR"


def read_verdict_text(file: Path) -> str:
    """The text of a verdict.json. UsageError where it cannot be read, or cannot be one."""
    try:
        if file.stat().st_size > 4 * MAX_CHARACTERS:
            raise UsageError(f"{file} is too large to be a verdict.json", HINT)
        return file.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", HINT) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8", HINT) from error
