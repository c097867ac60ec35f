"""Says whether a file is Python or YAML at all, because not every tool says when it could not parse one."""

from __future__ import annotations

import ast
import sys
import threading
import warnings

import yaml

from scangate.errors import ScanError
from scangate.model import Gap, GapKind

__all__ = ["WARNINGS_LOCK", "check_python", "check_yaml", "make_gap"]

WARNINGS_LOCK = threading.Lock()  # the list of warning filters belongs to the whole process


def check_python(data: bytes) -> ScanError | None:
    """Why ``data`` is not Python to the running interpreter, or None where it is."""
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    hint = "run scangate with the Python that the code is written for, mend the file, or exclude it with a reason"
    try:
        with WARNINGS_LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(data)
    except SyntaxError as error:
        if "unicode error" in str(error.msg) or "encoding" in str(error.msg):
            return ScanError(GapKind.ENCODING, "not in the encoding that it declares (UTF-8 where it declares none)", hint)
        if "null byte" in str(error.msg):
            return ScanError(GapKind.UNPARSABLE, "NUL bytes in Python source", hint)
        return ScanError(GapKind.UNPARSABLE, f"{version} cannot parse it: line {error.lineno or 1}", hint)
    except ValueError:  # before 3.12, for NUL bytes
        return ScanError(GapKind.UNPARSABLE, "NUL bytes in Python source", hint)
    except (RecursionError, MemoryError):
        return ScanError(GapKind.UNPARSABLE, f"nested too deeply for {version}", hint)
    return None


def check_yaml(data: bytes) -> ScanError | None:
    """Why ``data`` is not YAML, or None where it is. Events only: nothing is built, no alias is expanded."""
    hint = "mend the file, or exclude it with a reason (a template is not YAML before it is rendered)"
    try:
        for _ in yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            pass
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f": line {mark.line + 1}" if mark is not None else ""
        return ScanError(GapKind.PARTIAL_PARSE, f"not YAML{line}", hint)
    return None


def make_gap(scanner: str, path: str, error: ScanError) -> Gap:
    """``fault`` as a gap of one file."""
    return Gap(scanner, path, error.kind, error.reason, hint=error.hint)
