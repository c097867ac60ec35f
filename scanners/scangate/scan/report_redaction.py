"""Redacts what a report says beyond the scanners' results: decisions with their reasons and owners, notes, names."""

from __future__ import annotations

import enum
import operator
from typing import Any

import msgspec

from scangate.model import (
    ComparedRevision,
    Decision,
    Finding,
    Gap,
    GapRuling,
    KnownSource,
    Note,
    NoteKind,
    PathOwners,
    PolicyLocation,
    PolicyProvenance,
    Report,
    Ruling,
    ScanResult,
    SkippedPath,
    Targets,
    Verdict,
)
from scangate.scan.text_redactor import TextRedactor


class _Field(enum.Enum):
    """What a field holds: a text, the name of something, a value with such fields, or the record of what was scanned."""

    TEXT = enum.auto()
    NAME = enum.auto()
    INNER = enum.auto()
    SCOPE = enum.auto()


_TEXT, _NAME, _INNER = _Field.TEXT, _Field.NAME, _Field.INNER
_COMMAND = "command"
"""The only option in a policy that is a text: the command line of a tool."""

FIELDS: dict[type[msgspec.Struct], dict[str, _Field]] = {
    Report: {
        **dict.fromkeys(
            ("verdict", "results", "targets", "compared_revision", "policy_provenance", "known_sources", "code_owners"), _INNER
        ),
        "root": _TEXT,
        "subdirectory": _NAME,
        "scope": _Field.SCOPE,
    },
    Verdict: {"policy": _NAME, "environment": _NAME, "rulings": _INNER, "gaps": _INNER, "notes": _INNER},
    Ruling: {"finding": _INNER, "decision": _INNER, "members": _INNER},
    GapRuling: {"gap": _INNER, "decision": _INNER},
    Decision: {**dict.fromkeys(("owner", "reason", "comment", "known_by"), _TEXT), "location": _INNER, "notes": _INNER},
    Note: {"name": _NAME, "owner": _TEXT, "path": _NAME, "text": _TEXT, "location": _INNER},
    PolicyLocation: {"file": _TEXT},  # it may begin with the name of a revision
    PolicyProvenance: {"revision": _TEXT, "floor": _NAME, "file": _NAME},
    ComparedRevision: {"revision": _TEXT},
    KnownSource: {"name": _TEXT, "file": _TEXT},
    ScanResult: {**dict.fromkeys(("findings", "gaps", "skipped_paths"), _INNER), "reason": _TEXT},
    Targets: {"gaps": _INNER, "skipped_paths": _INNER, "notes": _TEXT},
    Finding: {"known_by": _TEXT},
    Gap: {"reason": _TEXT, "hint": _TEXT},
    SkippedPath: {"detail": _TEXT},
    PathOwners: {"owners": _TEXT},
}
"""What is redacted. All that is not listed was redacted before, or is not a text."""
_OWN_FINDING = dict.fromkeys(("title", "message", "evidence"), _TEXT)
"""Of the findings that are about the policy itself: no scanner reported them."""

_OF_REVISIONS = frozenset({NoteKind.BASELINE, NoteKind.KNOWN_SOURCE})
"""Notes with the name of a revision; the names in the others are selectors of exceptions, or scanners."""


def redact_report(report: Report, texts: TextRedactor) -> Report:
    """The report without the run's secrets in what the policy and git say."""
    return _Redaction(texts, {result.scanner for result in report.results}).redact_report(report)


class _Redaction:
    def __init__(self, texts: TextRedactor, scanners: set[str]) -> None:
        self._texts = texts
        self._scanners = scanners
        self._seen: dict[tuple[_Field, str], str] = {}

    def redact_report(self, report: Report) -> Report:
        redacted: Report = self._redact_inner(report)
        return redacted

    def _redact_inner(self, value: Any) -> Any:
        """A value with all its fields redacted; the same object if nothing changes."""
        if isinstance(value, tuple):
            redacted = tuple(map(self._redact_inner, value))
            return value if all(map(operator.is_, redacted, value)) else redacted
        if not isinstance(value, msgspec.Struct):
            return value
        fields = FIELDS.get(type(value), {})
        if isinstance(value, Finding) and value.scanner not in self._scanners:
            fields = {**fields, **_OWN_FINDING}
        if isinstance(value, Note) and value.kind in _OF_REVISIONS:
            fields = {**fields, "name": _TEXT}
        changes = {}
        for name, field in fields.items():
            before = getattr(value, name)
            if (after := self._redact(before, field)) is not before:
                changes[name] = after
        return msgspec.structs.replace(value, **changes) if changes else value

    def _redact(self, value: Any, field: _Field) -> Any:
        if field is _INNER:
            return self._redact_inner(value)
        if field is _Field.SCOPE:
            return self._redact_scope(value)
        if isinstance(value, tuple):
            redacted = tuple(self._redact(each, field) for each in value)
            return value if redacted == value else redacted
        return self._redact_text(value, field) if value else value

    def _redact_text(self, text: str, field: _Field) -> str:
        if (field, text) not in self._seen:
            redacted = self._texts.redact(text) if field is _TEXT else self._texts.redact_fact(text)
            self._seen[field, text] = text if redacted == text else redacted
        return self._seen[field, text]

    def _redact_scope(self, value: Any, field: _Field = _NAME) -> Any:
        """Plain JSON values; the same object if nothing changes."""
        if isinstance(value, str):
            return self._redact_text(value, field) if value else value
        if isinstance(value, list):
            items = [self._redact_scope(each, field) for each in value]
            return items if items != value else value
        if isinstance(value, dict):
            entries = {key: self._redact_scope(each, _TEXT if key == _COMMAND else field) for key, each in value.items()}
            return entries if entries != value else value
        return value
