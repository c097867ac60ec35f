"""Parses Python source without warnings; the list of warning filters belongs to the whole process, so a lock guards it."""

from __future__ import annotations

import ast
import contextlib
import threading
import warnings
from collections.abc import Iterator

__all__ = ["PARSE_ERRORS", "ignore_warnings", "parse_python", "try_to_parse"]

PARSE_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError)
"""What `ast.parse` and `compile` raise for a source that they cannot parse."""

_LOCK = threading.Lock()


@contextlib.contextmanager
def ignore_warnings() -> Iterator[None]:
    """Suppresses all warnings within the block; safe in several threads."""
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def parse_python(source: str | bytes) -> ast.Module:
    """The syntax tree of ``source``. Raises one of PARSE_ERRORS."""
    with ignore_warnings():
        return ast.parse(source)


def try_to_parse(source: str | bytes) -> ast.Module | None:
    """The syntax tree of ``source``; None if Python cannot parse it."""
    try:
        return parse_python(source)
    except PARSE_ERRORS:
        return None
