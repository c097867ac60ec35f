"""Edited texts, and the original positions of what is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.tools.source_edits import Edit, EditedText, LineStarts


def test_a_text_without_edits_is_itself() -> None:
    text = EditedText(b"abc", ())
    assert text.data == b"abc"
    assert [text.original_start(offset) for offset in range(4)] == [0, 1, 2, 3]
    assert [text.original_end(offset) for offset in range(4)] == [0, 1, 2, 3]


def test_deleted_bytes_belong_to_neither_side() -> None:
    text = EditedText(b"x = (ab)", [Edit(4, 5), Edit(7, 8)])
    assert text.data == b"x = ab"
    assert (text.original_start(4), text.original_end(6)) == (5, 7)
    assert text.original_end(4) == 4


def test_inserted_bytes_belong_to_what_follows_or_precedes() -> None:
    text = EditedText(b"ab", [Edit(1, 1, b"123")])
    assert text.data == b"a123b"
    assert [text.original_start(offset) for offset in range(6)] == [0, 1, 1, 1, 1, 2]
    assert [text.original_end(offset) for offset in range(6)] == [0, 1, 1, 1, 1, 2]


def test_overlapping_deletions_are_one() -> None:
    assert EditedText(b"abcdef", [Edit(1, 4), Edit(2, 5, b"x"), Edit(3, 4)]).data == b"axf"


def test_edits_at_the_same_offset_keep_their_order() -> None:
    assert EditedText(b"a", [Edit(0, 0, b"1"), Edit(0, 0, b"2")]).data == b"12a"


@given(st.binary(max_size=30), st.data())
def test_each_byte_that_is_kept_is_found_again(original: bytes, data: st.DataObject) -> None:
    offsets = st.integers(0, len(original))
    pairs = data.draw(st.lists(st.tuples(offsets, offsets, st.sampled_from([b"", b"\xff", b"\xff\xff"])), max_size=6))
    edits = [Edit(min(a, b), max(a, b), text) for a, b, text in pairs]
    text = EditedText(original.replace(b"\xff", b""), [edit for edit in edits if edit.end <= len(original.replace(b"\xff", b""))])
    plain = original.replace(b"\xff", b"")
    for offset, byte in enumerate(text.data):
        if byte != 0xFF:
            assert plain[text.original_start(offset)] == byte
            assert plain[text.original_end(offset + 1) - 1] == byte


@pytest.mark.parametrize(("offset", "position"), [(0, (1, 1)), (1, (1, 2)), (2, (2, 1)), (3, (3, 1)), (4, (3, 2))])
def test_offsets_are_positions(offset: int, position: tuple[int, int]) -> None:
    lines = LineStarts(b"a\n\nb")
    assert lines.position(offset) == position
    assert lines.offset(*position) == offset
