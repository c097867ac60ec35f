"""Finds secrets in files in a separate process, and prints their positions, never values.

detect-secrets' plugins and filters and our own detectors (`scangate.secrets`) read each file; what they find is merged and weighed.

Called as ``python -I -m scangate.tools.detect_secrets_worker JOB``; JOB is a `Job` in JSON, and the output is an `Output`.
Of detect-secrets it finds more than the ``detect-secrets`` command: files that are not UTF-8 are decoded, no file is skipped for
its name, allowlisted lines are reported as such, a value in several lines is reported for each, a token in a call
(``connect("...")``) is not taken for a reference, and further providers are recognized. Plugins and filters are called directly:
the command looks up their parameters by reflection for every line, which takes nine tenths of its time.
"""

from __future__ import annotations

import functools
import re
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from scangate.tools import requests_stub  # noqa: F401 -- must precede all imports of detect-secrets

# isort: split
import msgspec
from detect_secrets.core.potential_secret import PotentialSecret
from detect_secrets.filters.allowlist import is_line_allowlisted
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.plugins.keyword import KeywordDetector
from detect_secrets.settings import default_settings, get_filters, get_plugins
from detect_secrets.util.code_snippet import get_code_snippet

from scangate.model import SecretClass
from scangate.secrets.assessment import assess
from scangate.secrets.detection import Detection
from scangate.secrets.detectors import TITLES, find_secrets
from scangate.secrets.entries import ScalarEntry
from scangate.secrets.text import ScannedText
from scangate.source_text import decode, split_lines
from scangate.tools.detect_secrets_job import CLASSES, FileResult, FoundSecret, Job, JobFile, Output, ReportedSecret, slugify
from scangate.tools.line_prefilter import LinePrefilter, has_keyword
from scangate.tools.secret_texts import Part, SecretText, eager_texts_of, texts_of

ALLOWLIST_FILTER = "detect_secrets.filters.allowlist.is_line_allowlisted"
MAX_MEMORY = 2 * 1024**3  # bytes; the YAML reader of detect-secrets expands aliases without limit
MIN_PIECE_LENGTH = 6
WINDOW = 1024  # characters of a line that are scanned again, so that the time for a minified file is not quadratic
MAX_RESCANNED = 1024**2  # characters of one line, in total
# For these, `password = get("name")` is no finding. A token in a provider's format is one in a call as well.
HEURISTIC_PLUGINS = (KeywordDetector, HighEntropyStringsPlugin)
_WORDS = re.compile(r"[A-Za-z_-]+")
_BEFORE_VALUE = re.compile(r"[\"'`=:>]\s*\Z")
MAX_BRACKETS = 3  # that it takes for a part of the value
# Formats of a fixed length, which these plugins find in the middle of longer words as well.
WHOLE_WORDS = frozenset({"AWS Access Key", "Discord Bot Token", "Mailchimp Access Key", "Telegram Bot Token", "Twilio API Key"})
_ESCAPE = re.compile(r"\\[nrtbf]\Z|%[0-9A-F]{2}\Z")
# A filter takes the brackets of our own comment for an index (`token[0]`), and would drop the secret before them.
IGNORE_COMMENT = re.compile(r"scangate\s*:\s*ignore", re.IGNORECASE)


class _FileTimeoutError(BaseException):
    """A file exceeded its time limit; not an Exception, so that no plugin catches it."""


def main(job_file: str) -> None:
    """Runs the job and prints the result."""
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    signal.signal(signal.SIGALRM, _on_alarm)
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY if most == resource.RLIM_INFINITY else min(MAX_MEMORY, most), most))
    with default_settings() as settings:
        settings.disable_filters(ALLOWLIST_FILTER)
        output = Output({file.name: _scan_file(file, job.seconds) for file in job.files})
    sys.stdout.buffer.write(msgspec.json.encode(output))


