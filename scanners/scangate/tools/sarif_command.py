"""sarif_command: any program that writes SARIF, configured in the policy. It gets copies, never the scanned tree."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import msgspec

from scangate.content.catalog import CONTENT_TYPES, Form
from scangate.content.file_names import match_name
from scangate.errors import ScanError
from scangate.globs import Glob, matches
from scangate.model import ANY_TYPE, FileAccounting, FileReport, Finding, FindingKind, Gap, GapKind, Secret, SecretWeight, Span
from scangate.plugin import Analysis, Coverage, FileFacts, ProgramOutput, ScanContext, SourceFile, parse_json
from scangate.tools.program_files import digest_command, find_on_path
from scangate.tools.sarif_log import INVALID, Rating, SarifLog, error_text, read_log

AnalysisName = Literal["code", "configuration", "secrets", "dependencies"]
MAX_ARGUMENT_BYTES = 100_000
"""Of file names in one call: Linux allows 128 KiB for one argument and, by default, 2 MiB in all; macOS allows 1 MiB in all."""
ANY_EXIT_CODE = range(-64, 256)
DATA_TYPES = frozenset({"", "yaml", "json", "toml", "ini", "xml", "text"})
"""Content types of files whose name, such as ``.npmrc``, is that of a program's configuration."""
SHARED_CONFIGURATION = re.compile(r"pyproject\.toml|setup\.cfg|tox\.ini|package\.json|.*\.config\.[a-z]+", re.IGNORECASE)
"""Files in which several tools look for their configuration."""
MIN_STEM_LENGTH = 4  # of `golangci.yml`, which configures golangci-lint
MIN_TOOL_LENGTH = 3  # of a word of the command that may be the tool: `npx eslint`, `python -m pylint`
_COMMAND_WORDS = re.compile(r"[^\s'\";|&(){}=]+")
END_OF_LINE = 1 << 30
TRUST_HINT = (
    "let the tool list the files that it analyzed (SARIF artifacts); or, if it ends with an error whenever it cannot read a file, "
    "say so in its block of the policy: trusted: REASON"
)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A command that writes SARIF."""

    command: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            description="The program and its arguments. {files} becomes the files, split into several calls where they are many, "
            "or {root} a folder with exactly these; one of the two is required. {output} is a file to which it writes its SARIF; "
            "without it, standard output is read."
        ),
    ]
    reads: Annotated[
        tuple[Glob, ...],
        msgspec.Meta(description="Paths of the files that it gets; by default those of the content types in analyzes."),
    ] = ()
    analyzes: Annotated[
        dict[str, tuple[AnalysisName, ...]],
        msgspec.Meta(description="The analyses that it does, by content type. Without it, the command covers nothing."),
    ] = {}
    exit_codes: Annotated[tuple[int, ...], msgspec.Meta(description="Exit codes that mean success. Any other is a gap.")] = (0, 1)
    kind: Annotated[
        Literal["code", "secret", "dependency", "configuration"], msgspec.Meta(description="The kind of its findings.")
    ] = "code"
    version: Annotated[str, msgspec.Meta(description="The program's version; its results are cached only with one.")] = ""
    network: Annotated[bool, msgspec.Meta(description="true: it gets proxy variables, and its results are not cached.")] = False
    per_file: Annotated[
        bool,
        msgspec.Meta(description="true: the findings in a file depend on that file alone, so that they can be cached by file."),
    ] = False
    trusted: Annotated[str, msgspec.Meta(description="Why a file that its output does not mention was analyzed nevertheless.")] = ""

    ratings: Annotated[
        dict[str, Rating],
        msgspec.Meta(
            description="What its rules are worth: severity and cwe by rule, where its output has none or others. A name may have "
            "`*`; the first one that matches counts."
        ),
    ] = {}

    def __post_init__(self) -> None:
        if not self.command:
            raise ValueError("a command needs a program")
        if not any(mark in word for word in self.command for mark in ("{files}", "{root}")):
            raise ValueError("a command needs {files} or {root}")
        if not self.reads and not any(self.analyzes.values()):
            raise ValueError("a command needs `reads` with a path pattern, or `analyzes` with a content type")
        for content_type, analyses in self.analyzes.items():
            if content_type not in CONTENT_TYPES and (content_type, *analyses) != (ANY_TYPE, Analysis.SECRETS):
                raise ValueError(f"`analyzes` names an unknown content type: {content_type}; list them: scangate scanners --types")


class SarifCommand:
    """A scanner for one command block. A file counts as analyzed if the log mentions it, or if the block is trusted."""

    ACCOUNTING: FileAccounting
    SPLITTABLE: bool

    def __init__(self, name: str, options: Options) -> None:
        self.NAME = name
        self.Options = Options
        self._options = options
        self.SPLITTABLE = options.per_file
        self.ACCOUNTING = FileAccounting.WHOLE_RUN if options.trusted else FileAccounting.PER_FILE

    def version(self) -> str:
        """The version in the block, or "unstated"."""
        return self._options.version or "unstated"

    def find_program(self) -> str:
        """The path of the program. Raises ScanError(TOOL_MISSING) if PATH has none."""
        return find_on_path(self._options.command[0])

    def reads(self, file: FileFacts, options: Options) -> bool:
        """Whether a pattern of the block matches; without one, whether the block names the content type."""
        if options.reads:
            return any(matches(pattern, file.path) for pattern in options.reads)
        known = CONTENT_TYPES.get(file.content_type)
        return file.content_type in options.analyzes or (
            ANY_TYPE in options.analyzes and known is not None and known.form is Form.TEXT
        )

    def coverage(self, options: Options) -> Iterable[Coverage]:
        """What the block declares."""
        return (Coverage(name, Analysis(each)) for name, analyses in options.analyzes.items() for each in analyses)

    def cache_key(self, options: Options, environ: Mapping[str, str], today: dt.date) -> str | None:
        """SHA-256 (hex) of the program and the files that the command names, such as its rules; None if caching is not allowed.

        A change of other files that these include must change the version in the block.
        """
        del today
        if not (options.per_file and options.version) or options.network:
            return None
        return digest_command(options.command, environ)

    def scan(self, files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport | Gap]:
        """Runs the program over ``files``, in several calls if their names are too long for one command line."""
        names = {source.path: hide_configuration(source, options, self.NAME) for source in files}
        root, links = context.make_tree(files, {path: name for path, name in names.items() if name != path})
        batches = _batches(links) if "{files}" in options.command else [links]
        log = SarifLog()
        for number, batch in enumerate(batches):
            log.extend(self._run(number, root, batch, context))
        return self._reports(files, log)

    def _run(self, number: int, root: Path, names: Sequence[Path], context: ScanContext) -> SarifLog:
        options, target = self._options, context.temp_folder / f"output-{number}.sarif"
        argv = list(_expand_command(options.command, names, {"{root}": str(root), "{output}": str(target)}, context))
        output = context.run_program(argv, network=options.network, exit_codes=ANY_EXIT_CODE)
        if output.exit_code not in options.exit_codes:
            death = output.describe_death() or f"ended with the unexpected exit code {output.exit_code}"
            raise self._error(GapKind.CRASH, f"{options.command[0]} {death}", output)
        try:
            text = _read_output(target) if any("{output}" in word for word in options.command) else output.stdout
            return read_log(parse_json(text, self.NAME), self.NAME, FindingKind(options.kind), root, context, options.ratings)
        except ScanError as error:
            raise self._error(error.kind, error.reason, output) from None
        except INVALID:
            raise self._error(GapKind.GARBAGE, "its output does not follow SARIF 2.1.0", output) from None

    def _error(self, kind: GapKind, reason: str, output: ProgramOutput) -> ScanError:
        """The error with the last line that the tool wrote to standard error."""
        text = error_text(output.stderr.decode("utf-8", "replace"))
        hint = f"run the tool by hand on these files: {self._options.command[0]}; its block must make it write SARIF 2.1.0"
        return ScanError(kind, f"{reason}: {text}" if text else reason, hint)

    def _reports(self, files: Sequence[SourceFile], log: SarifLog) -> Iterator[FileReport | Gap]:
        """A report for each file that counts as analyzed, a gap for each other one, and for each result without a file."""
        found: dict[str, list[Finding]] = {source.path: [] for source in files}
        for finding in log.findings:
            found[finding.location.path].append(finding)
        for path, findings in found.items():
            secrets = [secret for each in findings if each.kind is FindingKind.SECRET for secret in _secrets(each)]
            yield FileReport(path, tuple(findings), tuple(self._gaps(path, log)), secrets=tuple(secrets))
        for reason in dict.fromkeys(log.lost_results):
            yield Gap(self.NAME, None, GapKind.GARBAGE, f"a result cannot be used: {reason}")

    def _gaps(self, path: str, log: SarifLog) -> Iterator[Gap]:
        if path in log.failed:
            yield Gap(self.NAME, path, GapKind.UNPARSABLE, f"{self.NAME}: {log.failed[path]}")
        elif path not in log.named and not self._options.trusted:
            yield Gap(self.NAME, path, GapKind.GARBAGE, "the tool does not say whether it analyzed this file", hint=TRUST_HINT)


def hide_configuration(source: SourceFile, options: Options, scanner: str) -> str:
    """The path under which the tool gets a file: with other names where its own could make it the tool's configuration.

    Those are hidden files, names that begin as the tool's, and names in which several tools look: by the name alone, since the
    content can look like anything. The content is analyzed all the same. Names that ``reads`` spells out, and those by which tools
    recognize content, such as ``Dockerfile``, are kept.
    """
    *folders, name = source.path.split("/")
    spelled_out = {part for pattern in options.reads for part in pattern.split("/")}
    tools = _tool_names(options, scanner)
    hidden = [f"file-{each}" if _is_tool_folder(each, tools) and each not in spelled_out else each for each in folders]
    is_kept = name in spelled_out or not _is_configuration(name, tools) or _is_recognized_by_name(source, options)
    return "/".join([*hidden, name if is_kept else f"file-{name}"])


def _tool_names(options: Options, scanner: str) -> frozenset[str]:
    """What the tool may be called, in letters and digits: any word of the command that is no option may be it."""
    program, *rest = options.command
    words = [scanner, *(part for word in rest if not word.startswith("-") for part in _COMMAND_WORDS.findall(word))]
    others = {name for word in words if len(name := _program_name(word)) >= MIN_TOOL_LENGTH}
    return frozenset({_program_name(program), *others} - {""})


def _program_name(word: str) -> str:
    return _letters(PurePosixPath(word).name.partition(".")[0])


def _is_recognized_by_name(source: SourceFile, options: Options) -> bool:
    """Whether the name, and not the content alone, makes the file what it is; a manifest that tools also look in for their
    configuration, only where the block says that the tool analyzes such manifests."""
    match = match_name(source.path)
    if not match.is_whole or match.content_type != source.content_type or source.content_type in DATA_TYPES:
        return False
    return source.content_type in options.analyzes or not SHARED_CONFIGURATION.fullmatch(PurePosixPath(source.path).name)


def _is_tool_folder(name: str, tools: Iterable[str]) -> bool:
    return name == ".config" or (name.startswith(".") and _begins_as(name, tools))


def _is_configuration(name: str, tools: Iterable[str]) -> bool:
    return name.startswith(".") or bool(SHARED_CONFIGURATION.fullmatch(name)) or _begins_as(name, tools)


def _begins_as(name: str, tools: Iterable[str]) -> bool:
    stem = _program_name(name.removeprefix("."))
    return any(stem.startswith(tool) or (len(stem) >= MIN_STEM_LENGTH and tool.startswith(stem)) for tool in tools)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _batches(links: Iterable[Path]) -> Iterator[Sequence[Path]]:
    """The files of each call: their names have at most MAX_ARGUMENT_BYTES in all, but for a single longer one."""
    batch: list[Path] = []
    size = 0
    for link in links:
        length = len(os.fsencode(link)) + 1
        if batch and size + length > MAX_ARGUMENT_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(link)
        size += length
    if batch:
        yield batch


def _secrets(finding: Finding) -> Iterator[Secret]:
    """What is redacted for a finding: its whole lines, and the characters that it names, if it does."""
    location, weight = finding.location, SecretWeight.of(finding.severity)
    yield Secret((Span(location.line, 1, location.end_line, END_OF_LINE),), (finding.rule,), weight)
    if 0 < location.column < location.end_column and location.line == location.end_line:
        yield Secret((Span(location.line, location.column, location.line, location.end_column),), (finding.rule,), weight)


def _expand_command(
    command: Sequence[str], names: Sequence[Path], placeholders: Mapping[str, str], context: ScanContext
) -> Iterator[str]:
    yield context.find_program(command[0])
    for word in command[1:]:
        if word == "{files}":
            yield from map(str, names)
            continue
        for mark, value in placeholders.items():
            word = word.replace(mark, value)  # noqa: PLW2901
        yield word


def _read_output(target: Path) -> bytes:
    try:
        return target.read_bytes()
    except OSError:
        raise ScanError(GapKind.GARBAGE, "it did not write the output file") from None
