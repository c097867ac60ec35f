"""Checks whether a file is valid Python or YAML, since not every tool reports that it could not parse one."""

from __future__ import annotations

import sys

import yaml

from scangate.errors import ScanError
from scangate.model import Gap, GapKind
from scangate.python_parser import parse_python


def check_python(data: bytes) -> ScanError | None:
    """Why the running interpreter cannot parse ``data``, or None."""
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    hint = "run scangate with the Python version of the code, fix the file, or exclude it with a reason"
    try:
        parse_python(data)
    except SyntaxError as error:
        if "unicode error" in str(error.msg) or "encoding" in str(error.msg):
            return ScanError(GapKind.ENCODING, "not in its declared encoding (UTF-8 if it declares none)", hint)
        if "null byte" in str(error.msg):
            return ScanError(GapKind.UNPARSABLE, "NUL bytes in Python source", hint)
        return ScanError(GapKind.UNPARSABLE, f"{version} cannot parse it: line {error.lineno or 1}", hint)
    except ValueError:  # NUL bytes, before Python 3.12
        return ScanError(GapKind.UNPARSABLE, "NUL bytes in Python source", hint)
    except (RecursionError, MemoryError):
        return ScanError(GapKind.UNPARSABLE, f"nested too deeply for {version}", hint)
    return None


def check_yaml(data: bytes) -> ScanError | None:
    """Why ``data`` is not valid YAML, or None. Reads events only: constructs nothing and expands no alias."""
    hint = "fix the file, or exclude it with a reason (a template is not YAML until it is rendered)"
    try:
        for _ in yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            pass
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f": line {mark.line + 1}" if mark is not None else ""
        return ScanError(GapKind.PARTIAL_PARSE, f"not YAML{line}", hint)
    return None


def make_gap(scanner: str, path: str, error: ScanError) -> Gap:
    """The gap for an error in one file."""
    return Gap(scanner, path, error.kind, error.reason, hint=error.hint)
