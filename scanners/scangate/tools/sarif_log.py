"""Reads a SARIF 2.1.0 log: the findings, which files the tool names, on which it failed, and which results name no file.

Specification: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import contextlib
import fnmatch
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import unquote, urlparse

import msgspec

from scangate.errors import ScanError
from scangate.model import Confidence, Finding, FindingKind, GapKind, Location, Severity
from scangate.plugin import ScanContext, require_fields
from scangate.printable import replace_unprintable
from scangate.scan.masking import cut_text, mask_suspicious

LEVELS = {"error": Severity.HIGH, "warning": Severity.MEDIUM, "note": Severity.LOW, "none": Severity.INFO}
CONFIDENCES = {
    "very-high": Confidence.HIGH,
    "high": Confidence.HIGH,
    "certain": Confidence.HIGH,
    "medium": Confidence.MEDIUM,
    "firm": Confidence.MEDIUM,
    "low": Confidence.LOW,
    "tentative": Confidence.LOW,
}
CONFIDENCE_KEYS = ("precision", "confidence", "issue_confidence")
"""Properties of a rule or a result that say how sure the tool is: GitHub's, and what common tools write."""
PASSING_KINDS = frozenset({"pass", "informational", "notApplicable"})  # "open" and "review" need attention
EXECUTION = "toolExecutionNotifications"
NOTIFICATION_KEYS = (EXECUTION, "toolConfigurationNotifications")
MAX_TEXT_LENGTH = 4000
MAX_REASON_LENGTH = 200
SEVERITY_THRESHOLDS = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
UNNAMED_RULE = "unnamed"
INVALID = (AttributeError, KeyError, TypeError, ValueError, IndexError, OverflowError)
_RULE_ID = re.compile(r"[\w./:@+-]{1,200}")  # anything else may be content that the tool has read
_URL = re.compile(r"https?://[\w./:#~%+-]{1,500}")  # without user name, password and query
_CWE = re.compile(r"cwe[-/](\d+)", re.IGNORECASE)


