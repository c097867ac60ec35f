"""For any bytes and any document: nothing raises, types are in the catalog, and positions point to the same characters."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from scangate.content.catalog import CONTENT_TYPES
from scangate.content.extraction import extract, has_pieces
from scangate.content.identification import STAND_IN_BYTES, identify, identify_by_name
from scangate.content.json_tree import parse_json
from scangate.content.position_maps import PositionMap
from scangate.content.scalar_text import scalar_text
from scangate.content.yaml_tree import Node, line_starts, parse
from scangate.source_text import decode, split_lines

NAMES = (
    "a",
    "a.py",
    "a.j2",
    "a.yaml",
    "a.json",
    "a.ipynb",
    "Dockerfile",
    "a.sh",
    "a.tf",
    "t.template",
    "a.png",
    "b/.env",
    "a.py.in",
)
FRAGMENTS = (
    *(
        "apiVersion: v1\nkind: Pod\n",
        "Resources:\n  A:\n    Type: AWS::S3::Bucket\n",
        "phases:\n",
        "jobs:\n",
        "on: push\n",
        "run: |\n",
    ),
    *(
        "#!/bin/sh\n",
        "#!/usr/bin/env python3\n",
        "<<EOF\n",
        "EOF\n",
        "RUN cat <<A\n",
        "FROM x\n",
        "{{ .Values.x }}",
        "${X}",
        "%%bash\n",
    ),
    *(
        '{"cells": [',
        '{"cell_type": "code", "source": ["x\\n"]}',
        "]}",
        "# /// script\n",
        "# ///\n",
        "import os\n",
        "- ",
        "  ",
        ": ",
        "|\n",
    ),
    *(
        "\x00",
        "\ufeff",
        "\r",
        "\x85",
        "\u2028",
        "é",
        "\ud83d",
        '"',
        "'",
        "\\",
        "&a ",
        "*a",
        "!Sub ",
        "---\n",
        "\t",
        "[",
        "{",
        "UserData: ",
    ),
)
TEXTS = st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join)
BYTES = st.one_of(
    st.binary(max_size=2000),
    TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    TEXTS.map(lambda text: text.encode("utf-16", "surrogatepass")),
)


@given(path=st.one_of(st.sampled_from(NAMES), st.text(max_size=30)), data=BYTES)
@example(path="a.yaml", data=b"? [" * 50)
@example(path="", data=b"")
@example(path="a.json", data=b"[" * 100_000)
@example(path=".j2.j2.j2", data=b"x")
def test_nothing_raises_and_names_are_sound(path: str, data: bytes) -> None:
    content_type = identify(path, data)
    assert content_type in CONTENT_TYPES
    if len(data) > STAND_IN_BYTES:
        assert identify_by_name(path) in (None, content_type)


@given(content_type=st.sampled_from(sorted(filter(has_pieces, CONTENT_TYPES))), data=BYTES)
def test_every_piece_of_any_text_is_where_its_map_says(content_type: str, data: bytes) -> None:
    lines = split_lines(decode(data)[0])
    for piece in extract(content_type, data).pieces:
        assert piece.content_type in CONTENT_TYPES
        assert_positions(piece.data.decode(), piece.positions, lines)


def assert_positions(text: str, positions: PositionMap, lines: list[str]) -> None:
    """Each character that is in a segment is the same in the container, by line and column."""
    starts = line_starts(text)
    for segment in positions.segments:
        for offset in range(segment.piece, segment.piece + segment.length):
            line = max(index for index, start in enumerate(starts, start=1) if start <= offset)
            if text[offset] not in "\r\n":
                container_line, column = positions.locate(line, offset - starts[line - 1] + 1)
                assert lines[container_line - 1][column - 1] == text[offset]


WORDS = st.text(st.sampled_from("ab é\n\t'\"\\:#-{}[]!&*|>%@,?😀"), max_size=40)
VALUES = st.recursive(WORDS, lambda below: st.lists(below, max_size=4) | st.dictionaries(WORDS, below, max_size=4), max_leaves=12)


@given(
    value=VALUES,
    style=st.sampled_from(["|", ">", '"', "'", None]),
    line_end=st.sampled_from(["\n", "\r\n"]),
    width=st.sampled_from([10, 80]),
)
def test_scalars_of_yaml_have_exact_positions(value: Any, style: str | None, line_end: str, width: int) -> None:
    text = yaml.safe_dump(value, default_style=style, allow_unicode=True, width=width).replace("\n", line_end)
    roots, problem = parse(text)
    assert problem is None
    assert_scalars(text, roots)


@given(value=VALUES, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
def test_scalars_of_json_have_exact_positions(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    roots, problem = parse_json(text)
    assert problem is None
    assert plain(roots[0]) == value
    assert_scalars(text, roots)


def plain(node: Node) -> Any:
    if node.kind == "mapping":
        return {key.value: plain(value) for key, value in zip(node.children[::2], node.children[1::2], strict=True)}
    return node.value if node.kind == "scalar" else list(map(plain, node.children))


def assert_scalars(text: str, roots: list[Node]) -> None:
    """Each scalar's text is its value, its segments are in the document, and every letter is in a segment unless it is escaped."""
    todo = list(roots)
    while todo:
        node = todo.pop()
        todo += node.children
        if node.kind == "scalar":
            found = scalar_text(text, node)
            assert found.text == node.value
            for segment in found.segments:
                assert found.text[segment.piece :][: segment.length] == text[segment.container :][: segment.length]
            inside = {segment.piece + index for segment in found.segments for index in range(segment.length)}
            assert all(index in inside for index, character in enumerate(node.value) if character in "ab")
