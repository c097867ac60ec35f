"""What a scanner is: a Protocol, and the two things it is handed. See README, "Write a scanner"."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from scangate.errors import ScanError
from scangate.model import FileAccounting, FileReport, GapKind
from scangate.scan.process import ProgramOutput
from scangate.source_text import decode, split_lines

__all__ = ["ScanContext", "Scanner", "SourceFile", "parse_json", "require_fields"]


class SourceFile:
    """One file as a scanner sees it: its path in the repository, and a private copy of the bytes that the scan is about.

    Tools read the copy (``file``, absolute), never the scanned tree: so nothing the tree holds can configure them, nothing can
    change between two of them, and what the index holds is read the same way as what lies on disk.
    """

    def __init__(self, path: str, file: Path) -> None:
        self.path = path
        self.file = file

    def read_bytes(self) -> bytes:
        """The bytes of the file."""
        return self.file.read_bytes()

    @functools.cached_property
    def lines(self) -> Sequence[str]:
        """The lines of the file as text, without their ends."""
        return split_lines(decode(self.read_bytes())[0])

    def __repr__(self) -> str:
        return f"Source({self.path!r})"


class ScanContext(Protocol):
    """What a scanner may do with the world: start its program, and find its way back from a path in the program's output."""

    @property
    def temp_folder(self) -> Path:
        """A private folder of this call, for files that the program needs beside what it scans."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment that scangate itself was started in; programs do not get it."""

    @property
    def today(self) -> dt.date:
        """The day of the run, in UTC."""

    @property
    def working_directory(self) -> Path:
        """The folder that programs start in: private to the run, and not the scanned tree."""

    def find_console_script(self, name: str) -> str:
        """The absolute path of a console script beside our own; Unreadable(TOOL_MISSING) where there is none."""

    def find_program(self, name: str) -> str:
        """The absolute path of a program on a PATH without the scanned tree; Unreadable(TOOL_MISSING) where there is none."""

    def run_program(
        self,
        argv: Sequence[str],
        *,
        network: bool = False,
        env: Mapping[str, str] | None = None,
        exit_codes: Iterable[int] = (0,),
        name: str = "",
    ) -> ProgramOutput:
        """Runs a program to its end. Unreadable(CRASH) for an exit code not in ``codes``, and as ``Processes.run`` does.

        ``name``: what it is called where something is wrong, by default as its file.
        """

    def repository_path(self, name: str) -> str:
        """The repository path behind a path that a program named; Unreadable(GARBAGE) where it was given no such file."""

    def make_tree(self, files: Sequence[SourceFile]) -> tuple[Path, tuple[Path, ...]]:
        """A folder that holds exactly ``files``, and their names in it: for programs that want a directory."""

    def make_alias(self, source: SourceFile, name: str = "", data: bytes | None = None) -> Path:
        """A copy of ``source`` for programs that would misread the file itself: under another ``name`` where they know a kind of
        file by its name alone, with other bytes (``data``) where they do not understand these."""


class Scanner(Protocol):
    """A scanner: usually a module. ``scan`` yields a FileReport for each file it read; the engine makes a gap of each it did not.

    It raises Unreadable on anything it does not expect: empty output, a missing key, an exit code it does not know.

    Its answers are kept for the next scan only where it has a function ``cache_key(options, environ, today) -> str | None`` as
    well: a digest of all that they depend on beside the files, the options, the tool's version and scangate itself (an empty text:
    nothing), None where none may be kept this time. ``IO_BOUND = True`` says that it waits for others more than it works: it runs
    beside those that work, not in their turn.
    """

    NAME: str
    ACCOUNTING: FileAccounting
    SPLITTABLE: bool  # whether its files may be scanned in several calls, at the same time

    @property
    def Options(self) -> type[Any]:  # noqa: N802 -- a class in the module
        """The type that the policy's block for this scanner is read into."""

    def version(self) -> str:
        """The version of the tool behind it; Unreadable(TOOL_MISSING) where it is not installed."""

    def reads(self, path: str, options: Any) -> bool:
        """Whether a file of this path is its business."""

    def scan(self, files: Sequence[SourceFile], options: Any, context: ScanContext) -> Iterable[FileReport]:
        """Scans ``files``, all of which it reads."""


def parse_json(stdout: bytes, tool: str) -> Any:
    """The JSON that ``tool`` wrote; Unreadable(GARBAGE) where it is none: empty output is not a clean answer."""
    try:
        return json.loads(stdout)
    except (ValueError, RecursionError):
        raise ScanError(GapKind.GARBAGE, f"the output of {tool} is not JSON") from None


def require_fields(value: Any, *names: str) -> tuple[Any, ...]:
    """The values of ``names`` in a JSON object; Unreadable(GARBAGE) where it is none or lacks one: a scanner never guesses."""
    if not isinstance(value, dict):
        raise ScanError(GapKind.GARBAGE, "its output is not what it writes: an object is missing")
    missing = [name for name in names if name not in value]
    if missing:
        raise ScanError(GapKind.GARBAGE, f"its output is not what it writes: no {', '.join(missing)}")
    return tuple(value[name] for name in names)
