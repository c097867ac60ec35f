"""Bytes become text the same way everywhere, and what a tool counts in bytes becomes characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.source_text import character_position, decode, split_lines

TEXT = "key = 'value'\nähnlich\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_text_in_any_common_encoding_is_read(encoding: str) -> None:
    assert decode(TEXT.encode(encoding))[0] == TEXT


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf_16_that_is_cut_off_is_still_read(mark: bytes) -> None:
    encoding = "utf-16-le" if mark == b"\xff\xfe" else "utf-16-be"
    assert "key = 'value'" in decode(mark + TEXT.encode(encoding) + b"\x00")[0]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0", b"\xff", b"\xef\xbb\xbf\xff key"])
def test_scraps_are_text(data: bytes) -> None:
    assert split_lines(decode(data)[0])


@given(st.binary())
def test_any_bytes_are_text_and_ascii_stays_where_it_is(data: bytes) -> None:
    text, encoding = decode(data)
    assert encoding
    if not encoding.startswith("utf-16") and not encoding.startswith("utf-32"):
        assert [sign for sign in text if sign.isascii()] == [chr(byte) for byte in data if byte < 128]


def test_lines_end_as_editors_say() -> None:
    assert split_lines("a\nb\r\nc\rd") == ["a", "b", "c", "d"]
    assert split_lines("a\x0cb\x0bc\u2028d\x85e\x1cf") == ["a\x0cb\x0bc\u2028d\x85e\x1cf"]
    assert split_lines("") == [""]


@pytest.mark.parametrize(
    ("data", "place", "expected"),
    [
        (b"abc\ndef", (2, 2), (2, 2)),
        ("éé x".encode(), (1, 6), (1, 4)),
        ("\ufeffab".encode(), (1, 5), (1, 2)),
        ("\ufeffa\nb".encode(), (2, 1), (2, 1)),
        (b"\xe9\xe9 x", (1, 4), (1, 4)),
        (b"a\rb\rc", (1, 5), (3, 1)),
        (b"a\r\nb\r\nc", (2, 2), (2, 2)),
        (b"a\r\nb", (1, 3), (1, 2)),
        ("é\r\né x\r\n".encode(), (2, 4), (2, 3)),
        ("é".encode(), (9, 9), (1, 2)),
        ("\U0001f4a9 x".encode(), (1, 6), (1, 3)),
    ],
)
def test_a_place_in_bytes_is_one_in_characters(data: bytes, place: tuple[int, int], expected: tuple[int, int]) -> None:
    assert character_position(data, *place) == expected
