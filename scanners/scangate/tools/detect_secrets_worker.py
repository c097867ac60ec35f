"""Runs in a process of its own: applies detect-secrets' plugins and filters to files and prints where they see secrets, never what.

Called as ``python -I -m scangate.tools.detect_secrets_worker JOB``; JOB is a JSON file {"files": [...], "seconds": per file}, the
answer one JSON object {"files": {file: {"secrets": [{type, line, spans, waived, placeholder}]} | {"timeout": true} |
{"fault": name}}}. Where the ``detect-secrets`` command would stay silent, it does not: files that are not UTF-8 are decoded, files
are not skipped for their names, a line with a waiver is told as waived, a value that stands in several lines is told for each, a
token in a call (``connect("...")``) is not taken for a reference to one, and providers are known that it does not know. Plugins
and filters are called directly: the command looks up their parameters by reflection for every line: nine tenths of its time.
"""

from __future__ import annotations

import functools
import io
import json
import re
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from scangate.tools import requests_stub  # noqa: F401 -- before all that imports detect-secrets

# isort: split
from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.filters.allowlist import is_line_allowlisted
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.plugins.keyword import KeywordDetector
from detect_secrets.settings import default_settings, get_filters, get_plugins
from detect_secrets.transformers import get_transformed_file
from detect_secrets.util.code_snippet import get_code_snippet

from scangate.source_text import decode, split_lines
from scangate.tools.line_prefilter import LinePrefilter, has_keyword
from scangate.tools.provider_tokens import NPM, make_token_plugins
from scangate.tools.secret_placeholders import is_placeholder

ALLOWLIST_FILTER = "detect_secrets.filters.allowlist.is_line_allowlisted"
MAX_MEMORY = 2 * 1024**3  # bytes; a YAML file of a few aliases can grow without end in the YAML reader of detect-secrets
MIN_PIECE_LENGTH = 6
WINDOW = 1024  # characters of a line that are looked at again, so that a minified file takes no time that grows with its square
MAX_RESCANNED = 1024**2  # characters in all, of one line
# To these `password = get("name")` says nothing. A token whose form its provider made up is one in a call as well.
HEURISTIC_PLUGINS = (KeywordDetector, HighEntropyStringsPlugin)
NPM_DETECTOR = "NPM tokens"
# A filter takes the brackets of our own waiver for an index (`token[0]`) and the secret before them for none: it would vanish.
IGNORE_COMMENT = re.compile(r"scangate\s*:\s*ignore", re.IGNORECASE)


class _FileTimeoutError(BaseException):
    """A file has taken more than its time; no ``except Exception`` on the way may swallow it."""


