"""What another engine of secrets is given, and where in a file what it reports is.

Each file is copied into a folder of its own, with its name and no other part of its path: engines leave out folders by name
(`node_modules`, `venv`), and here the value and its place decide. The copy is UTF-8 with line feeds, so that an engine counts lines
and columns as we do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from scangate.errors import ScanError
from scangate.model import FileReport, GapKind
from scangate.plugin import ScanContext, SourceFile
from scangate.secrets.text import ScannedText
from scangate.source_text import decode
from scangate.tools.detect_secrets_job import ReportedSecret
from scangate.tools.secret_reports import make_report, run_worker


class EngineTexts:
    """The texts of one call: ``folder`` is what the engine searches."""

    def __init__(self, files: Sequence[SourceFile], context: ScanContext) -> None:
        self.folder = context.temp_folder / "texts"
        self._context = context
        self._sources = dict(enumerate(files))
        self._found: defaultdict[int, dict[ReportedSecret, None]] = defaultdict(dict)
        for index, source in self._sources.items():
            copy = self.folder / str(index) / source.file.name
            copy.parent.mkdir(parents=True)
            data, text = source.read_bytes(), _text_of(source).text.encode("utf-8", "replace")
            if data == text:
                copy.hardlink_to(source.file)
            else:
                copy.write_bytes(text)

    def text(self, name: str) -> ScannedText:
        """The text of a copy that the engine named. Raises ScanError(GARBAGE) for any other file."""
        return _text_of(self._sources[self._index(name)])

    def add(self, name: str, secret: ReportedSecret) -> None:
        """Records a secret in a copy that the engine named."""
        self._found[self._index(name)][secret] = None

    def reports(self, scanner: str, help_url: str) -> Iterable[FileReport]:
        """A report on each file: what was recorded, merged and weighed as what our own detectors find."""
        reported: Mapping[SourceFile, tuple[ReportedSecret, ...] | None] = {
            self._sources[index]: tuple(found) for index, found in self._found.items()
        }
        done = dict(run_worker(scanner, reported, self._context)) if reported else {}
        for source in self._sources.values():
            if source in done:
                yield make_report(scanner, help_url, source, done[source])
            elif source not in reported:
                yield FileReport(source.path)

    def _index(self, name: str) -> int:
        parts = Path(name).relative_to(self.folder).parts if Path(name).is_relative_to(self.folder) else ()
        index = int(parts[0]) if len(parts) == 2 and parts[0].isdecimal() else -1
        if index not in self._sources or parts[1] != self._sources[index].file.name:
            raise ScanError(GapKind.GARBAGE, "its output names a file that was not given to it")
        return index


def char_offset(text: ScannedText, line: int, size: int) -> int:
    """The offset after the first ``size`` characters of a line, from 1. Raises ScanError(GARBAGE) if the text has no such line."""
    return text.offset(line, min(max(size, 0), len(_line(text, line))) + 1)


def byte_offset(text: ScannedText, line: int, size: int) -> int:
    """The offset after the first ``size`` bytes of a line, see `char_offset`."""
    before = _line(text, line).encode("utf-8", "replace")[: max(size, 0)]
    return char_offset(text, line, len(before.decode("utf-8", "ignore")))


def _line(text: ScannedText, line: int) -> str:
    if not 0 < line <= len(text.lines):
        raise ScanError(GapKind.GARBAGE, "its output names a line that the file does not have")
    return text.lines[line - 1]


def _text_of(source: SourceFile) -> ScannedText:
    return ScannedText(source.path, source.content_type, decode(source.read_bytes())[0])
