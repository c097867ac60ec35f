"""Scanners whose results a test sets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from scangate.errors import ScanError
from scangate.model import (
    Component,
    Confidence,
    FileAccounting,
    FileReport,
    Finding,
    FindingKind,
    Gap,
    GapKind,
    Location,
    Severity,
    Span,
)
from scangate.plugin import FileFacts, ScanContext, SourceFile

Scan = Callable[[Sequence[SourceFile]], Iterable[FileReport]]


class FakeScanner:
    """A scanner that reads ``.txt`` files and reports what a test sets."""

    NAME = "plugin"
    ACCOUNTING = FileAccounting.PER_FILE

    class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """It has none."""

    def __init__(self, act: Scan, *, splits: bool = True) -> None:
        self.SPLITTABLE = splits
        self._act = act
        self.calls = 0

    def version(self) -> str:
        return "1"

    def reads(self, file: FileFacts, options: Any) -> bool:
        return file.path.endswith(".txt")

    def scan(self, files: Sequence[SourceFile], options: Any, run: ScanContext) -> Iterable[FileReport]:
        self.calls += 1
        return self._act(files)


def read_all(files: Sequence[SourceFile]) -> list[FileReport]:
    return [FileReport(source.path) for source in files]


LATER = 86_400.0 * 365 * 100  # seconds since 1970: no file of a test was changed just now


SECRET = "hunter2-correct-horse"


class WordScanner:
    """Finds each line with ``bad`` in it, reports the positions of ``secret=`` values, fails on files with ``broken`` in them."""

    ACCOUNTING = FileAccounting.PER_FILE

    class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
        """Its options."""

        level: int = 1

    def __init__(self, name: str = "words", *, secrets: bool = True, splits: bool = True, version: str = "1") -> None:
        self.NAME = name
        self.SPLITTABLE = splits
        self._secrets = secrets
        self._version = version
        self.resting_on: str | None = ""
        self.asked: list[str] = []
        self.failing: GapKind | None = None
        self.mood = ""

    def version(self) -> str:
        return self._version

    def reads(self, file: FileFacts, options: Any) -> bool:
        return file.path.endswith(".txt")

    def cache_key(self, options: Any, environ: Mapping[str, str], today: dt.date) -> str | None:
        return self.resting_on

    def scan(self, files: Sequence[SourceFile], options: Any, run: ScanContext) -> Iterable[FileReport]:
        self.asked += [source.path for source in files]
        if self.failing is not None:
            raise ScanError(self.failing, "it failed")
        return list(map(self._report, files))

    def _report(self, source: SourceFile) -> FileReport:
        if self.mood == "odd":
            return FileReport(source.path, gaps=(Gap(self.NAME, source.path, GapKind.UNPARSABLE, "it says \ud800"),))
        if self.mood != "well" and any("broken" in line for line in source.lines):
            return FileReport(source.path, gaps=(Gap(self.NAME, source.path, GapKind.UNPARSABLE, "broken"),))
        findings = [self._finding(source.path, *found) for found in enumerate(source.lines, start=1) if "bad" in found[1]]
        parts = (Component("package", "1", source.path, 1),) if "package" in source.lines else ()
        return FileReport(source.path, tuple(findings), secret_spans=tuple(self._spans(source)), components=parts)

    def _finding(self, path: str, number: int, line: str) -> Finding:
        place = Location(path, number, number)
        return Finding(f"{self.NAME}:bad", Severity.LOW, Confidence.LOW, FindingKind.CODE, "bad", f"it says {line}", place)

    def _spans(self, source: SourceFile) -> Iterator[Span]:
        for number, line in enumerate(source.lines, start=1):
            before, mark, _ = line.partition("secret=")
            if mark and self._secrets:
                yield Span(number, len(before + mark) + 1, number, len(line) + 1)


FILES = {"a.txt": "good\nbad\n", "b.txt": "good\n", "c.txt": f"secret={SECRET}\nbad\n", "d.txt": f"bad {SECRET}\n"}
