"""Lowers findings on Python that can do no harm: the value is constant, converted or a member of a fixed set, and others."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

import msgspec

from scangate.errors import ScanError
from scangate.model import Confidence, Finding, Mitigation, Severity
from scangate.plugin import SourceFile
from scangate.source_text import decode, normalize_newlines
from scangate.taint.harmless_values import HarmlessValues
from scangate.tools.python_decoding import decode_python

TEXT = -1
"""Instead of the position of an argument: the whole text around the literal that is reported."""

ARGUMENTS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    # code
    "bandit:B102": (0, ()),
    "bandit:B307": (0, ()),
    # commands, by a shell or without
    "bandit:B601": (0, ("command",)),
    "bandit:B602": (0, ("args",)),
    "bandit:B603": (0, ("args",)),
    "bandit:B604": (0, ("args", "cmd", "command")),
    "bandit:B605": (0, ("cmd", "command")),
    "bandit:B606": (0, ("path", "file")),
    "bandit:B607": (0, ("args", "cmd", "command")),
    # text of SQL statements
    "bandit:B608": (TEXT, ()),
    "bandit:B611": (0, ("sql",)),
    # text of pages
    "bandit:B308": (0, ("s",)),
    "bandit:B703": (0, ("s",)),
    "bandit:B704": (0, ("object", "s")),
    # documents and objects; what is read from a file is not constant
    "bandit:B301": (0, ("data",)),
    "bandit:B302": (0, ("bytes",)),
    "bandit:B506": (0, ("stream",)),
    "bandit:B314": (0, ("text",)),
    "bandit:B317": (0, ("string",)),
    "bandit:B318": (0, ("string",)),
    "bandit:B319": (0, ("string",)),
    "bandit:B310": (0, ("url",)),
    "semgrep:python-yaml-unsafe-load": (0, ("stream",)),
}
"""By rule: which argument of the reported call is the value, by position and by name."""

FROM_FILES = frozenset(("parse", "load", "iterparse", "make_parser", "Unpickler", "expatreader"))
"""Functions that read a file or an object: a constant name says nothing about the content."""
FROM_TEXT = frozenset(("bandit:B301", "bandit:B302", "bandit:B314", "bandit:B317", "bandit:B318", "bandit:B319"))
"""Rules about functions of which some read files."""

IN_SHELL = frozenset(("bandit:B601", "bandit:B602", "bandit:B604", "bandit:B605", "bandit:B607"))
"""Rules about commands that a shell may run."""
OF_PROGRAMS = frozenset(("bandit:B603", "bandit:B607"))
"""Rules about programs that are started by a list of arguments."""
INTERPRETERS = re.compile(
    r"(?:.*[/\\])?(?:\w*sh|cmd|powershell|pwsh|python[\d.]*|perl|ruby|node|php|env|sudo|su|ssh|xargs|find|eval|nohup|timeout)(?:\.exe)?"
)
"""Programs that run what their arguments say."""

IMPORTS = frozenset(f"bandit:B{number}" for number in (403, 404, 405, 406, 407, 408, 409))
"""Rules about imports of pickle, subprocess and readers of XML: other rules are about each use of them."""


class Mitigations:
    """The reasons for which findings in one file are lowered. The file is parsed when the first is asked for."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._known: HarmlessValues | None = None
        self._failed = False

    def lower(self, finding: Finding, *, is_value: bool = False) -> Finding:
        """The finding, of severity INFO if its value can do no harm. ``is_value``: its location is that of the value."""
        reason = Mitigation.IMPORTED if finding.rule in IMPORTS else None
        if is_value or finding.rule in ARGUMENTS:
            values = self._values()
            reason = self._reason(finding, values, is_value=is_value) if values is not None else None
        if reason is None:
            return finding
        return msgspec.structs.replace(finding, severity=Severity.INFO, confidence=Confidence.LOW, mitigation=reason)

    def _values(self) -> HarmlessValues | None:
        if self._known is None and not self._failed:
            self._known = HarmlessValues.of_text(_read_text(self._source))
            self._failed = self._known is None
        return self._known

    def _reason(self, finding: Finding, values: HarmlessValues, *, is_value: bool) -> Mitigation | None:
        place = finding.match_span or finding.location
        offset = self._offset(place.line, place.column)
        whole = values.find(place.line, offset, place.end_line, self._offset(place.end_line, place.end_column))
        if is_value:
            return values.mitigation(whole) if whole is not None else None
        position, names = ARGUMENTS[finding.rule]
        if position == TEXT:
            text = values.text_around(place.line, offset)
            return values.mitigation(text) if text is not None else None
        calls = [whole] if isinstance(whole, ast.Call) else list(values.calls(place.line, offset))
        value = _argument(calls[0], finding.rule, position, names) if len(calls) == 1 else None
        if value is None:
            return None
        reason = values.mitigation(value, in_shell=finding.rule in IN_SHELL)
        starts_program = finding.rule in OF_PROGRAMS and all(each.arg not in {"shell", "executable"} for each in calls[0].keywords)
        if reason is None and starts_program and not INTERPRETERS.fullmatch(values.first_text(value) or "sh"):
            return Mitigation.NO_SHELL
        return reason

    def _offset(self, line: int, column: int) -> int:
        """The offset in bytes of UTF-8 of a column in characters, from 1."""
        lines = self._source.lines
        return len(lines[line - 1][: column - 1].encode("utf-8", "replace")) if 0 < line <= len(lines) else 0


def _read_text(source: SourceFile) -> str:
    data = source.read_bytes()
    try:
        return decode_python(data)[0]
    except ScanError:
        return normalize_newlines(decode(data)[0])


def _argument(call: ast.Call, rule: str, position: int, names: tuple[str, ...]) -> ast.expr | None:
    """The argument that the rule is about, None if it is not known."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
    if rule in FROM_TEXT and name in FROM_FILES:
        return None
    if any(isinstance(each, ast.Starred) for each in call.args[: position + 1]):
        return None
    if position < len(call.args):
        return call.args[position]
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)