def _on_alarm(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise _FileTimeoutError


def _scan_file(file: JobFile, seconds: int) -> FileResult:
    text = ScannedText(file.path, file.content_type, decode(Path(file.name).read_bytes())[0])
    signal.alarm(seconds)
    try:
        found = list(_find_secrets(file.name, text.text)) if file.reported is None else []
        searched = list(find_secrets(text)) if file.reported is None else []
        found = _place_as_searched(text, found, searched)
        reported = (_reported_detection(text, each) for each in file.reported or ())
        detections = [*(_detection(text, secret) for secret in found), *searched, *reported]
        secrets = list(assess(text, detections))
    except _FileTimeoutError:
        return FileResult(timeout=True)
    except RecursionError:
        return FileResult(too_deep=True)
    except Exception as error:  # noqa: BLE001 -- a plugin that fails on one file makes a gap of it
        return FileResult(error=type(error).__name__)
    finally:
        signal.alarm(0)
    allowlisted = {secret.spans[0] for secret in found if secret.allowlisted}
    titles = {**{slugify(secret.type): secret.type for secret in found}, **TITLES}
    titles |= {each.rule: each.title for each in file.reported or ()}
    others = _plugin_rules() if file.reported is None else titles
    is_allowlisted = functools.cache(functools.partial(_is_allowlisted, text))  # a line may have thousands
    return FileResult(
        tuple(
            FoundSecret(
                secret,
                titles[secret.rule],
                not allowlisted.isdisjoint(secret.parts) or is_allowlisted(secret.parts[0][0]),
                is_own_rule=secret.rule not in others,
            )
            for secret in secrets
        )
    )


def _is_allowlisted(text: ScannedText, line: int) -> bool:
    return is_line_allowlisted(text.path, text.lines[line - 1].rstrip(), get_code_snippet(text.lines, line))


class _Secret(NamedTuple):
    """A secret that a plugin found; ``allowlisted`` by a comment."""

    type: str
    line: int
    value: str
    allowlisted: bool
    spans: tuple[Part, ...]


def _place_as_searched(text: ScannedText, found: list[_Secret], searched: list[Detection]) -> list[_Secret]:
    """The found secrets, each first where a detector of ours has it. A plugin gives a value without its column, and the first of
    several equal words of a line may be the user name: without this, one secret would be two findings."""
    starts = {each.start for each in searched}
    return [
        secret._replace(spans=tuple(sorted(secret.spans, key=lambda part: _place_rank(text, secret, part, starts))))
        if len(secret.spans) > 1
        else secret
        for secret in found
    ]


def _place_rank(text: ScannedText, secret: _Secret, part: Part, starts: set[int]) -> bool:
    """False, which sorts first, for a place of all the value in the secret's line that is one of ``starts``."""
    line, first, last = part
    start, end = text.offset(line, first), text.offset(line, last)
    return not (line == secret.line and start in starts and text.text[start:end] == secret.value)


def _detection(text: ScannedText, secret: _Secret) -> Detection:
    (start, end), *more = [(text.offset(line, first), text.offset(line, last)) for line, first, last in secret.spans]
    secret_class = CLASSES.get(secret.type, SecretClass.TOKEN)
    if secret.type in WHOLE_WORDS and _is_in_longer_word(text.text[max(start - 1, 0) : end], secret.value):
        secret_class = SecretClass.RANDOM
    value, name = secret.value, ""
    if secret_class is SecretClass.TOKEN:
        value = text.text[start:end]  # of some tokens it reports the first letters only
    elif (entry := text.entry_at(start)) is not None and _is_all_of(entry, start, end, text):
        start, end, value, name = entry.start, entry.end, entry.value, entry.key
    return Detection(
        start=start,
        end=end,
        rule=slugify(secret.type),
        secret_class=secret_class,
        value=value,
        name=name,
        more=tuple(more),
        is_foreign=True,
    )


def _is_all_of(entry: ScalarEntry, start: int, end: int, text: ScannedText) -> bool:
    """Whether a range is a scalar of one line, but for a quote before it and the brackets after it."""
    is_near = abs(start - entry.start) <= 1 and -1 <= end - entry.end <= MAX_BRACKETS
    return is_near and "\n" not in text.text[entry.start : entry.end]


def _is_in_longer_word(written: str, value: str) -> bool:
    """Whether a letter or a digit is right before or after the value, but an escape."""
    before, found, after = written.partition(value)
    return bool(found) and (after[:1].isalnum() or (before[-1:].isalnum() and not _ESCAPE.search(before)))


def _reported_detection(text: ScannedText, each: ReportedSecret) -> Detection:
    value = text.text[each.start : each.end]
    return Detection(start=each.start, end=each.end, rule=each.rule, secret_class=each.secret_class, value=value, is_foreign=True)


def _find_secrets(name: str, text: str) -> Iterator[_Secret]:
    """As ``scan_file`` in detect_secrets/core/scan.py, without its checks of the file name."""
    lines = split_lines(text)
    found = list(_scan_texts(name, lines, texts_of(name, text)))
    yield from found
    if all(secret.allowlisted for secret in found):  # as in detect-secrets, which ignores those and scans a second time
        yield from _scan_texts(name, lines, eager_texts_of(name, text))


def _scan_texts(name: str, lines: list[str], texts: list[SecretText]) -> Iterator[_Secret]:
    """The secrets that a plugin finds in ``texts`` and no filter drops; filters are called only if a plugin finds one."""
    of_line = [check for check in get_filters() if check.injectable_variables == {"line"}]
    of_secret = [(check, check.injectable_variables) for check in get_filters() if "secret" in check.injectable_variables]
    bare = [text.text.rstrip() for text in texts]
    for index, plugins in _prefilter().candidates(bare):
        line, number = bare[index], texts[index].line
        found: list[tuple[Any, PotentialSecret]] = [
            (plugin, secret) for plugin in plugins for secret in _scan_line(plugin, name, line, number)
        ]
        if not found:
            continue
        code = IGNORE_COMMENT.split(line, maxsplit=1)[0]
        if any(check(line=code) for check in of_line):
            found = [(plugin, secret) for plugin, secret in found if not isinstance(plugin, HEURISTIC_PLUGINS)]
        context = get_code_snippet(lines, number)
        allowlisted = is_line_allowlisted(name, line, context)
        for plugin, secret in found:
            facts = {"secret": secret.secret_value, "line": code, "plugin": plugin, "filename": name, "context": context}
            if not any(check(**{key: facts[key] for key in wants}) for check, wants in of_secret):
                value = secret.secret_value or ""
                line_of_value, spans = _locate_value(lines, texts[index], value)
                yield _Secret(secret.type, line_of_value, value, allowlisted, spans)


def _scan_line(plugin: Any, name: str, line: str, number: int) -> Iterator[PotentialSecret]:
    """All secrets that a plugin finds in a line. The keyword detector stops at the first, so it is run again on the rest: a secret
    must not hide behind one that is known, allowlisted or a false positive."""
    known: set[PotentialSecret] = plugin.analyze_line(filename=name, line=line, line_number=number)
    yield from known
    at = _first_value_end(known, line) if isinstance(plugin, KeywordDetector) else 0
    scanned = 0
    while 0 < at < len(line) and scanned < MAX_RESCANNED:
        piece = line[at : at + WINDOW]
        found: set[PotentialSecret] = (
            plugin.analyze_line(filename=name, line=piece, line_number=number) if has_keyword(piece) else set()
        )
        yield from found - known
        known |= found
        scanned += len(piece)
        at += _first_value_end(found, piece) or WINDOW // 2


def _first_value_end(found: set[PotentialSecret], text: str) -> int:
    """The end of the first found value in a text; 0 if there is none."""
    values = [secret.secret_value for secret in found if secret.secret_value]
    return min((text.find(value) + len(value) for value in values), default=0)


@functools.cache
def _plugin_rules() -> frozenset[str]:
    """The rules of detect-secrets."""
    return frozenset(slugify(plugin.secret_type) for plugin in get_plugins())


@functools.cache
def _prefilter() -> LinePrefilter:
    return LinePrefilter(get_plugins())


def _locate_value(lines: list[str], text: SecretText, value: str) -> tuple[int, tuple[Part, ...]]:
    """The line of a secret; and line and columns (from 1, end excluded) of it there, and of all that is the same in its text.

    A value that the file writes differently (with escapes, or over several lines) is in the line of its first piece; its spans
    are all parts of the text, and it and its pieces anywhere in the file.
    """
    for written in dict.fromkeys((value, value.replace('\\"', '"'))):
        if spans := list(dict.fromkeys(span for part in text.parts for span in _occurrences(lines, part, written))):
            if _WORDS.fullmatch(written):  # one with digits is masked wherever it occurs
                spans = [span for span in spans if _is_value(lines, span, written)] or spans
                return spans[0][0], tuple(spans)
            line = spans[0][0]
            rest = _occurrences(lines, (line, 0, len(lines[line - 1])), written)
            return line, tuple(dict.fromkeys([*spans, *rest]))
    pieces = [value, *(piece for piece in value.split() if len(piece) >= MIN_PIECE_LENGTH)]
    parts = [(number, start + 1, end + 1) for number, start, end in text.parts]
    everywhere = [(number, 0, len(line)) for number, line in enumerate(lines, start=1)]
    elsewhere = {span for piece in pieces for part in everywhere for span in _occurrences(lines, part, piece)}
    first = next((part for piece in pieces for part in text.parts for _ in _occurrences(lines, part, piece)), text.parts[0])
    parts.sort(key=lambda part: part[0] != first[0])
    return first[0], tuple(dict.fromkeys([*parts, *sorted(elsewhere)]))


def _is_value(lines: list[str], span: Part, word: str) -> bool:
    """Whether a word is all of its place and has a quote or a sign of assignment before it: the others are keys and names."""
    number, start, end = span
    return end - start == len(word) and _BEFORE_VALUE.search(lines[number - 1][max(start - 8, 0) : start - 1]) is not None


def _occurrences(lines: list[str], part: Part, value: str) -> Iterator[Part]:
    number, start, stop = part
    text = lines[number - 1]
    at = text.find(value, start, stop) if value else -1
    while at >= 0:
        first, end = _expand_to_word(text, at, at + len(value))
        yield (number, first + 1, end + 1)
        at = text.find(value, end, stop)


def _expand_to_word(text: str, start: int, end: int) -> tuple[int, int]:
    """The whole word that contains a value: detect-secrets reports only the first three letters of a GitHub token."""
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_-"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in "_-"):
        end += 1
    return start, end


if __name__ == "__main__":
    main(sys.argv[1])
