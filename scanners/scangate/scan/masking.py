"""Masks secrets in text; it stores where a secret is, never what it is."""

from __future__ import annotations

import math
import re
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice

from scangate.model import Span

MASK = "***"
MIN_SECRET_LENGTH = 6
COMMON_WORDS = {"password", "passphrase", "passwd", "secret", "secrets", "token", "tokens", "credential", "credentials", "username"}
"""Placeholders, which also occur in names of files and functions: masking them everywhere would hide nothing else."""

_KEY_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----")

# Every repetition below is possessive, atomic or bounded, so that matching is linear for hostile lines too.
_NAME = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|credentials?|authorization|bearer|signature)"
)
_ASSIGNED = re.compile(
    rf"(?i)((?<![\w.-])(?>[\w.-]*?{_NAME})[\w.-]*+[\"'`\]]*+\s*+(?:=>|:=|==|!=|=|:)\s*+[bruf]{{0,2}})([\"'`]?)([^\s\"'`,;]{{3,}})"
)
_FLAG = re.compile(rf"(?i)((?:(?<![\w-])--(?>[\w-]*?{_NAME})[\w-]*+|^\s*+(?:ENV|ARG)\s++(?>\w*?{_NAME})\w*+)[\s=]++)([^\s\"'`]+)")
_IN_URL = re.compile(r"((?<![a-z0-9+.-])[a-z0-9+.-]++://[^\s/:@]*+:)([^\s/@]++)(?=@)")
_TOKEN = re.compile(r"[A-Za-z0-9+=_-]{16,}")
_LONG_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{32,}")  # base64 has slashes, like paths
_KEY_BLOCK = re.compile(rf"{_KEY_BEGIN.pattern}(?s:.*?)(?:{_KEY_END.pattern}|\Z)")
# Recognisable without a scanner: GitHub, AWS, Slack, Stripe, JSON web tokens.
_PROVIDER_TOKEN = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|(?:AKIA|ASIA)[A-Z0-9]{16}|xox[a-z]-[\w-]{10,}|[sr]k_(?:live|test)_\w{16,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?"
)
_QUOTED = re.compile(r"(?P<quote>[\"'`])(?P<value>[^\"'`\s]{6,}+)(?P=quote)")
_ASSIGNED_NAME = re.compile(r"(?<![\w.-])([\w.-]++)[\"'`\]]*+[=>:(,\s]*+\Z")
_OPENING_QUOTE = re.compile(r"\A(?:[bBrRuUfF]{0,2}[\"'`]+)?")
MAX_NAME_LENGTH = 200


class MaskedText:
    """The text of a file with its secrets and private keys masked; positions are those of the original text."""

    def __init__(self, lines: Sequence[str], spans: Iterable[Span] = ()) -> None:
        self._lines = lines
        self._ranges: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, start, end in _secret_ranges(lines, spans):
            self._ranges[number].append((start, end))
        self.lines = list(lines)
        for number, ranges in self._ranges.items():
            self.lines[number - 1] = _mask_ranges(lines[number - 1], sorted(ranges))

    def lines_in(self, region: Span) -> list[str]:
        """The masked text of ``region``, line by line; a secret that is partly in it is masked completely."""
        return [self._part(number, start, end) for number, start, end in sorted(_line_ranges(self._lines, [region]))]

    def _part(self, number: int, start: int, end: int) -> str:
        cuts = [(max(cut[0], start), min(cut[1], end)) for cut in self._ranges.get(number, ()) if cut[0] < end and start < cut[1]]
        return _mask_ranges(self._lines[number - 1][start:end], sorted((first - start, last - start) for first, last in cuts))


def _mask_ranges(line: str, ranges: Iterable[tuple[int, int]]) -> str:
    """``line`` with each of the sorted ranges replaced by MASK; adjacent and overlapping ranges become one."""
    parts: list[str] = []
    at, masked = 0, False
    for start, end in ranges:
        if start > at or not masked:
            parts += [line[at:start], MASK]
        at, masked = max(at, end), True
    return "".join([*parts, line[at:]])


