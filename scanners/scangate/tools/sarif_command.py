"""sarif_command: any program that writes SARIF, from a block of the policy alone. It gets copies, never the scanned tree."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlparse

import msgspec

from scangate.errors import Unreadable
from scangate.globs import Glob, matches
from scangate.model import Accounting, Confidence, FileReport, Finding, GapKind, Kind, Location, Severity, Span
from scangate.scan.plugin import Run, Source, fields, parse
from scangate.scan.redact import mask_suspicious

__all__ = ["Options", "SarifCommand"]

LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW, "none": Severity.INFO}
PRECISION = {"very-high": Confidence.HIGH, "high": Confidence.HIGH, "medium": Confidence.MEDIUM, "low": Confidence.LOW}
NO_FAULT = frozenset({"pass", "informational", "notApplicable"})  # "open" and "review" want somebody to look
LONGEST = 4000
SCORES = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
UNNAMED = "unnamed"
_NAME = re.compile(r"[\w./:@+-]{1,200}")  # what is no name may be what the tool has read
_URL = re.compile(r"https?://[\w./:#~%+-]{1,500}")  # nobody's password, no question
_CWE = re.compile(r"cwe[-/](\d+)", re.IGNORECASE)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A command block. In ``command``, ``{files}`` becomes the files and ``{root}`` a folder that holds just them; one of the two
    must be there. ``{output}`` names a file that the program writes its SARIF to; without it, standard output is read. ``per_file``
    says that what is told of a file depends on that file alone: with a ``version`` and no network, it is kept for the next scan,
    for as long as the program and the files that the command names are the same.
    """

    command: tuple[str, ...]
    reads: tuple[Glob, ...]
    exit_codes: tuple[int, ...] = (0, 1)
    kind: Literal["code", "secret", "dependency", "configuration"] = "code"
    version: str = ""
    network: bool = False
    per_file: bool = False

    def __post_init__(self) -> None:
        if not self.command:
            raise ValueError("a command needs a program")
        if not any(mark in word for word in self.command for mark in ("{files}", "{root}")):
            raise ValueError("a command needs {files} or {root}, or it would not know what to scan")
        if not self.reads:
            raise ValueError("reads needs at least one path pattern")


