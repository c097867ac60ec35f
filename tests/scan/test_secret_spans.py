"""No secret is left at its position, however its spans overlap; those that overlap a region are found with few comparisons."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.model import Span
from scangate.scan import secret_spans
from scangate.scan.secret_spans import MaskedText, SpanIndex
from scangate.source_text import decode, split_lines


def mask_spans(lines: Sequence[str], spans: Iterable[Span]) -> list[str]:
    return MaskedText(lines, spans).lines


BEGIN, END = "-----BEGIN " + "RSA PRIVATE KEY-----", "-----END " + "RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("lines", "spans", "expected"),
    [
        (["abcdef"], [Span(1, 1, 1, 4)], ["***def"]),
        (["abcdef"], [Span(1, 4, 1, 7)], ["abc***"]),
        (["abcdef"], [Span(1, 1, 1, 7)], ["***"]),
        (["abcdef"], [Span(1, 2, 1, 3), Span(1, 5, 1, 6)], ["a***cd***f"]),
        (["abcdefghij"], [Span(1, 2, 1, 6), Span(1, 4, 1, 8)], ["a***hij"]),
        (["abcdefghij"], [Span(1, 2, 1, 9), Span(1, 4, 1, 5)], ["a***ij"]),
        (["abcdefghij"], [Span(1, 2, 1, 4), Span(1, 4, 1, 6)], ["a***fghij"]),
        (["ab", "cd", "ef"], [Span(1, 2, 3, 2)], ["a***", "***", "***f"]),
        (["ab", "cd", "ef"], [Span(1, 2, 2, 2), Span(2, 1, 3, 2)], ["a***", "***", "***f"]),
        (["ab", "cd"], [Span(1, 2, 9, 9)], ["a***", "***"]),
        (["ab", "cd"], [Span(7, 1, 9, 9)], ["ab", "cd"]),
        (["ab"], [Span(1, 1, 1, 99)], ["***"]),
        (["ab"], [Span(1, 50, 1, 99)], ["ab***"]),
        (["ab"], [Span(1, 2, 1, 1)], ["a***b"]),
        (["", ""], [Span(1, 1, 2, 1)], ["***", "***"]),
    ],
)
def test_spans_are_taken_out(lines: list[str], spans: list[Span], expected: list[str]) -> None:
    assert mask_spans(lines, spans) == expected


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{BEGIN}\nMIIabc\ndef==\n{END}\nx", [f"{BEGIN}***", "***", "***", f"***{END}", "x"]),
        (f"a\n{BEGIN}\nMIIabc", ["a", f"{BEGIN}***", "***"]),
        (f'k = "{BEGIN}\\nMII\\n{END}"', [f'k = "{BEGIN}***{END}"']),
        (f"{END} {BEGIN} MII", [f"{END} {BEGIN}***"]),
        (f"{BEGIN}A{END} {BEGIN}B{END}", [f"{BEGIN}***{END} {BEGIN}***{END}"]),
        (f"{BEGIN}A{END} {BEGIN}\nB\n{END}", [f"{BEGIN}***{END} {BEGIN}***", "***", f"***{END}"]),
    ],
)
def test_private_keys_are_redacted_everywhere(text: str, left: list[str]) -> None:
    assert mask_spans(text.split("\n"), ()) == left


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_and_encoding(encoding: str, end: str) -> None:
    data = f"a{end}key = Zsecret7{end}b{end}".encode(encoding)
    assert mask_spans(split_lines(decode(data)[0]), [Span(2, 7, 2, 15)]) == ["a", "key = ***", "b", ""]


WORDS = st.text(string.ascii_letters + string.digits, min_size=6, max_size=12)


@given(st.lists(st.tuples(WORDS, st.integers(0, 3), st.integers(0, 4)), min_size=1, max_size=8), st.data())
def test_no_secret_stays_in_its_place(parts: list[tuple[str, int, int]], data: st.DataObject) -> None:
    """Secrets at random places, spans in any order and some given twice or wider: none is left, other lines are untouched."""
    lines = ["<>" * 3 for _ in range(4)]
    spans = []
    for value, row, gap in parts:
        lines[row] += "<" * gap
        spans.append(Span(row + 1, len(lines[row]) + 1, row + 1, len(lines[row]) + 1 + len(value)))
        lines[row] += value
    wider = [Span(span.line, max(span.column - 2, 1), span.end_line, span.end_column + 1) for span in spans]
    clean = mask_spans(lines, data.draw(st.permutations([*spans, *data.draw(st.lists(st.sampled_from([*spans, *wider])))])))
    assert len(clean) == len(lines)
    assert not [value for value, row, _ in parts if value in clean[row]]
    assert set("".join(clean)) <= set("<>*")


SMALL = st.integers(1, 6)
SPANS = st.builds(lambda line, column, more, end: Span(line, column, line + more, end), SMALL, SMALL, st.integers(0, 2), SMALL)


def shares_text(span: Span, other: Span) -> bool:
    """Written out: a common line, or a common character if both are on one line."""
    if span.line == span.end_line == other.line == other.end_line:
        return span.column < other.end_column and other.column < span.end_column
    return bool(set(range(span.line, span.end_line + 1)) & set(range(other.line, other.end_line + 1)))


@given(st.lists(SPANS, max_size=12), SPANS)
def test_an_index_finds_exactly_the_overlapping_spans_in_order(spans: list[Span], region: Span) -> None:
    assert list(SpanIndex(spans).overlapping(region)) == [span for span in sorted(spans) if shares_text(span, region)]


@pytest.mark.parametrize("one_line", [True, False])
def test_finding_each_of_many_spans_compares_few(one_line: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    real = secret_spans._overlaps

    def count(span: Span, other: Span) -> bool:
        nonlocal compared
        compared += 1
        return real(span, other)

    monkeypatch.setattr(secret_spans, "_overlaps", count)
    spans = [Span(1, 10 * n + 1, 1, 10 * n + 5) if one_line else Span(n + 1, 3, n + 1, 9) for n in range(2000)]
    index = SpanIndex(spans)
    assert [next(index.overlapping(span)) for span in spans] == spans
    assert compared <= 2 * len(spans)
