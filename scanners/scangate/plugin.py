"""The public API for scanner authors: what a scanner defines, and what it is given. See CONTRIBUTING.md, "Add a scanner"."""

from __future__ import annotations

import datetime as dt
import functools
import json
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from scangate import strict_json
from scangate.errors import ScanError
from scangate.model import Analysis, Coverage, FileAccounting, FileReport, Gap, GapKind
from scangate.source_text import decode, split_lines

__all__ = [
    "Analysis",
    "Coverage",
    "FileFacts",
    "ProgramOutput",
    "ScanContext",
    "Scanner",
    "ScannerTraits",
    "SourceFile",
    "decode_json",
    "depends_on_file_only",
    "parse_json",
    "read_traits",
    "require_fields",
]

OptionsT = TypeVar("OptionsT")
T = TypeVar("T")
AlsoReads = Callable[[str, bytes, Any], Iterable[str]]
CacheKey = Callable[[Any, Mapping[str, str], dt.date], "str | None"]
CoverageOf = Callable[[Any], Iterable[Coverage]]
Prepare = Callable[[Any, Mapping[str, str]], Any]


class FileFacts(msgspec.Struct, frozen=True):
    """What a scanner can select files by: the path in the repository, and the content type, such as `python`."""

    path: str
    content_type: str = ""


class SourceFile:
    """One file as a scanner sees it: its path in the repository, its content type, and a private copy of its bytes.

    Tools read the copy (``file``, absolute), never the scanned tree: nothing in the tree can configure them, the content cannot
    change between two tools, and staged content is read the same way as files on disk.

    A piece of a file that has a content type of its own, such as a cell of a notebook, is a `SourceFile` as well: ``container`` is
    the path of that file, and ``path`` a path below it that no file has. What is reported on a piece becomes a report on its
    container.
    """

    def __init__(self, path: str, file: Path, content_type: str = "", container: str = "") -> None:
        self.path = path
        self.file = file
        self.content_type = content_type
        self.container = container

    def read_bytes(self) -> bytes:
        """The content of the file."""
        return self.file.read_bytes()

    @functools.cached_property
    def lines(self) -> Sequence[str]:
        """The lines of the file as text, without line ends."""
        return split_lines(decode(self.read_bytes())[0])

    def __repr__(self) -> str:
        return f"SourceFile({self.path!r})"


class ProgramOutput(msgspec.Struct, frozen=True):
    """The result of a program: its exit code (negative for a signal, as in ``subprocess``), all of stdout, and the end of stderr.

    ``stderr_truncated``: there was more stderr than was kept.
    """

    exit_code: int
    stdout: bytes
    stderr: bytes
    stderr_truncated: bool = False

    def describe_death(self) -> str:
        """``killed by SIGKILL`` if a signal ended the program (a shell reports 128 + signal), else an empty string."""
        code = self.exit_code
        if 0 <= code <= 128 or code > 128 + 64:
            return ""
        try:
            return f"killed by {signal.Signals(-code if code < 0 else code - 128).name}"
        except ValueError:
            return f"exit code {code}"


