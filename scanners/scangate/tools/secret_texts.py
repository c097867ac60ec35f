"""The texts of a file in which detect-secrets looks for secrets, and where in the file each of them is.

detect-secrets itself does not read the lines of YAML and INI files but what they say (``password: "value"`` for each string), and
takes the place in its list of these texts for the line number: several strings on a line, as in a flow mapping, move all others.
The texts here are the same; the places are those of the parser.
"""

from __future__ import annotations

import bisect
import configparser
import functools
import io
import itertools
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml
from detect_secrets.filters.allowlist import get_allowlist_regexes
from detect_secrets.transformers.config import IniFileParser
from detect_secrets.util.filetype import FileType, determine_file_type

from scangate.source_text import normalize_newlines

_COMMENT = re.compile(r"\s+#[^\n]*")
_FIRST_HEADER = re.compile(r"\s*+(?:[#;][^\n]*+\s*+)*+\[[^\n]+\]")
"""What configparser needs: before the header of its first section, a file has comments and empty lines only."""

Part = tuple[int, int, int]
"""A part of one line: its number and the first and last column (from 0, end excluded)."""


class SecretText(NamedTuple):
    """A text as the plugins get it. ``parts`` of lines hold its value, its key and its comment, in this order."""

    text: str
    line: int
    parts: tuple[Part, ...]


_MAKE_TEXT = functools.partial(tuple.__new__, SecretText)


def texts_of(name: str, text: str) -> list[SecretText]:
    """What detect-secrets reads of a file: values of INI and YAML, or else its lines."""
    text = normalize_newlines(text)
    return _ini_texts(text, add_header=False) or (_is_yaml(name) and _yaml_texts(text)) or _line_texts(text)


def eager_texts_of(name: str, text: str) -> list[SecretText]:
    """What detect-secrets reads when it has found nothing: a file of settings without a header."""
    text = normalize_newlines(text)
    return (determine_file_type(name) == FileType.OTHER and _ini_texts(text, add_header=True)) or []


def _is_yaml(name: str) -> bool:
    return bool(determine_file_type(name) == FileType.YAML)


def _line_texts(text: str) -> list[SecretText]:
    lines = text.removesuffix("\n").split("\n")
    places = zip(itertools.count(1), itertools.repeat(0), map(len, lines), strict=False)
    return list(map(_MAKE_TEXT, zip(lines, itertools.count(1), zip(places, strict=True), strict=False)))  # a file may have many


def _ini_texts(text: str, *, add_header: bool) -> list[SecretText]:
    """The values of a file that configparser reads, else none."""
    if not add_header and _FIRST_HEADER.match(text) is None:
        return []  # without the time that it takes to say so
    lines = text.split("\n")
    file: Any = io.StringIO(text)
    found = []
    try:
        for key, value, number in IniFileParser(file, add_header=add_header):
            is_comment = any(get_allowlist_regexes((mark, ""), nextline=True).search(value) for mark in "#;")
            bare = value[1:-1] if value[0] in "'\"" and value[-1] == value[0] else value
            quoted = bare.replace('"', '\\"')
            found.append(SecretText(value if is_comment else f'{key} = "{quoted}"', number, ((number, 0, len(lines[number - 1])),)))
    except configparser.Error:
        return []
    return found


def _yaml_texts(text: str) -> list[SecretText]:
    """The strings that are values of mappings. None for what detect-secrets cannot construct: several documents, unknown tags, deep
    nesting."""
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return []
        strings = list(_strings_in(root))
        loader.construct_document(root)  # only now: it changes the nodes
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError):
        return []
    finally:
        loader.dispose()
    places = _Places(text)
    return sorted((_yaml_text(places, key, value) for key, value in strings), key=lambda found: found.line)


def _strings_in(root: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.ScalarNode]]:
    """Each string that is a value in a mapping, with its key; what an alias repeats only once."""
    known: set[int] = set()
    to_search = [root]
    while to_search:
        node = to_search.pop()
        if id(node) in known:
            continue
        known.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if isinstance(value, yaml.ScalarNode):
                    if value.tag.endswith((":str", ":binary")):
                        yield key, value
                else:
                    to_search.append(value)
        elif isinstance(node, yaml.SequenceNode):
            to_search += node.value


def _yaml_text(places: _Places, key: yaml.Node, value: yaml.ScalarNode) -> SecretText:
    content = value.value.replace('"', '\\"')
    if value.tag.endswith(":binary"):
        content = "".join(content.split())
    start, end = value.start_mark.index, value.end_mark.index
    if value.style in ("|", ">"):
        comment = _COMMENT.search(places.text, start, places.end_of_line(start))
        start = min(places.end_of_line(start) + 1, end)  # the value begins below its header
    else:
        comment = _COMMENT.search(places.text, end, places.end_of_line(end))
    parts = (
        *places.parts(start, end),
        *places.parts(key.start_mark.index, key.end_mark.index),
        *(places.parts(*comment.span()) if comment else ()),
    )
    name = key.value if isinstance(key, yaml.ScalarNode) else ""
    return SecretText(f'{name}: "{content}"{comment[0] if comment else ""}', parts[0][0], parts)


class _Places:
    """Turns positions in a text into lines and columns; only line feeds end lines, for YAML more characters do."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = text.split("\n")
        self._starts = list(itertools.accumulate((len(line) + 1 for line in self._lines), initial=0))

    def end_of_line(self, at: int) -> int:
        """The position of the line feed at or after a position."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end

    def parts(self, start: int, end: int) -> tuple[Part, ...]:
        """The range, line by line, without white space around it."""
        found: list[Part] = []
        for number in range(bisect.bisect_right(self._starts, start), len(self._lines) + 1):
            first = self._starts[number - 1]
            if first >= end and found:
                break
            line = self._lines[number - 1]
            left, right = max(start - first, 0), min(end - first, len(line))
            piece = line[left:right]
            if piece.strip():
                found.append((number, left + len(piece) - len(piece.lstrip()), left + len(piece.rstrip())))
            elif first + len(line) >= end:
                break
        return tuple(found) or ((bisect.bisect_right(self._starts, start), 0, 0),)