def secret_values(lines: Sequence[str], spans: Iterable[Span]) -> Iterator[str]:
    """The values in the spans, without common words: for `SecretValues` only, while the run lasts."""
    for _, value in secret_values_by_line(lines, spans):
        if not (value.isalpha() and (value.islower() or value.isupper() or value.lower() in COMMON_WORDS)):
            yield value


def secret_values_by_line(lines: Sequence[str], spans: Iterable[Span]) -> Iterator[tuple[int, str]]:
    """The values in the spans with their lines, common words included: for messages about that line."""
    for number, start, end in _secret_ranges(lines, spans):
        value = lines[number - 1][start:end].strip().strip("\"'`")
        if len(value) >= MIN_SECRET_LENGTH:
            yield number, value


class SpanIndex:
    """Spans in order, to find those that overlap a region without comparing all of them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans)
        self._furthest_ends = list(accumulate(map(_end_of, self._spans), max))

    def overlapping(self, region: Span) -> Iterator[Span]:
        """The spans that share a line with ``region`` or, if both are on one line, a character; in order."""
        start = (region.line, region.column if region.line == region.end_line else -1)
        for span in islice(self._spans, bisect_right(self._furthest_ends, start), None):
            if span.line > region.end_line:
                return
            if _overlaps(span, region):
                yield span


class SecretLookup:
    """Finds the values of the secrets in a file by their region; for digests only, while the run lasts."""

    def __init__(self, lines: Sequence[str], spans: Iterable[Span]) -> None:
        self._lines = lines
        self._spans = SpanIndex(spans)
        self._keys = SpanIndex(_private_key_spans(lines))

    def value_at(self, region: Span) -> str:
        """The text of all spans in ``region``, and of the private keys on its lines.

        Without any, all text without white space: then any change makes another secret.
        """
        lines = self._lines
        whole_lines = Span(region.line, 0, region.end_line, sys.maxsize)
        here = {*self._spans.overlapping(region), *self._keys.overlapping(whole_lines)}
        pieces = [lines[number - 1][start:end] for number, start, end in _merge_overlapping(sorted(set(_line_ranges(lines, here))))]
        if not pieces:
            pieces = ["".join(line.split()) for line in lines[region.line - 1 : region.end_line]]
        return "\n".join(filter(None, (_OPENING_QUOTE.sub("", piece.strip()).rstrip("\"'`") for piece in pieces)))


def _end_of(span: Span) -> tuple[int, float]:
    return (span.line, span.end_column) if span.line == span.end_line else (max(span.line, span.end_line), math.inf)


def _overlaps(span: Span, other: Span) -> bool:
    """Whether two spans share a line or, if both are on one line, a character."""
    if not (span.line <= other.end_line and other.line <= max(span.end_line, span.line)):
        return False
    if other.line != other.end_line or (span.line, span.end_line) != (other.line, other.line):
        return True
    return span.column < other.end_column and other.column < span.end_column


def _merge_overlapping(pieces: Iterable[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Sorted pieces with overlapping ones merged: scanners may report a part of a secret and all of it."""
    merged: list[tuple[int, int, int]] = []
    for number, start, end in pieces:
        if merged and merged[-1][0] == number and start < merged[-1][2]:
            merged[-1] = (number, merged[-1][1], max(merged[-1][2], end))
        else:
            merged.append((number, start, end))
    return merged


def _secret_ranges(lines: Sequence[str], spans: Iterable[Span]) -> Iterator[tuple[int, int, int]]:
    """The spans and private keys as (line from 1, start from 0, end) within one line each, clipped to the text."""
    yield from _line_ranges(lines, {*spans, *_private_key_spans(lines)})