class SarifCommand:
    """One command block as a scanner. The run as a whole vouches for its files: SARIF does not name what was read."""

    ACCOUNTING = Accounting.WHOLE_RUN
    SPLITS: bool

    def __init__(self, name: str, block: Options) -> None:
        self.NAME = name
        self.Options = Options
        self._block = block
        self.SPLITS = block.per_file

    def version(self) -> str:
        """The version that the block states; "unstated" where it states none."""
        return self._block.version or "unstated"

    def reads(self, path: str, options: Options) -> bool:
        """What the block says."""
        return any(matches(pattern, path) for pattern in options.reads)

    def answers_digest(self, options: Options, environ: Mapping[str, str], today: dt.date) -> str | None:
        """SHA-256 (hex) of the program and of the files that the command names, such as its rules; None where nothing may be kept.

        What those files take in from elsewhere, the block's version has to tell.
        """
        del today
        if not (options.per_file and options.version) or options.network:
            return None
        return _named(options.command, environ)

    def scan(self, files: Sequence[Source], options: Options, run: Run) -> Iterable[FileReport]:
        """Runs the program once over all ``files``; they count as read if it says that it did its work."""
        root, names = run.tree(files)
        target = run.folder / "output.sarif"
        argv = list(_arguments(options.command, names, {"{root}": str(root), "{output}": str(target)}, run))
        output = run.start(argv, network=options.network, codes=options.exit_codes)
        text = _read(target) if any("{output}" in word for word in options.command) else output.stdout
        found: dict[str, list[tuple[Finding, tuple[Span, ...]]]] = {source.path: [] for source in files}
        try:
            for path, finding, secrets in self._findings(parse(text, self.NAME), root, run):
                found[path].append((finding, secrets))
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            raise Unreadable(GapKind.GARBAGE, "its output is not what SARIF 2.1.0 says") from error
        for path, pairs in found.items():
            yield FileReport(
                path, tuple(finding for finding, _ in pairs), secrets=tuple(span for _, spans in pairs for span in spans)
            )

    def _findings(self, log: Any, root: Path, run: Run) -> Iterator[tuple[str, Finding, tuple[Span, ...]]]:
        runs, version = fields(log, "runs", "version")
        if version != "2.1.0" or not runs:
            raise Unreadable(GapKind.GARBAGE, "its output is not a SARIF 2.1.0 log with a run")
        for each in runs:
            _check_success(each)
            tool, results = fields(each, "tool", "results")
            rules = _rules(tool)
            for result in results:
                if result.get("kind", "fail") not in NO_FAULT:
                    yield self._finding(result, rules, _Files(each, root, run))

    def _finding(self, result: Any, rules: Mapping[str, Any], files: _Files) -> tuple[str, Finding, tuple[Span, ...]]:
        message, locations = fields(result, "message", "locations")
        if not locations:
            raise Unreadable(GapKind.GARBAGE, "its output has a result without a location")
        (physical,) = fields(locations[0], "physicalLocation")
        (artifact,) = fields(physical, "artifactLocation")
        path = files.path_of(artifact)
        rule = _rule(result, rules)
        name = str(result.get("ruleId") or result.get("rule", {}).get("id") or rule.get("id") or UNNAMED)
        name = name if _NAME.fullmatch(name) else UNNAMED
        place = _location(path, physical.get("region") or {})
        title = mask_suspicious(str(rule.get("shortDescription", {}).get("text") or rule.get("name") or name)[:LONGEST])
        kind = Kind(self._block.kind)
        finding = Finding(
            rule=f"{self.NAME}:{name}",
            severity=_severity(result, rule),
            confidence=PRECISION.get(rule.get("properties", {}).get("precision", ""), Confidence.UNKNOWN),
            kind=kind,
            title=title,
            message=title if kind is Kind.SECRET else mask_suspicious(str(message.get("text", title))[:LONGEST]),
            location=place,
            cwe=tuple(
                sorted({int(number) for tag in rule.get("properties", {}).get("tags", []) for number in _CWE.findall(str(tag))})
            ),
            help_url=help_url if _URL.fullmatch(help_url := str(rule.get("helpUri", ""))) else "",
            waiver="suppressed in the tool's own output" if _is_suppressed(result) else "",
        )
        secrets = (Span(place.line, 1, place.end_line, 1 << 30),) if kind is Kind.SECRET else ()
        return path, finding, secrets


