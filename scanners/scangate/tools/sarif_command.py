"""sarif_command: any program that writes SARIF, configured in the policy. It gets copies, never the scanned tree."""

from __future__ import annotations

import contextlib
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

from scangate.errors import ScanError
from scangate.globs import Glob, matches
from scangate.model import Confidence, FileAccounting, FileReport, Finding, FindingKind, GapKind, Location, Severity, Span
from scangate.plugin import FileFacts, ScanContext, SourceFile, parse_json, require_fields
from scangate.scan.masking import mask_suspicious

LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW, "none": Severity.INFO}
PRECISION = {"very-high": Confidence.HIGH, "high": Confidence.HIGH, "medium": Confidence.MEDIUM, "low": Confidence.LOW}
PASSING_KINDS = frozenset({"pass", "informational", "notApplicable"})  # "open" and "review" need attention
MAX_TEXT_LENGTH = 4000
SEVERITY_THRESHOLDS = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
UNNAMED_RULE = "unnamed"
_RULE_ID = re.compile(r"[\w./:@+-]{1,200}")  # anything else may be content that the tool has read
_URL = re.compile(r"https?://[\w./:#~%+-]{1,500}")  # without user name, password and query
_CWE = re.compile(r"cwe[-/](\d+)", re.IGNORECASE)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A command block. In ``command``, ``{files}`` becomes the files and ``{root}`` a folder with exactly these; one of the two is
    required. ``{output}`` is a file to which the program writes its SARIF; without it, standard output is read. ``per_file``:
    the findings in a file depend on that file alone. With a ``version`` and without network access they are cached, as long as
    the program and the files that the command names do not change.
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
            raise ValueError("a command needs {files} or {root}")
        if not self.reads:
            raise ValueError("`reads` needs at least one path pattern")


