"""What a long run has done so far: one JSON line per item in a file, so that an interrupted run goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".work"
PRODUCT = ("scanners", "policies")  # the folders whose files decide what a scan reports


class Journal:
    """The records in ``file``, a JSON object each."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The records in their order; a last line that was not written to its end is left out."""
        lines = self.file.read_text("utf-8").splitlines(keepends=True) if self.file.exists() else []
        return (json.loads(line) for line in lines if line.endswith("\n"))

    def add(self, **record: object) -> None:
        """Write a record at once, on a line of its own, in the place of half a line that a killed run left."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        text = self.file.read_bytes() if self.file.exists() else b""
        if not text.endswith(b"\n"):
            self.file.write_bytes(text[: text.rfind(b"\n") + 1])
        with self.file.open("ab") as file:
            file.write(json.dumps(record, sort_keys=True).encode() + b"\n")


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns of text; those that hold numbers are aligned to the right."""
    texts = [list(header), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(header))]
    numbers = [all(row[column].replace(".", "", 1).isdigit() for row in texts[1:]) for column in range(len(header))]
    lines = ("  ".join(_pad(*each) for each in zip(row, widths, numbers, strict=True)) for row in texts)
    return "\n".join(line.rstrip() for line in lines)


def _pad(text: str, width: int, is_number: bool) -> str:
    return text.rjust(width) if is_number else text.ljust(width)


def product_digest(root: Path = ROOT) -> str:
    """Names the version of the product that a record was made with."""
    digest = hashlib.sha256()
    for folder in PRODUCT:
        for file in sorted((root / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(root)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]