def _named(command: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """The digest of the program, as the system describes it, and of the content of each file that a word names by its whole path.

    None where a word names a folder or something else that cannot be read at once: it may change unseen.
    """
    program = shutil.which(command[0], path=environ.get("PATH"))
    told = [os.fsencode(program or "")]
    if program is not None:
        state = Path(program).stat()
        told.append(f"{state.st_size} {state.st_mtime_ns}".encode())
    for word in command[1:]:
        file = Path(word[word.find("=/") + 1 :])
        if not file.is_absolute() or not file.exists():
            continue
        if not file.is_file():
            return None
        told.append(hashlib.sha256(file.read_bytes()).digest())
    return hashlib.sha256(b"\0".join(told)).hexdigest()


def _arguments(command: Sequence[str], names: Sequence[Path], marks: Mapping[str, str], run: Run) -> Iterator[str]:
    yield run.program(command[0])
    for word in command[1:]:
        if word == "{files}":
            yield from map(str, names)
            continue
        for mark, value in marks.items():
            word = word.replace(mark, value)  # noqa: PLW2901
        yield word


def _read(target: Path) -> bytes:
    try:
        return target.read_bytes()
    except OSError:
        raise Unreadable(GapKind.GARBAGE, "it wrote no output file") from None


def _check_success(run: Any) -> None:
    for invocation in run.get("invocations") or ():
        if invocation.get("executionSuccessful") is not True:
            raise Unreadable(GapKind.CRASH, "its output says that it did not do its work (executionSuccessful)")
        for key in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            if any(notification.get("level") == "error" for notification in invocation.get(key) or ()):
                raise Unreadable(GapKind.CRASH, f"its output tells of an error while it worked ({key})")


def _is_suppressed(result: Any) -> bool:
    """Whether the tool hides it: SARIF wants every one of its suppressions accepted, which is what none said means."""
    suppressions = result.get("suppressions") or ()
    return bool(suppressions) and all(suppression.get("status", "accepted") == "accepted" for suppression in suppressions)


def _rules(tool: Any) -> dict[str, Any]:
    """The rules of a run by id, and the driver's by their number (``#0``)."""
    (driver,) = fields(tool, "driver")
    rules = {f"#{number}": rule for number, rule in enumerate(driver.get("rules") or ())}
    for component in (*(tool.get("extensions") or ()), driver):
        rules |= {str(rule["id"]): rule for rule in component.get("rules") or () if "id" in rule}
    return rules


def _rule(result: Any, rules: Mapping[str, Any]) -> Any:
    """The rule of a result: by id, or by the id above it (``CA1000/1``), or by its number."""
    name = str(result.get("ruleId") or result.get("rule", {}).get("id") or "")
    return rules.get(name) or rules.get(name.rpartition("/")[0]) or rules.get(f"#{result.get('ruleIndex', '')}") or {}


class _Files:
    """Finds the file that an artifactLocation of one run means: absolute, below a named base, below the root or where it ran."""

    def __init__(self, run: Any, root: Path, call: Run) -> None:
        self._artifacts = run.get("artifacts") or ()
        self._bases = run.get("originalUriBaseIds") or {}
        self._root = root
        self._call = call

    def path_of(self, artifact: Any) -> str:
        """The repository path; Unreadable(GARBAGE) where it is no file that was given."""
        if "uri" not in artifact and artifact.get("index", -1) >= 0:
            (artifact,) = fields(self._artifacts[artifact["index"]], "location")
        (uri,) = fields(artifact, "uri")
        base = (self._bases.get(artifact.get("uriBaseId")) or {}).get("uri", "")
        folders = (self._root / _local(base), self._root, self._call.start_folder)  # an absolute path stays as it is
        candidates = [folder / _local(uri) for folder in folders]
        for candidate in candidates:
            try:
                return self._call.path_of(str(candidate))
            except Unreadable as fault:
                lost = fault
        raise lost


def _local(uri: Any) -> str:
    """The file that a URI names: absolute, or relative to something else."""
    parsed = urlparse(str(uri))
    if parsed.scheme not in ("", "file"):
        raise Unreadable(GapKind.GARBAGE, "its output names something that is not a file")
    return unquote(parsed.path)


def _location(path: str, region: Mapping[str, Any]) -> Location:
    line = max(int(region.get("startLine", 1)), 1)
    end = max(int(region.get("endLine", line)), line)
    return Location(path, line, end, max(int(region.get("startColumn", 0)), 0), max(int(region.get("endColumn", 0)), 0))


def _severity(result: Any, rule: Any) -> Severity:
    """GitHub's security-severity where the rule has one, else the level: the result's own, the rule's, SARIF's default."""
    score = rule.get("properties", {}).get("security-severity")
    try:
        number = float(score) if score is not None else 0.0
    except ValueError:
        number = 0.0
    for least, severity in SCORES:
        if number >= least:
            return severity
    level = result.get("level") or rule.get("defaultConfiguration", {}).get("level", "warning")
    return LEVELS.get(level, Severity.UNKNOWN)
