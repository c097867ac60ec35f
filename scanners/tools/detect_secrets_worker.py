"""Runs in a process of its own: applies detect-secrets' plugins and filters to files and prints where they see secrets, never what.

Called as ``python -I -m scanners.tools.detect_secrets_worker JOB``; JOB is a JSON file {"files": [...], "seconds": per file}, the
answer one JSON object {"files": {file: {"secrets": [{type, line, spans}]} | {"timeout": true} | {"fault": name}}}. It differs from
the ``detect-secrets`` command where that would stay silent: files that are not UTF-8 are decoded, files are not skipped for their
names, lines with a waiver are looked at, and a value that stands in several lines is told for each. Plugins and filters are called
directly: the command looks up their parameters by reflection for every line, which takes nine tenths of its time.
"""

from __future__ import annotations

import io
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.settings import default_settings, get_filters, get_plugins
from detect_secrets.transformers import get_transformed_file

from scanners.scan.text import decode, lines_of

WAIVERS = "detect_secrets.filters.allowlist.is_line_allowlisted"


class _TooLongError(Exception):
    """A file has taken more than its time."""


class _NamedText(io.StringIO):
    """A text that says which file it came from, as detect-secrets wants it."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text, newline=None)
        self.name = name


def main(job: str) -> None:
    """Answers the job on standard output."""
    wanted = json.loads(Path(job).read_text("utf-8"))
    signal.signal(signal.SIGALRM, _ring)
    with default_settings() as settings:
        settings.disable_filters(WAIVERS)
        answer = {name: _file(name, int(wanted["seconds"])) for name in wanted["files"]}
    json.dump({"files": answer}, sys.stdout)


def _ring(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise _TooLongError


def _file(name: str, seconds: int) -> dict[str, Any]:
    text, _ = decode(Path(name).read_bytes())
    signal.alarm(seconds)
    try:
        found = {(secret.type, secret.line_number, secret.secret_value or "") for secret in _secrets(name, text)}
    except _TooLongError:
        return {"timeout": True}
    except Exception as error:  # noqa: BLE001 -- a plugin that fails over one file: told as that file's gap
        return {"fault": type(error).__name__}
    finally:
        signal.alarm(0)
    lines = lines_of(text)
    return {"secrets": [{"type": kind, "line": line, "spans": _spans(lines, line, value)} for kind, line, value in sorted(found)]}


def _secrets(name: str, text: str) -> Iterator[PotentialSecret]:
    """What detect-secrets' own ``scan_file`` sees, without its tests of the file's name: see detect_secrets/core/scan.py."""
    file: Any = _NamedText(text, name)
    found = False
    for secret in _in_lines(name, get_transformed_file(file) or file.readlines()):
        found = True
        yield secret
    if not found:
        file.seek(0)
        yield from _in_lines(name, get_transformed_file(file, use_eager_transformers=True) or [])


def _in_lines(name: str, lines: Sequence[str]) -> Iterator[PotentialSecret]:
    """The secrets that any plugin sees in ``lines`` and no filter takes away; filters are asked only where a plugin sees one."""
    plugins = get_plugins()
    of_line = [check for check in get_filters() if check.injectable_variables == {"line"}]
    of_secret = [(check, check.injectable_variables) for check in get_filters() if "secret" in check.injectable_variables]
    for number, full in enumerate(lines, start=1):
        line = full.rstrip()
        seen = [
            (plugin, secret) for plugin in plugins for secret in plugin.analyze_line(filename=name, line=line, line_number=number)
        ]
        if not seen or any(check(line=line) for check in of_line):
            continue
        for plugin, secret in seen:
            facts = {"secret": secret.secret_value, "line": line, "plugin": plugin, "filename": name}
            if not any(check(**{key: facts[key] for key in wants}) for check, wants in of_secret):
                yield secret


def _spans(lines: list[str], line: int, value: str) -> list[tuple[int, int]]:
    """The columns (from 1, end excluded) of each of ``value`` in its line; the whole line where it is written otherwise."""
    text = lines[line - 1] if line <= len(lines) else ""
    spans = []
    at = text.find(value) if value else -1
    while at >= 0:
        spans.append((at + 1, at + 1 + len(value)))
        at = text.find(value, at + len(value))
    return spans or [(1, len(text) + 1)]


if __name__ == "__main__":
    main(sys.argv[1])
