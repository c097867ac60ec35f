"""What a JSON Schema rejects in a document."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator, FormatChecker


def complaints(document: Any, under: dict[str, Any]) -> list[str]:
    validator = Draft202012Validator(under, format_checker=FormatChecker())
    return [str(each.message) for each in validator.iter_errors(document)]
