"""Checks whether a file is valid Python or YAML, since not every tool reports that it could not parse one."""

from __future__ import annotations

import ast
import json
import sys

import yaml

from scangate.errors import ScanError
from scangate.model import Gap, GapKind
from scangate.python_parser import parse_python

EXCLUDE_HINT = (
    "fix the file, or exclude it for this scanner alone: paths: {exclude: [{path: PATH, scanners: [semgrep], reason: WHY}]}"
)


def check_python(data: bytes) -> ScanError | None:
    """Why the running interpreter cannot parse ``data``, or None."""
    try:
        parse_checked(data)
    except ScanError as error:
        return error
    return None


def parse_checked(source: str | bytes) -> ast.Module:
    """The syntax tree of ``source``. Raises ScanError if the running interpreter cannot parse it."""
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    hint = "run scangate with the Python version of the code, fix the file, or exclude it with a reason"
    try:
        return parse_python(source)
    except SyntaxError as error:
        if "unicode error" in str(error.msg) or "encoding" in str(error.msg):
            raise ScanError(GapKind.ENCODING, "not in its declared encoding (UTF-8 if it declares none)", hint) from None
        if "null byte" in str(error.msg):
            raise ScanError(GapKind.UNPARSABLE, "NUL bytes in Python source", hint) from None
        raise ScanError(GapKind.UNPARSABLE, f"{version} cannot parse it: line {error.lineno or 1}", hint) from None
    except ValueError:  # NUL bytes, before Python 3.12
        raise ScanError(GapKind.UNPARSABLE, "NUL bytes in Python source", hint) from None
    except (RecursionError, MemoryError):
        raise ScanError(GapKind.UNPARSABLE, f"nested too deeply for {version}", hint) from None


def check_yaml(data: bytes) -> ScanError | None:
    """Why ``data`` is not valid YAML, or None. Reads events only: constructs nothing and expands no alias."""
    hint = f"{EXCLUDE_HINT} (a template is not YAML until it is rendered)"
    try:
        for _ in yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            pass
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or "characters that YAML does not allow")
        line = mark.line + 1 if mark is not None else 0
        where = f": line {line}: {problem}" if line else ""
        return ScanError(GapKind.PARTIAL_PARSE, f"not YAML{where}", hint, line=line)
    return None


def check_json(data: bytes) -> ScanError | None:
    """Why ``data`` is not JSON, or None."""
    try:
        json.loads(data)
    except json.JSONDecodeError as error:
        return ScanError(GapKind.UNPARSABLE, f"not JSON: line {error.lineno}: {error.msg.lower()}", EXCLUDE_HINT, line=error.lineno)
    except (ValueError, RecursionError):
        return None
    return None


def make_gap(scanner: str, path: str, error: ScanError) -> Gap:
    """The gap for an error in one file."""
    return Gap(scanner, path, error.kind, error.reason, error.line, error.hint)
