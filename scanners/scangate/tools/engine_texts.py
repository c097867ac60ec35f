"""What another engine of secrets is given, and where in a file what it reports is.

Each file is copied into a folder of its own, with its name and no other part of its path: engines leave out folders by name
("node_modules", "venv"), and here the value and its place decide. The copy is UTF-8 with line feeds, so that an engine counts lines
and columns as we do. The folder's name is random: where an engine redacts a value in paths as well, enough of it is left.
Paths are relative to the engine's working directory: some engines weigh the words in a path, and those of ours say nothing.
"""

from __future__ import annotations

import fnmatch
import glob
import os.path
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from scangate.errors import ScanError
from scangate.model import FileReport, GapKind
from scangate.plugin import ScanContext, SourceFile
from scangate.secrets.text import ScannedText
from scangate.source_text import decode
from scangate.tools.detect_secrets_job import ReportedSecret
from scangate.tools.secret_reports import make_report, run_worker

REDACTED = "REDACTED"  # what betterleaks writes in place of a value


class EngineTexts:
    """The texts of one call: ``folder`` is what the engine searches."""

    def __init__(self, files: Sequence[SourceFile], context: ScanContext) -> None:
        self.folder = os.path.relpath(context.temp_folder / "texts", context.working_directory)
        self._context = context
        self._sources = {f"{self.folder}/{secrets.token_hex(16)}/{source.file.name}": source for source in files}
        self._found: defaultdict[str, dict[ReportedSecret, None]] = defaultdict(dict)
        for name, source in self._sources.items():
            copy = context.working_directory / name
            copy.parent.mkdir(parents=True)
            data, text = source.read_bytes(), _text_of(source).text.encode("utf-8", "replace")
            if data == text:
                copy.hardlink_to(source.file)
            else:
                copy.write_bytes(text)

    def text(self, name: str) -> ScannedText:
        """The text of a copy that the engine named. Raises ScanError(GARBAGE) for any other file."""
        return _text_of(self._sources[self._original(name)])

    def add(self, name: str, secret: ReportedSecret) -> None:
        """Records a secret in a copy that the engine named."""
        self._found[self._original(name)][secret] = None

    def reports(self, scanner: str, help_url: str) -> Iterable[FileReport]:
        """A report on each file: what was recorded, merged and weighed as what our own detectors find."""
        reported: Mapping[SourceFile, tuple[ReportedSecret, ...] | None] = {
            self._sources[name]: tuple(found) for name, found in self._found.items()
        }
        done = dict(run_worker(scanner, reported, self._context)) if reported else {}
        for source in self._sources.values():
            if source in done:
                yield make_report(scanner, help_url, source, done[source])
            elif source not in reported:
                yield FileReport(source.path)

    def _original(self, name: str) -> str:
        """The name of a copy before values in it were redacted."""
        pattern = "*".join(map(glob.escape, name.split(REDACTED)))
        names = [name] if name in self._sources else fnmatch.filter(self._sources, pattern)
        if len(names) != 1:
            raise ScanError(GapKind.GARBAGE, "its output names a file that was not given to it")
        return names[0]


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
