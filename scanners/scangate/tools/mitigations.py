"""Lowers findings on Python whose value can do no harm: it is constant, converted or a member of a fixed set."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import msgspec

from scangate.errors import ScanError
from scangate.model import Confidence, Finding, Mitigation, Severity
from scangate.plugin import SourceFile
from scangate.tools.constant_values import ConstantValues
from scangate.tools.syntax_check import parse_checked

TEXT = -1
"""Instead of the position of an argument: the whole text around the literal that is reported."""

ARGUMENTS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    # code
    "bandit:B102": (0, ()),
    "bandit:B307": (0, ()),
    # commands, by a shell or without
    "bandit:B602": (0, ("args",)),
    "bandit:B603": (0, ("args",)),
    "bandit:B604": (0, ("args", "cmd", "command")),
    "bandit:B605": (0, ("cmd", "command")),
    "bandit:B606": (0, ("path", "file")),
    # text of SQL statements
    "bandit:B608": (TEXT, ()),
    # documents and objects; what is read from a file is not constant
    "bandit:B301": (0, ("data",)),
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
FROM_TEXT = frozenset(("bandit:B301", "bandit:B314", "bandit:B317", "bandit:B318", "bandit:B319"))
"""Rules about functions of which some read files."""

IN_SHELL = frozenset(("bandit:B602", "bandit:B604", "bandit:B605"))
"""Rules about commands that a shell runs."""


class Mitigations:
    """The reasons for which findings in one file are lowered. The file is parsed when the first is asked for."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._known: ConstantValues | None = None
        self._failed = False

    def lower(self, finding: Finding, *, is_value: bool = False) -> Finding:
        """The finding, of severity INFO if its value can do no harm. ``is_value``: its location is that of the value."""
        if not is_value and finding.rule not in ARGUMENTS:
            return finding
        values = self._values()
        reason = self._reason(finding, values, is_value=is_value) if values is not None else None
        if reason is None:
            return finding
        return msgspec.structs.replace(finding, severity=Severity.INFO, confidence=Confidence.LOW, mitigation=reason)

    def _values(self) -> ConstantValues | None:
        if self._known is None and not self._failed:
            try:
                self._known = ConstantValues(parse_checked(self._source.read_bytes()))
            except ScanError:
                self._failed = True
        return self._known

    def _reason(self, finding: Finding, values: ConstantValues, *, is_value: bool) -> Mitigation | None:
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
        return values.mitigation(value, in_shell=finding.rule in IN_SHELL) if value is not None else None

    def _offset(self, line: int, column: int) -> int:
        """The offset in bytes of UTF-8 of a column in characters, from 1."""
        lines = self._source.lines
        return len(lines[line - 1][: column - 1].encode("utf-8", "replace")) if 0 < line <= len(lines) else 0


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