class SarifCommand:
    """A scanner for one command block. A successful run vouches for all files: SARIF does not list the scanned ones."""

    ACCOUNTING = FileAccounting.WHOLE_RUN
    SPLITTABLE: bool

    def __init__(self, name: str, options: Options) -> None:
        self.NAME = name
        self.Options = Options
        self._options = options
        self.SPLITTABLE = options.per_file

    def version(self) -> str:
        """The version in the block, or "unstated"."""
        return self._options.version or "unstated"

    def reads(self, file: FileFacts, options: Options) -> bool:
        """Whether a pattern of the block matches."""
        return any(matches(pattern, file.path) for pattern in options.reads)

    def cache_key(self, options: Options, environ: Mapping[str, str], today: dt.date) -> str | None:
        """SHA-256 (hex) of the program and the files that the command names, such as its rules; None if caching is not allowed.

        A change of other files that these include must change the version in the block.
        """
        del today
        if not (options.per_file and options.version) or options.network:
            return None
        return _command_digest(options.command, environ)

    def scan(self, files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
        """Runs the program once over all ``files``; all are reported if it was successful."""
        root, names = context.make_tree(files)
        target = context.temp_folder / "output.sarif"
        argv = list(_expand_command(options.command, names, {"{root}": str(root), "{output}": str(target)}, context))
        output = context.run_program(argv, network=options.network, exit_codes=options.exit_codes)
        text = _read_output(target) if any("{output}" in word for word in options.command) else output.stdout
        found: dict[str, list[Finding]] = {source.path: [] for source in files}
        try:
            for finding in self._findings(parse_json(text, self.NAME), root, context):
                found[finding.location.path].append(finding)
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            raise ScanError(GapKind.GARBAGE, "its output does not follow SARIF 2.1.0") from error
        for path, findings in found.items():
            secrets = [each.location for each in findings if each.kind is FindingKind.SECRET]
            spans = tuple(Span(location.line, 1, location.end_line, 1 << 30) for location in secrets)
            yield FileReport(path, tuple(findings), secret_spans=spans)

    def _findings(self, log: Any, root: Path, context: ScanContext) -> Iterator[Finding]:
        runs, version = require_fields(log, "runs", "version")
        if version != "2.1.0" or not runs:
            raise ScanError(GapKind.GARBAGE, "its output is not a SARIF 2.1.0 log with a run")
        for run in runs:
            _check_success(run)
            tool, results = require_fields(run, "tool", "results")
            rules = _rules(tool)
            for result in results:
                if result.get("kind", "fail") not in PASSING_KINDS:
                    message, locations = require_fields(result, "message", "locations")
                    if not locations:
                        raise ScanError(GapKind.GARBAGE, "its output has a result without a location")
                    (physical,) = require_fields(locations[0], "physicalLocation")
                    (artifact,) = require_fields(physical, "artifactLocation")
                    path = _artifact_path(artifact, run, root, context)
                    location = _location(path, physical.get("region") or {})
                    yield self._finding(result, _rule(result, rules), location, message)

    def _finding(self, result: Any, rule: Any, location: Location, message: Any) -> Finding:
        name = str(result.get("ruleId") or result.get("rule", {}).get("id") or rule.get("id") or UNNAMED_RULE)
        name = name if _RULE_ID.fullmatch(name) else UNNAMED_RULE
        title = mask_suspicious(str(rule.get("shortDescription", {}).get("text") or rule.get("name") or name)[:MAX_TEXT_LENGTH])
        text = mask_suspicious(str(message.get("text", title))[:MAX_TEXT_LENGTH])
        kind, properties = FindingKind(self._options.kind), rule.get("properties", {})
        help_url = str(rule.get("helpUri", ""))
        return Finding(
            rule=f"{self.NAME}:{name}",
            severity=_severity(result, rule),
            confidence=PRECISION.get(properties.get("precision", ""), Confidence.UNKNOWN),
            kind=kind,
            title=title,
            message=title if kind is FindingKind.SECRET else text,
            location=location,
            cwe=tuple(sorted({int(number) for tag in properties.get("tags", []) for number in _CWE.findall(str(tag))})),
            help_url=help_url if _URL.fullmatch(help_url) else "",
            tool_comment="suppressed in the tool's output" if _is_suppressed(result) else "",
        )


def _command_digest(command: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """The digest of the program (size and modification time) and of each file that an argument names by its absolute path.

    None if an argument names a folder or a special file, whose changes would not be noticed.
    """
    program = shutil.which(command[0], path=environ.get("PATH"))
    parts = [os.fsencode(program or "")]
    if program is not None:
        state = Path(program).stat()
        parts.append(f"{state.st_size} {state.st_mtime_ns}".encode())
    for word in command[1:]:
        file = Path(word[word.find("=/") + 1 :])
        if not file.is_absolute() or not file.exists():
            continue
        if not file.is_file():
            return None
        parts.append(hashlib.sha256(file.read_bytes()).digest())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


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


def _check_success(run: Any) -> None:
    for invocation in run.get("invocations") or ():
        if invocation.get("executionSuccessful") is not True:
            raise ScanError(GapKind.CRASH, "its output reports a failed run (executionSuccessful)")
        for key in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            if any(notification.get("level") == "error" for notification in invocation.get(key) or ()):
                raise ScanError(GapKind.CRASH, f"its output reports an error ({key})")


def _is_suppressed(result: Any) -> bool:
    """Whether the tool suppresses the result: all suppressions must be accepted, which is the default status."""
    suppressions = result.get("suppressions") or ()
    return bool(suppressions) and all(suppression.get("status", "accepted") == "accepted" for suppression in suppressions)


def _rules(tool: Any) -> dict[str, Any]:
    """The rules of a run by id, and those of the driver also by index (``#0``)."""
    (driver,) = require_fields(tool, "driver")
    rules = {f"#{number}": rule for number, rule in enumerate(driver.get("rules") or ())}
    for component in (*(tool.get("extensions") or ()), driver):
        rules |= {str(rule["id"]): rule for rule in component.get("rules") or () if "id" in rule}
    return rules


def _rule(result: Any, rules: Mapping[str, Any]) -> Any:
    """The rule of a result: by id, by parent id (``CA1000/1``), or by index."""
    name = str(result.get("ruleId") or result.get("rule", {}).get("id") or "")
    return rules.get(name) or rules.get(name.rpartition("/")[0]) or rules.get(f"#{result.get('ruleIndex', '')}") or {}


def _artifact_path(artifact: Any, run: Any, root: Path, context: ScanContext) -> str:
    """The repository path of an artifactLocation: absolute, or relative to a named base, the root or the working directory.

    Raises ScanError(GARBAGE) if the program was not given this file.
    """
    if "uri" not in artifact and artifact.get("index", -1) >= 0:
        (artifact,) = require_fields(run["artifacts"][artifact["index"]], "location")
    (uri,) = require_fields(artifact, "uri")
    base = ((run.get("originalUriBaseIds") or {}).get(artifact.get("uriBaseId")) or {}).get("uri", "")
    for folder in (root / _uri_path(base), root):
        with contextlib.suppress(ScanError):
            return context.repository_path(str(folder / _uri_path(uri)))  # an absolute path is unchanged by the join
    return context.repository_path(str(context.working_directory / _uri_path(uri)))


def _uri_path(uri: Any) -> str:
    """The path in a URI, absolute or relative. Raises ScanError(GARBAGE) for a URI other than of a file."""
    parsed = urlparse(str(uri))
    if parsed.scheme not in ("", "file"):
        raise ScanError(GapKind.GARBAGE, "its output names something that is not a file")
    return unquote(parsed.path)


def _location(path: str, region: Mapping[str, Any]) -> Location:
    line = max(int(region.get("startLine", 1)), 1)
    end = max(int(region.get("endLine", line)), line)
    return Location(path, line, end, max(int(region.get("startColumn", 0)), 0), max(int(region.get("endColumn", 0)), 0))


def _severity(result: Any, rule: Any) -> Severity:
    """The rule's security-severity (a GitHub extension), else the level of the result, the rule, or SARIF's default."""
    score = rule.get("properties", {}).get("security-severity")
    try:
        number = float(score) if score is not None else 0.0
    except ValueError:
        number = 0.0
    for least, severity in SEVERITY_THRESHOLDS:
        if number >= least:
            return severity
    level = result.get("level") or rule.get("defaultConfiguration", {}).get("level", "warning")
    return LEVELS.get(level, Severity.UNKNOWN)
