"""Turns errors of reading and writing a file into usage errors."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from scangate.errors import UsageError
from scangate.files import describe_os_error


@contextlib.contextmanager
def file_errors(verb: str, file: Path | str, hint: str) -> Iterator[None]:
    """Raises UsageError for an OSError (``cannot VERB FILE``), and for text that is not UTF-8."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot {verb} {file}: {describe_os_error(error)}", hint) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8", hint) from error
