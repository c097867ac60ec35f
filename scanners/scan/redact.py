"""Takes secrets out of text before anything else sees it; it keeps where a secret stood, never what it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from scanners.model import Span

__all__ = ["MASK", "key_name", "mask_suspicious", "scrub", "take_out", "values"]

MASK = "***"
SHORTEST_VALUE = 6

_KEY_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----")

_NAME = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|credentials?|authorization|bearer|signature)"
)
_ASSIGNED = re.compile(rf"(?i)(\b[\w.-]*{_NAME}[\w.-]*[\"'`\]]*\s*(?:=>|:=|==|!=|=|:)\s*[bruf]{{0,2}})([\"'`]?)([^\s\"'`,;]{{3,}})")
_FLAG = re.compile(rf"(?i)((?:--[\w-]*{_NAME}[\w-]*|^\s*(?:ENV|ARG)\s+\w*{_NAME}\w*)[\s=]+)([^\s\"'`]+)")
_IN_URL = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)([^\s/@]+)(?=@)")
_TOKEN = re.compile(r"[A-Za-z0-9+=_-]{16,}")
_QUOTED = re.compile(r"(?P<quote>[\"'`])(?P<value>[^\"'`\s]{6,})(?P=quote)")


def take_out(lines: Sequence[str], spans: Iterable[Span]) -> list[str]:
    """``lines`` with every span replaced by MASK; the number of lines stays. Private keys are taken out wherever they stand."""
    clean = list(lines)
    for span in sorted({*spans, *_private_keys(lines)}, reverse=True):
        last = min(span.end_line, len(clean))
        if span.line > len(clean):
            continue
        head, tail = clean[span.line - 1][: span.column - 1], clean[last - 1][max(span.end_column - 1, 0) :]
        if span.line == last:
            clean[span.line - 1] = head + MASK + tail
            continue
        clean[span.line - 1] = head + MASK
        clean[span.line : last - 1] = [MASK] * (last - 1 - span.line)
        clean[last - 1] = MASK + tail
    return clean


def values(lines: Sequence[str], spans: Iterable[Span]) -> Iterator[str]:
    """What stands in the spans, line by line: for ``scrub`` alone, and only while the run lasts. Common words are not given."""
    for span in {*spans, *_private_keys(lines)}:
        for number in range(span.line, min(span.end_line, len(lines)) + 1):
            line = lines[number - 1]
            start = span.column - 1 if number == span.line else 0
            end = span.end_column - 1 if number == span.end_line else len(line)
            value = line[start:end].strip().strip("\"'`")
            if len(value) >= SHORTEST_VALUE and not (value.isalpha() and (value.islower() or value.isupper())):
                yield value


def scrub(text: str, secrets: Iterable[str]) -> str:
    """``text`` with every one of ``secrets`` replaced by MASK, longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def mask_suspicious(text: str) -> str:
    """``text`` without what looks like a secret: the second net, for what no scanner has named as one."""
    text = _KEY_BEGIN.sub(MASK, text)
    text = _IN_URL.sub(rf"\1{MASK}", text)
    text = _FLAG.sub(rf"\1{MASK}", text)
    text = _ASSIGNED.sub(rf"\1\2{MASK}", text)
    text = _QUOTED.sub(lambda match: f"{match['quote']}{MASK}{match['quote']}" if _looks_random(match["value"]) else match[0], text)
    return _TOKEN.sub(lambda match: MASK if _looks_random(match[0]) else match[0], text)


def key_name(line: str) -> str:
    """The name to which a line assigns (``db_password`` in ``db_password: ***``), or an empty string: a secret's identity."""
    before = line.partition(MASK)[0].rstrip(" \t\"'`({[bruf")
    match = re.search(r"([\w.-]+)[\"'`\]]*\s*(?:=>|:=|[:=(,\s])*$", before)
    return match[1] if match else ""


def _private_keys(lines: Sequence[str]) -> Iterator[Span]:
    start: tuple[int, int] | None = None
    for number, line in enumerate(lines, start=1):
        if start is None and (begin := _KEY_BEGIN.search(line)):
            start = (number, begin.end() + 1)
        if start is not None and (end := _KEY_END.search(line)):
            yield Span(start[0], start[1], number, end.start() + 1)
            start = None
    if start is not None:
        yield Span(start[0], start[1], len(lines), len(lines[-1]) + 1)


def _looks_random(value: str) -> bool:
    digits = sum(letter.isdigit() for letter in value)
    letters = sum(letter.isalpha() for letter in value)
    mixed = value.upper() != value and value.lower() != value
    return letters >= 3 and (digits >= 3 or (digits >= 1 and mixed and len(value) >= 12))