class Rating(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a policy says of a tool's rule: severity and weaknesses (CWE numbers), where its output has none or other ones."""

    severity: Literal["critical", "high", "medium", "low", "info"] | None = None
    cwe: tuple[int, ...] = ()


class SarifLog(msgspec.Struct):
    """What a log says. ``named``: the files that it lists as analyzed or has a result for. ``failed``: those that the tool reports
    an error about, or a warning while it ran, with its text. ``lost_results``: for each result without a given file, why it cannot
    be used."""

    findings: list[Finding] = []
    named: set[str] = set()
    failed: dict[str, str] = {}
    lost_results: list[str] = []

    def extend(self, other: SarifLog) -> None:
        """Adds what the log of another call over files of the same tree says."""
        self.findings += other.findings
        self.named |= other.named
        self.failed |= other.failed
        self.lost_results += other.lost_results


def read_log(  # noqa: PLR0913, PLR0917 -- what a log is read by
    log: Any,
    scanner: str,
    kind: FindingKind,
    root: Path,
    context: ScanContext,
    ratings: Mapping[str, Rating] = MappingProxyType({}),
) -> SarifLog:
    """The content of ``log``, whose relative paths are below ``root``. ``ratings``: of rules, by patterns of their names.

    Raises ScanError: GARBAGE if it is not a SARIF 2.1.0 log, CRASH if it reports a failure that is not about single files.
    """
    runs, version = require_fields(log, "runs", "version")
    if version != "2.1.0" or not runs:
        raise ScanError(GapKind.GARBAGE, "its output is not a SARIF 2.1.0 log with a run")
    found = SarifLog()
    for run in runs:
        tool, results = require_fields(run, "tool", "results")
        if {"results", "invocations"} & set(run.get("externalPropertyFileReferences") or ()):  # section 3.14.2
            raise ScanError(GapKind.GARBAGE, "its results are in other files (externalPropertyFileReferences)")
        reader = _RunReader(run, scanner, kind, root, context, ratings)
        found.failed |= reader.failed_files()
        found.named |= reader.listed_files()
        rules = _rules(tool)
        for result in results:
            if not isinstance(result, dict):
                raise TypeError(result)
            try:
                path, finding = reader.read_result(result, rules)
            except (ScanError, *INVALID) as error:
                rule = _rule_name(result, {})
                found.lost_results.append(f"{rule}: {error.reason if isinstance(error, ScanError) else 'not a valid result'}")
                continue
            found.named.add(path)
            found.findings += [finding] if finding is not None else []
    return found


def error_text(text: str) -> str:
    """A tool's own error as one short line without what looks like a secret: the last line of ``text`` that is not blank."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = mask_suspicious(replace_unprintable(lines[-1])) if lines else ""
    return line if len(line) <= MAX_REASON_LENGTH else f"{cut_text(line, MAX_REASON_LENGTH)}..."


class _RunReader:
    """Reads one run of a log."""

    def __init__(  # noqa: PLR0913, PLR0917 -- what a run is read by
        self, run: Any, scanner: str, kind: FindingKind, root: Path, context: ScanContext, ratings: Mapping[str, Rating]
    ) -> None:
        self._ratings = ratings
        self._run = run
        self._scanner = scanner
        self._kind = kind
        self._root = root
        self._context = context

    def failed_files(self) -> dict[str, str]:
        """The files of the run's error notifications, and of warnings while it ran, with their texts: none was analyzed in full.
        Raises ScanError(CRASH) for an error about no file."""
        failed: dict[str, str] = {}
        for invocation in self._run.get("invocations") or ():
            notifications = [(key, each) for key in NOTIFICATION_KEYS for each in invocation.get(key) or ()]
            errors = [(key, each) for key, each in notifications if each.get("level") == "error"]
            warnings = [each for key, each in notifications if key == EXECUTION and each.get("level", "warning") == "warning"]
            for notification in (*warnings, *(each for _, each in errors)):
                failed |= dict.fromkeys(self._paths(notification), _text(notification) or "an error without a text")
            for key, notification in errors:
                if not list(self._paths(notification)):
                    text = _text(notification)
                    raise ScanError(GapKind.CRASH, f"its output reports an error ({key})" + (f": {text}" if text else ""))
            is_stopped = any(invocation.get(key) for key in ("exitSignalName", "processStartFailureMessage"))
            if is_stopped or (invocation.get("executionSuccessful") is not True and not errors):
                raise ScanError(GapKind.CRASH, "its output reports a failed run (executionSuccessful)")
        return failed

    def _paths(self, notification: Any) -> Iterator[str]:
        """The given files at a notification's locations."""
        for location in notification.get("locations") or ():
            with contextlib.suppress(ScanError):
                yield self._path(location)

    def listed_files(self) -> set[str]:
        """The given files among the run's artifacts."""
        paths = set()
        for artifact in self._run.get("artifacts") or ():
            if "uri" in (location := artifact.get("location") or {}):
                with contextlib.suppress(ScanError):
                    paths.add(self._artifact_path(location))
        return paths

    def read_result(self, result: Any, rules: Mapping[str, Any]) -> tuple[str, Finding | None]:
        """The file of a result, and its finding, None if it passed. Raises ScanError(GARBAGE) if it names no given file."""
        message, locations = require_fields(result, "message", "locations")
        if not locations:
            raise ScanError(GapKind.GARBAGE, "it has no location")
        path = self._path(locations[0])
        if result.get("kind", "fail") in PASSING_KINDS:
            return path, None
        location = _location(path, locations[0]["physicalLocation"].get("region") or {})
        return path, self._finding(result, _rule(result, rules), location, message)

    def _path(self, location: Any) -> str:
        (physical,) = require_fields(location, "physicalLocation")
        (artifact,) = require_fields(physical, "artifactLocation")
        return self._artifact_path(artifact)

    def _artifact_path(self, artifact: Any) -> str:
        """The repository path of an artifactLocation: absolute, or relative to a named base, the root or the working directory.

        Raises ScanError(GARBAGE) if the program was not given this file.
        """
        if "uri" not in artifact and artifact.get("index", -1) >= 0:
            (artifact,) = require_fields(self._run["artifacts"][artifact["index"]], "location")
        (uri,) = require_fields(artifact, "uri")
        base = ((self._run.get("originalUriBaseIds") or {}).get(artifact.get("uriBaseId")) or {}).get("uri", "")
        for folder in (self._root / _uri_path(base), self._root):
            with contextlib.suppress(ScanError):
                return self._context.repository_path(str(folder / _uri_path(uri)))  # an absolute path is unchanged by the join
        return self._context.repository_path(str(self._context.working_directory / _uri_path(uri)))

    def _finding(self, result: Any, rule: Any, location: Location, message: Any) -> Finding:
        name = _rule_name(result, rule)
        title = mask_suspicious(
            cut_text(str(rule.get("shortDescription", {}).get("text") or rule.get("name") or name), MAX_TEXT_LENGTH)
        )
        text = mask_suspicious(cut_text(str(message.get("text", title)), MAX_TEXT_LENGTH))
        tags = rule.get("properties", {}).get("tags", [])
        help_url = str(rule.get("helpUri", ""))
        rating = next((each for pattern, each in self._ratings.items() if fnmatch.fnmatchcase(name, pattern)), Rating())
        numbers = rating.cwe or {int(number) for tag in tags for number in _CWE.findall(str(tag))}
        return Finding(
            rule=f"{self._scanner}:{name}",
            severity=Severity(rating.severity) if rating.severity else _severity(result, rule),
            confidence=_confidence(result, rule),
            kind=self._kind,
            title=title,
            message=title if self._kind is FindingKind.SECRET else text,
            location=location,
            cwe=tuple(sorted(numbers)),
            help_url=help_url if _URL.fullmatch(help_url) else "",
            tool_comment="suppressed in the tool's output" if _is_suppressed(result) else "",
        )


def _text(notification: Any) -> str:
    return error_text(str((notification.get("message") or {}).get("text", "")))


def _rule_name(result: Any, rule: Any) -> str:
    name = str(result.get("ruleId") or (result.get("rule") or {}).get("id") or rule.get("id") or UNNAMED_RULE)
    return name if _RULE_ID.fullmatch(name) else UNNAMED_RULE


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


def _uri_path(uri: Any) -> str:
    """The path in a URI, absolute or relative. Raises ScanError(GARBAGE) for a URI other than of a file."""
    parsed = urlparse(str(uri))
    if parsed.scheme not in ("", "file"):
        raise ScanError(GapKind.GARBAGE, "it names something that is not a file")
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


def _confidence(result: Any, rule: Any) -> Confidence:
    """What the properties of the result say, else those of its rule."""
    for properties in (result.get("properties") or {}, rule.get("properties") or {}):
        for key in CONFIDENCE_KEYS:
            if (confidence := CONFIDENCES.get(str(properties.get(key, "")).lower())) is not None:
                return confidence
    return Confidence.UNKNOWN