class _NamedText(io.StringIO):
    """A text that says which file it came from, as detect-secrets wants it."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text, newline=None)
        self.name = name


def main(job_file: str) -> None:
    """Answers the job on standard output."""
    wanted = json.loads(Path(job_file).read_text("utf-8"))
    signal.signal(signal.SIGALRM, _on_alarm)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY if most == resource.RLIM_INFINITY else min(MAX_MEMORY, most), most))
    with default_settings() as settings:
        settings.disable_filters(ALLOWLIST_FILTER)
        answer = {name: _scan_file(name, int(wanted["seconds"])) for name in wanted["files"]}
    json.dump({"files": answer}, sys.stdout)


def _on_alarm(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise _FileTimeoutError


def _scan_file(name: str, seconds: int) -> dict[str, Any]:
    text, _ = decode(Path(name).read_bytes())
    signal.alarm(seconds)
    try:
        found = set(_find_secrets(name, text))
    except _FileTimeoutError:
        return {"timeout": True}
    except Exception as error:  # noqa: BLE001 -- a plugin that fails over one file: told as that file's gap
        return {"fault": type(error).__name__}
    finally:
        signal.alarm(0)
    lines = split_lines(text)
    return {
        "secrets": [
            {
                "type": secret.type,
                "line": secret.line,
                "spans": _locate_value(lines, secret.line, secret.value),
                "waived": secret.allowlisted,
                "placeholder": is_placeholder(secret.type, secret.value, lines, secret.line),
            }
            for secret in sorted(_drop_duplicates(found))
        ]
    }


class _Secret(NamedTuple):
    """What a plugin saw; ``waived`` where a comment says that it may stand."""

    type: str
    line: int
    value: str
    allowlisted: bool


def _drop_duplicates(found: set[_Secret]) -> set[_Secret]:
    """Without the npm tokens that detect-secrets tells as well: it wants a registry before one, and takes the rest of the line."""
    theirs = [secret for secret in found if secret.type == NPM_DETECTOR]
    return {
        secret
        for secret in found
        if secret.type != NPM or not any(same.line == secret.line and same.value.startswith(secret.value) for same in theirs)
    }


def _find_secrets(name: str, text: str) -> Iterator[_Secret]:
    """What detect-secrets' own ``scan_file`` sees, without its tests of the file's name: see detect_secrets/core/scan.py."""
    file: Any = _NamedText(text, name)
    found = list(_scan_lines(name, get_transformed_file(file) or file.readlines()))
    yield from found
    if all(secret.allowlisted for secret in found):  # it does not count those, and so it looks a second time
        file.seek(0)
        yield from _scan_lines(name, get_transformed_file(file, use_eager_transformers=True) or [])


def _scan_lines(name: str, lines: list[str]) -> Iterator[_Secret]:
    """The secrets that any plugin sees in ``lines`` and no filter takes away; filters are asked only where a plugin sees one."""
    of_line = [check for check in get_filters() if check.injectable_variables == {"line"}]
    of_secret = [(check, check.injectable_variables) for check in get_filters() if "secret" in check.injectable_variables]
    bare = [line.rstrip() for line in lines]
    for place, plugins in _prefilter().candidates(bare):
        line, number = bare[place], place + 1
        seen: list[tuple[Any, PotentialSecret]] = [
            (plugin, secret) for plugin in plugins for secret in _scan_line(plugin, name, line, number)
        ]
        if not seen:
            continue
        asked = IGNORE_COMMENT.split(line, maxsplit=1)[0]
        if any(check(line=asked) for check in of_line):
            seen = [(plugin, secret) for plugin, secret in seen if not isinstance(plugin, HEURISTIC_PLUGINS)]
        context = get_code_snippet(lines, number)
        waived = is_line_allowlisted(name, line, context)
        for plugin, secret in seen:
            facts = {"secret": secret.secret_value, "line": asked, "plugin": plugin, "filename": name, "context": context}
            if not any(check(**{key: facts[key] for key in wants}) for check, wants in of_secret):
                yield _Secret(secret.type, secret.line_number, secret.secret_value or "", waived)


def _scan_line(plugin: Any, name: str, line: str, number: int) -> Iterator[PotentialSecret]:
    """All that a plugin sees in a line. The detector of keywords ends with the first, so it is asked about what follows that, too:
    a secret must not stand unseen behind one that is known, waived or no secret after all."""
    told: set[PotentialSecret] = plugin.analyze_line(filename=name, line=line, line_number=number)
    yield from told
    at = _first_value_end(told, line) if isinstance(plugin, KeywordDetector) else 0
    looked_at = 0
    while 0 < at < len(line) and looked_at < MAX_RESCANNED:
        piece = line[at : at + WINDOW]
        found: set[PotentialSecret] = (
            plugin.analyze_line(filename=name, line=piece, line_number=number) if has_keyword(piece) else set()
        )
        yield from found - told
        told |= found
        looked_at += len(piece)
        at += _first_value_end(found, piece) or WINDOW // 2


def _first_value_end(found: set[PotentialSecret], text: str) -> int:
    """Where the first of the values that were found in a text ends; 0 where there is none."""
    values = [secret.secret_value for secret in found if secret.secret_value]
    return min((text.find(value) + len(value) for value in values), default=0)


@functools.cache
def _prefilter() -> LinePrefilter:
    return LinePrefilter([*get_plugins(), *make_token_plugins()])


def _locate_value(lines: list[str], line: int, value: str) -> list[tuple[int, int, int]]:
    """Line and columns (from 1, end excluded) of each of ``value``: in its line; where it is not there as it is (detect-secrets
    counts the lines of some YAML files its own way), wherever it or a piece of it stands, and the whole line as well."""
    if spans := list(_occurrences(lines, range(line, line + 1), value)):
        return spans
    text = lines[line - 1] if line <= len(lines) else ""
    pieces = [value, *(piece for piece in value.split() if len(piece) >= MIN_PIECE_LENGTH)]
    elsewhere = {span for piece in pieces for span in _occurrences(lines, range(1, len(lines) + 1), piece)}
    return [(line, 1, len(text) + 1), *sorted(elsewhere)]


def _occurrences(lines: list[str], numbers: range, value: str) -> Iterator[tuple[int, int, int]]:
    for number in numbers:
        text = lines[number - 1] if number <= len(lines) else ""
        at = text.find(value) if value else -1
        while at >= 0:
            start, end = _expand_to_word(text, at, at + len(value))
            yield (number, start + 1, end + 1)
            at = text.find(value, end)


def _expand_to_word(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole word that a value lies in: of a GitHub token detect-secrets names the first three letters alone."""
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_-"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in "_-"):
        end += 1
    return start, end


if __name__ == "__main__":
    main(sys.argv[1])
