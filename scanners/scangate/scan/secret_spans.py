"""Masks the secrets of a file by their spans, and finds their values by them; it stores where a secret is, never what it is."""

from __future__ import annotations

import math
import re
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from scangate.model import Secret, SecretWeight, Span
from scangate.scan.literals import private_key_spans
from scangate.scan.masking import NOT_IN_WORD, mask_ranges
from scangate.scan.secret_values import MIN_INNER_LENGTH, is_unguessable

_OPENING_QUOTE = re.compile(r"\A(?:[bBrRuUfF]{0,2}[\"'`]+)?")
_ESCAPED_LINE_END = re.compile(r"(?:\\[nr])+")


class MaskedText:
    """The text of a file with its secrets and private keys masked; positions are those of the original text."""

    def __init__(self, lines: Sequence[str], spans: Iterable[Span] = ()) -> None:
        self._lines = lines
        self._ranges: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, start, end in _secret_ranges(lines, spans):
            self._ranges[number].append((start, end))
        self.lines = list(lines)
        for number, ranges in self._ranges.items():
            self.lines[number - 1] = mask_ranges(lines[number - 1], sorted(ranges))

    def lines_in(self, region: Span) -> list[str]:
        """The masked text of ``region``, line by line; a secret that is partly in it is masked completely."""
        return [self._part(number, start, end) for number, start, end in sorted(_line_ranges(self._lines, [region]))]

    def _part(self, number: int, start: int, end: int) -> str:
        cuts = [(max(cut[0], start), min(cut[1], end)) for cut in self._ranges.get(number, ()) if cut[0] < end and start < cut[1]]
        return mask_ranges(self._lines[number - 1][start:end], sorted((first - start, last - start) for first, last in cuts))


def spans_of(secrets: Iterable[Secret]) -> Iterator[Span]:
    """The spans of all ``secrets``."""
    return (span for secret in secrets for span in secret.spans)


def strong_values(lines: Sequence[str], secrets: Iterable[Secret]) -> Iterator[str]:
    """The values of the strong secrets, for `SecretValues` only, while the run lasts.

    Of a key that is each line, of a value that is put together each piece and all of it, and of any value what cannot be a word.
    """
    for secret in secrets:
        if secret.weight is SecretWeight.STRONG:
            pieces = [lines[number - 1][start:end] for number, start, end in sorted(_line_ranges(lines, secret.spans))]
            for piece in pieces:
                yield piece.strip()
                if "\\n" in piece:  # a key on one line
                    yield from (part for part in _ESCAPED_LINE_END.split(piece) if len(part) >= MIN_INNER_LENGTH)
                yield from filter(is_unguessable, NOT_IN_WORD.split(piece))  # may be quoted alone
            if len(secret.spans) > 1:
                yield "".join(pieces)


def values_by_line(lines: Sequence[str], secrets: Iterable[Secret]) -> Iterator[tuple[int, str]]:
    """The values of all secrets with their lines: for messages about that line."""
    for number, start, end in _line_ranges(lines, spans_of(secrets)):
        yield number, lines[number - 1][start:end].strip()


class SpanIndex:
    """Spans in order, to find those that overlap a region without comparing all of them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans)
        self._furthest_ends = list(accumulate(map(_end_of, self._spans), max))

    def overlapping(self, region: Span) -> Iterator[Span]:
        """The spans that share a line with ``region`` or, if both are on one line, a character; in order."""
        start = (region.line, region.column if region.line == region.end_line else -1)
        for index in range(bisect_right(self._furthest_ends, start), len(self._spans)):
            span = self._spans[index]
            if span.line > region.end_line:
                return
            if _overlaps(span, region):
                yield span


class SecretLookup:
    """Finds the values of the secrets in a file by their region; for digests only, while the run lasts."""

    def __init__(self, lines: Sequence[str], spans: Iterable[Span]) -> None:
        self._lines = lines
        self._spans = SpanIndex(spans)
        self._keys = SpanIndex(private_key_spans(lines))

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
    yield from _line_ranges(lines, {*spans, *private_key_spans(lines)})


def _line_ranges(lines: Sequence[str], spans: Iterable[Span]) -> Iterator[tuple[int, int, int]]:
    for span in spans:
        for number in range(max(span.line, 1), min(max(span.end_line, span.line), len(lines)) + 1):
            length = len(lines[number - 1])
            start = min(max(span.column - 1, 0), length) if number == span.line else 0
            end = min(max(span.end_column - 1, start), length) if number == span.end_line else length
            yield number, start, end