class ScanContext(Protocol):
    """What a scanner may use while it scans: programs, temporary files, and the way back from a program's path to the file."""

    @property
    def temp_folder(self) -> Path:
        """A private folder of this call, for files that the program needs in addition to the scanned ones."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment that scangate was started in; programs do not get it."""

    @property
    def today(self) -> dt.date:
        """The date of the run, in UTC."""

    @property
    def working_directory(self) -> Path:
        """The directory that programs start in: private to the run, outside the scanned tree."""

    def load_values(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """The values that this scanner saved in earlier runs and that have not expired; none if the cache is disabled."""

    def save_values(self, values: Mapping[str, bytes], seconds: float) -> None:
        """Saves ``values`` for runs in the next ``seconds``, where the cache is enabled: answers of a service, for example."""

    def find_console_script(self, name: str) -> str:
        """The absolute path of a console script installed with scangate. Raises ScanError(TOOL_MISSING) if there is none."""

    def find_program(self, name: str) -> str:
        """The absolute path of a program on PATH, outside the scanned tree. Raises ScanError(TOOL_MISSING) if there is none."""

    def run_program(
        self,
        argv: Sequence[str],
        *,
        network: bool = False,
        env: Mapping[str, str] | None = None,
        exit_codes: Iterable[int] = (0,),
        name: str = "",
    ) -> ProgramOutput:
        """Runs a program to its end. ``name``: how messages call it, by default its file name.

        Raises ScanError: CRASH for an exit code not in ``exit_codes``, and TOOL_MISSING, TIMEOUT, GARBAGE or INTERRUPTED.
        """

    def repository_path(self, name: str) -> str:
        """The repository path of a file that a program named. Raises ScanError(GARBAGE) if the program was not given this file."""

    def make_tree(self, files: Sequence[SourceFile], names: Mapping[str, str] = ...) -> tuple[Path, tuple[Path, ...]]:
        """A folder that contains exactly ``files``, and their paths in it: for programs that take a directory.

        ``names``: the path in the folder of those that are to have another one than in the repository.
        """

    def make_alias(self, source: SourceFile, name: str = "", data: bytes | None = None) -> Path:
        """A second copy of ``source`` for programs that would misread the first: under another ``name`` if they recognise file
        types by name alone, with other bytes (``data``) if they cannot parse these."""


class Scanner(Protocol[OptionsT]):
    """A scanner: usually a module. Optional attributes and their defaults are in `ScannerTraits`."""

    NAME: str

    @property
    def Options(self) -> type[OptionsT]:  # noqa: N802 -- a class in the module
        """The type of the scanner's block in the policy: a frozen msgspec.Struct that forbids unknown fields."""

    def version(self) -> str:
        """The version of the wrapped tool. Raises ScanError(TOOL_MISSING) if it is not installed."""

    def reads(self, file: FileFacts, options: OptionsT) -> bool:
        """Whether the scanner scans this file."""

    def scan(self, files: Sequence[SourceFile], options: OptionsT, context: ScanContext) -> Iterable[FileReport | Gap]:
        """Scans ``files`` and yields a report for each; a file without a report becomes a gap.

        A gap that is about none of them (``path`` None) is yielded in addition to the reports.

        Raises ScanError for anything unexpected: empty output, a missing key, an unknown exit code.
        """


def _never_cached(options: object, environ: Mapping[str, str], today: dt.date) -> None:
    """The default ``cache_key``."""


def depends_on_file_only(options: object, environ: Mapping[str, str], today: dt.date) -> str:
    """A ``cache_key`` for scanners whose reports depend on the file, the options, the version and their own code alone."""
    del options, environ, today
    return ""


def _declares_nothing(options: object) -> Iterable[Coverage]:
    """The default ``coverage``."""
    del options
    return ()


def _names_no_files(path: str, data: bytes, options: object) -> Iterable[str]:
    """The default ``also_reads``."""
    del path, data, options
    return ()


def _as_they_are(options: object, environ: Mapping[str, str]) -> object:
    """The default ``prepare``."""
    del environ
    return options


class ScannerTraits(msgspec.Struct, frozen=True):
    """The optional attributes of a scanner, with their defaults; a scanner defines them in capitals, but for the functions.

    ``ACCOUNTING``: whether the tool's output names each scanned file, or the run as a whole vouches for them. ``SPLITTABLE``: files
    may be scanned in several calls, in parallel. ``IO_BOUND``: it mostly waits for a service, so it runs in addition to the
    others. ``cache_key(options, environ, today)``: a digest of everything that reports depend on, except the files, the options,
    the version and the scanner's own code; None if this run's reports must not be reused. ``coverage(options)``: which
    analyses the scanner does for which content types. A scanner without it covers nothing: its findings are reported, and what it
    reads still counts as not analyzed. ``also_reads(path, data, options)``: the repository paths that the file at ``path``, which
    the scanner reads, names, such as the files that a requirements file includes: they are given to the scanner, too, whatever
    `reads` makes of them, if the tree has them, and are asked in turn. A name with a slash at the end is a folder: of it the
    scanner gets the files that it reads, where only a part of the tree is scanned. ``READS_PIECES``: it is given the pieces of a
    file that it reads; else, the file itself. ``FIXED_TEXTS``: which of ``title``, ``message`` and ``help_url`` never quote a
    scanned file in any of its findings; in all others, words that are a password are masked. ``prepare(options, environ)``: the
    options of this run, where what the scanner can do depends on the environment, such as data that is there or not.
    """

    accounting: FileAccounting = FileAccounting.PER_FILE
    splittable: bool = False
    io_bound: bool = False
    cache_key: CacheKey = _never_cached
    coverage: CoverageOf = _declares_nothing
    also_reads: AlsoReads = _names_no_files
    reads_pieces: bool = True
    fixed_texts: frozenset[str] = frozenset()
    prepare: Prepare = _as_they_are


_ATTRIBUTES = {
    "accounting": "ACCOUNTING",
    "splittable": "SPLITTABLE",
    "io_bound": "IO_BOUND",
    "cache_key": "cache_key",
    "coverage": "coverage",
    "also_reads": "also_reads",
    "reads_pieces": "READS_PIECES",
    "fixed_texts": "FIXED_TEXTS",
    "prepare": "prepare",
}


def read_traits(scanner: Scanner[Any]) -> ScannerTraits:
    """The optional attributes that ``scanner`` defines; defaults for the others."""
    defined = {field: getattr(scanner, name, None) for field, name in _ATTRIBUTES.items()}
    return ScannerTraits(**{field: value for field, value in defined.items() if value is not None})


def parse_json(stdout: bytes, tool: str) -> Any:
    """The JSON document that ``tool`` wrote. Raises ScanError(GARBAGE) for anything else: no output, the same key twice."""
    try:
        return strict_json.parse_json(stdout.decode(json.detect_encoding(stdout)))
    except ValueError:
        raise ScanError(GapKind.GARBAGE, f"the output of {tool} is not JSON") from None


def decode_json(stdout: bytes, tool: str, shape: type[T]) -> T:
    """The JSON document that ``tool`` wrote, as a ``shape`` of msgspec. Raises ScanError(GARBAGE) for anything else."""
    try:
        return msgspec.convert(parse_json(stdout, tool), shape)
    except msgspec.ValidationError as error:
        raise ScanError(GapKind.GARBAGE, f"unexpected output format: {str(error).lower()}") from None


def require_fields(value: Any, *names: str) -> tuple[Any, ...]:
    """The values of ``names`` in a JSON object. Raises ScanError(GARBAGE) if it is not an object or lacks one of them."""
    if not isinstance(value, dict):
        raise ScanError(GapKind.GARBAGE, "unexpected output format: not an object")
    missing = [name for name in names if name not in value]
    if missing:
        raise ScanError(GapKind.GARBAGE, f"unexpected output format: no {', '.join(missing)}")
    return tuple(value[name] for name in names)
