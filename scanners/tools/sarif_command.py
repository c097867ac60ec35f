"""sarif_command: any program that writes SARIF, from a block of the policy alone. It gets copies, never the scanned tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlparse

import msgspec

from scanners.errors import Unreadable
from scanners.globs import Glob, matches
from scanners.model import Accounting, Confidence, FileReport, Finding, GapKind, Kind, Location, Severity, Span
from scanners.scan.plugin import Run, Source, fields, parse
from scanners.scan.redact import mask_suspicious

__all__ = ["Options", "SarifCommand"]

LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW, "none": Severity.INFO}
PRECISION = {"very-high": Confidence.HIGH, "high": Confidence.HIGH, "medium": Confidence.MEDIUM, "low": Confidence.LOW}
SCORES = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
_CWE = re.compile(r"cwe[-/](\d+)", re.IGNORECASE)


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """A command block. In ``command``, ``{files}`` becomes the files and ``{root}`` a folder that holds just them; one of the two
    must be there. ``{output}`` names a file that the program writes its SARIF to; without it, standard output is read."""

    command: tuple[str, ...]
    reads: tuple[Glob, ...]
    exit_codes: tuple[int, ...] = (0, 1)
    kind: Literal["code", "secret", "dependency", "configuration"] = "code"
    version: str = ""
    network: bool = False

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
    SPLITS = False

    def __init__(self, name: str, block: Options) -> None:
        self.NAME = name
        self.Options = Options
        self._block = block

    def version(self) -> str:
        """The version that the block states; "unstated" where it states none."""
        return self._block.version or "unstated"

    def reads(self, path: str, options: Options) -> bool:
        """What the block says."""
        return any(matches(pattern, path) for pattern in options.reads)

    def scan(self, files: Sequence[Source], options: Options, run: Run) -> Iterable[FileReport]:
        """Runs the program once over all ``files``; they count as read if it says that it did its work."""
        root, names = run.tree(files)
        target = run.folder / "output.sarif"
        argv = list(_arguments(options.command, names, {"{root}": str(root), "{output}": str(target)}, run))
        output = run.start(argv, network=options.network, codes=options.exit_codes)
        text = _read(target) if any("{output}" in word for word in options.command) else output.stdout
        found: dict[str, list[tuple[Finding, tuple[Span, ...]]]] = {source.path: [] for source in files}
        for path, finding, secrets in self._findings(parse(text, self.NAME), root, run):
            if path not in found:
                raise Unreadable(GapKind.GARBAGE, "its output names a file that it was not given")
            found[path].append((finding, secrets))
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
            rules = _rules(*fields(tool, "driver"))
            for result in results:
                if result.get("kind", "fail") == "fail":
                    yield self._finding(result, rules, root, run)

    def _finding(self, result: Any, rules: Mapping[str, Any], root: Path, run: Run) -> tuple[str, Finding, tuple[Span, ...]]:
        message, locations = fields(result, "message", "locations")
        if not locations:
            raise Unreadable(GapKind.GARBAGE, "its output has a result without a location")
        (physical,) = fields(locations[0], "physicalLocation")
        (artifact,) = fields(physical, "artifactLocation")
        path = run.path_of(_file(str(*fields(artifact, "uri")), root))
        name = str(result.get("ruleId") or result.get("rule", {}).get("id") or "unnamed")
        rule = rules.get(name, {})
        place = _location(path, physical.get("region") or {})
        title = mask_suspicious(str(rule.get("shortDescription", {}).get("text") or rule.get("name") or name))
        kind = Kind(self._block.kind)
        finding = Finding(
            rule=f"{self.NAME}:{name}",
            severity=_severity(result, rule),
            confidence=PRECISION.get(rule.get("properties", {}).get("precision", ""), Confidence.UNKNOWN),
            kind=kind,
            title=title,
            message=title if kind is Kind.SECRET else mask_suspicious(str(message.get("text", title))),
            location=place,
            cwe=tuple(
                sorted({int(number) for tag in rule.get("properties", {}).get("tags", []) for number in _CWE.findall(str(tag))})
            ),
            help_url=str(rule.get("helpUri", "")),
            waiver="suppressed in the tool's own output" if result.get("suppressions") else "",
        )
        secrets = (Span(place.line, 1, place.end_line, 1 << 30),) if kind is Kind.SECRET else ()
        return path, finding, secrets


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
        for notification in invocation.get("toolExecutionNotifications") or ():
            if notification.get("level") == "error":
                raise Unreadable(GapKind.CRASH, "its output tells of an error while it worked (toolExecutionNotifications)")


def _rules(driver: Any) -> dict[str, Any]:
    return {str(rule["id"]): rule for rule in driver.get("rules") or () if "id" in rule}


def _file(uri: str, root: Path) -> str:
    parsed = urlparse(uri)
    if parsed.scheme not in ("", "file"):
        raise Unreadable(GapKind.GARBAGE, "its output names something that is not a file")
    return str(root / unquote(parsed.path))  # an absolute path stays as it is


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
