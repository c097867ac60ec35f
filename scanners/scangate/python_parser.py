"""Parses Python source without warnings; the list of warning filters belongs to the whole process, so a lock guards it."""

from __future__ import annotations

import ast
import contextlib
import threading
import warnings
from collections.abc import Iterator

__all__ = ["ignore_warnings", "parse_python"]

_LOCK = threading.Lock()


@contextlib.contextmanager
def ignore_warnings() -> Iterator[None]:
    """Suppresses all warnings within the block; safe in several threads."""
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def parse_python(source: str | bytes) -> ast.Module:
    """The syntax tree of ``source``. Raises SyntaxError, ValueError, RecursionError or MemoryError, as `ast.parse`."""
    with ignore_warnings():
        return ast.parse(source)
