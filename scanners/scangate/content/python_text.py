"""Recognizes Python in a text whose name says nothing."""

from __future__ import annotations

import re

from scangate.python_parser import try_to_parse

_PARSED_CHARACTERS = 1 << 18
_STATEMENT = re.compile(
    r"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]+[\w*(]|import[ \t]+[A-Za-z_][\w.]*[ \t]*(?:,|as\b|;|#|$)"
    r"|(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(|class[ \t]+\w+[ \t]*[(:]|@\w+|(?:if|for|while|with|try)\b.*:[ \t]*$"
    r"|(?:\w+[ \t]*=[ \t]*)?\w[\w.]*[ \t]*\(.*\)[ \t]*$|\w+[ \t]*=[ \t]*[\w.]+\()",
    re.MULTILINE,
)
_OLD_PYTHON = re.compile(r"^(?:from[ \t]+[\w.]+[ \t]+import[ \t]+\w|import[ \t]+[a-z_][\w.]*[ \t]*$)", re.MULTILINE)
_CALL = re.compile(r"^[ \t]*(?:\w+[ \t]*=[ \t]*)?\w+(?:\.\w+)*\(.*\)[ \t]*$", re.MULTILINE)
_DEFINITION = re.compile(r"^(?:def[ \t]+\w+[ \t]*\([^\n]{0,500}:|class[ \t]+\w+.*:|if[ \t]+__name__[ \t]*==)", re.MULTILINE)


def looks_like_python(text: str, *, strict: bool = True) -> bool:
    """Whether the text has an import, a definition or a call, and Python parses it; or is clearly meant as (older) Python.

    ``strict`` is unset for templates, which no parser reads: one import or definition is enough.
    """
    if _STATEMENT.search(text) is None:
        return False
    if not strict and (_OLD_PYTHON.search(text) or _DEFINITION.search(text)):
        return True
    if _OLD_PYTHON.search(text) and (_DEFINITION.search(text) or _CALL.search(text)):
        return True
    return _is_short_python(text)


def is_program(text: str) -> bool:
    """Whether a text whose name means prose is Python from end to end, with an import and something that it does."""
    return (
        _OLD_PYTHON.search(text) is not None
        and (_CALL.search(text) or _DEFINITION.search(text)) is not None
        and _is_short_python(text)
    )


def _is_short_python(text: str) -> bool:
    return len(text) <= _PARSED_CHARACTERS and is_python(text)


def is_python(text: str) -> bool:
    """Whether Python parses the text."""
    return try_to_parse(text) is not None