def _line_ranges(lines: Sequence[str], spans: Iterable[Span]) -> Iterator[tuple[int, int, int]]:
    for span in spans:
        for number in range(max(span.line, 1), min(max(span.end_line, span.line), len(lines)) + 1):
            length = len(lines[number - 1])
            start = min(max(span.column - 1, 0), length) if number == span.line else 0
            end = min(max(span.end_column - 1, start), length) if number == span.end_line else length
            yield number, start, end


class SecretValues:
    """Masks known secret values in text; the time depends on the length of the text, not on the number of secrets.

    ``masked_values`` are those that were found.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self.masked_values: set[str] = set()
        self._texts_without_secrets: set[str] = set()
        self._by_prefix: defaultdict[str, set[str]] = defaultdict(set)
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Adds secrets of at least MIN_SECRET_LENGTH characters."""
        self._texts_without_secrets.clear()
        for secret in secrets:
            self._by_prefix[secret[:MIN_SECRET_LENGTH]].add(secret)

    def mask(self, text: str) -> str:
        """``text`` with MASK in place of every secret, overlapping ones included."""
        if not self._by_prefix or text in self._texts_without_secrets:
            return text
        found = [
            (at, secret)
            for at in range(len(text) - MIN_SECRET_LENGTH + 1)
            for secret in self._by_prefix.get(text[at : at + MIN_SECRET_LENGTH], ())
            if text.startswith(secret, at)
        ]
        if not found:
            self._texts_without_secrets.add(text)  # rules, titles and most messages occur many times
            return text
        self.masked_values.update(secret for _, secret in found)
        return _mask_ranges(text, sorted((at, at + len(secret)) for at, secret in found))


def mask_suspicious(text: str) -> str:
    """``text`` without anything that looks like a secret, whether a scanner reported it or not."""
    text = mask_tokens(_KEY_BLOCK.sub(MASK, text))
    text = _IN_URL.sub(rf"\1{MASK}", text)
    text = _FLAG.sub(rf"\1{MASK}", text)
    text = _ASSIGNED.sub(rf"\1\2{MASK}", text)
    text = _QUOTED.sub(lambda match: f"{match['quote']}{MASK}{match['quote']}" if _looks_random(match["value"]) else match[0], text)
    text = _LONG_TOKEN.sub(lambda match: MASK if _looks_random(match[0]) and not _looks_like_path(match[0]) else match[0], text)
    return _TOKEN.sub(lambda match: MASK if _looks_random(match[0]) else match[0], text)


def mask_tokens(text: str) -> str:
    """``text`` without tokens that are recognisable by their form alone; names of ordinary files stay."""
    return _PROVIDER_TOKEN.sub(MASK, text)


def _looks_like_path(value: str) -> bool:
    return any(len(step) >= 3 and step.isalpha() and step.islower() for step in value.split("/"))


def assigned_name(line: str) -> str:
    """The name that a line assigns the masked secret to (``db_password`` in ``db_password: ***``), or an empty string."""
    before = line.partition(MASK)[0][-MAX_NAME_LENGTH:].rstrip(" \t\"'`({[bruf")
    match = _ASSIGNED_NAME.search(before)
    return match[1] if match else ""


def _private_key_spans(lines: Sequence[str]) -> Iterator[Span]:
    start: tuple[int, int] | None = None
    for number, line in enumerate(lines, start=1):
        at = 0
        while True:
            mark = (_KEY_BEGIN if start is None else _KEY_END).search(line, at)
            if mark is None:
                break
            at = mark.end()
            if start is None:
                start = (number, at + 1)
            else:
                yield Span(start[0], start[1], number, mark.start() + 1)
                start = None
    if start is not None:
        yield Span(start[0], start[1], len(lines), len(lines[-1]) + 1)


def _looks_random(value: str) -> bool:
    digits = sum(letter.isdigit() for letter in value)
    letters = sum(letter.isalpha() for letter in value)
    mixed = value.upper() != value and value.lower() != value
    return letters >= 3 and (digits >= 3 or (digits >= 1 and mixed and len(value) >= 12))
