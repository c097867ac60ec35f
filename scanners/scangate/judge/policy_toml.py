"""Parses the policy of a pyproject.toml, its table ``[tool.scangate]``, into the same tree of values as a policy's YAML.

tomllib decides what the values are; it keeps no positions, so they are taken from the tree of `content.toml_tree`.
"""

from __future__ import annotations

import datetime as dt
import difflib
import math
import re
import tomllib
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import msgspec

from scangate.content import toml_tree, yaml_tree
from scangate.errors import PolicyError
from scangate.judge.error_text import shorten
from scangate.judge.policy_yaml import MAX_BYTES, UNPRINTABLE, Node, Position, make_policy_error, too_large_error

PYPROJECT_FILE = "pyproject.toml"
TABLE = ("tool", "scangate")
MAX_NESTING = 50  # tables and arrays in one another; tomllib's time grows with the square of the parts of a dotted key
MAX_INTEGER = 10**18
SIMILARITY = 0.85
SYNTAX_HINT = "it names scangate, and may have its policy; look at it: pip install --dry-run ."
_ERROR_POSITION = re.compile(r"at line (\d+), column (\d+)")


class _Place(msgspec.Struct, frozen=True):
    """A value in the text, and its key; a table that is opened several times has several places."""

    key: yaml_tree.Node | None
    value: yaml_tree.Node


def is_pyproject(file: str | PurePath) -> bool:
    """Whether a file has the name of a Python project's configuration."""
    return PurePath(file).name == PYPROJECT_FILE


def names_policy_table(data: bytes) -> bool:
    """Whether the bytes of a pyproject.toml may have a policy: only then it is read as one."""
    return TABLE[-1].encode() in data


def has_policy_table(data: bytes, file: str) -> bool:
    """Whether the bytes of a pyproject.toml have a policy; ``file`` is what messages call it.

    Raises PolicyError if it names scangate, and cannot be read: then it is unknown which policy it means.
    """
    return names_policy_table(data) and _find_table(_load(data, file)[1]) is not None


def parse_policy_toml(data: bytes, file: str) -> Node:
    """The tree of a pyproject.toml's policy; ``file`` is what messages call it. PolicyError for all that is not one."""
    text, document = _load(data, file)
    table = _find_table(document)
    if table is None:
        raise make_policy_error(Position(file), "", "there is no table [tool.scangate]", "add it, with `version = 1`")
    places = [_Place(None, toml_tree.parse_toml(text))]
    for name in TABLE:
        places = [place for place in _children(places) if place.key is not None and place.key.value == name]
    builder = _TreeBuilder(text, file)
    if not isinstance(table, dict):
        raise make_policy_error(
            builder.position(places), ".".join(TABLE), "a policy is a table of names and values", "start with `[tool.scangate]`"
        )
    return builder.build(table, places)


def _load(data: bytes, file: str) -> tuple[str, dict[str, Any]]:
    if len(data) > MAX_BYTES:
        raise too_large_error(file)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise make_policy_error(Position(file, line), "", "not UTF-8", f"save it as UTF-8: iconv -t UTF-8 {file}") from None
    if _nesting(toml_tree.parse_toml(text)) > MAX_NESTING:
        raise make_policy_error(Position(file), "", "nested too deep", "check that this is the right file")
    try:
        return text, tomllib.loads(text)
    except ValueError as error:
        found = _ERROR_POSITION.search(str(error))
        line = text.count("\n") + 1
        place = Position(file, int(found[1]), int(found[2])) if found else Position(file, line)
        raise make_policy_error(place, "", "not TOML", SYNTAX_HINT) from None


def _nesting(root: yaml_tree.Node) -> int:
    depth, level = 0, [root]
    while level := [child for node in level for child in node.children]:
        depth += 1
    return depth


def _find_table(document: dict[str, Any]) -> Any:
    """The value of ``tool.scangate``; None if there is none."""
    tool = document.get(TABLE[0])
    return tool.get(TABLE[1]) if isinstance(tool, dict) else None


def _children(places: Sequence[_Place]) -> list[_Place]:
    """The keys and values of tables, in the order of the text."""
    found = []
    for place in places:
        children = place.value.children if place.value.kind == "mapping" else []
        found += [_Place(key, value) for key, value in zip(children[::2], children[1::2], strict=False)]
    return found


class _TreeBuilder:
    """Puts tomllib's values and their places together."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def build(self, value: Any, places: Sequence[_Place]) -> Node:
        """The node of a value that is at ``places``."""
        position = self.position(places)
        if isinstance(value, dict):
            inner: dict[str, list[_Place]] = {name: [] for name in value}
            for place in _children(places):
                if place.key is not None and place.key.value in inner:
                    inner[place.key.value].append(place)
            nodes = {self._printable(name, position): self.build(each, inner[name] or places) for name, each in value.items()}
            return Node(nodes, position, {name: self._key_position(inner[name], position) for name in value})
        if isinstance(value, list):
            items = _items(places, len(value))
            return Node([self.build(each, item) for each, item in zip(value, items, strict=True)], position)
        return Node(self._scalar(value, position), position)

    def position(self, places: Sequence[_Place]) -> Position:
        """Where the first of the places is: the value, or the last key of a table's header."""
        for place in places:
            is_header = self.text[place.value.start : place.value.start + 1] == "]"
            return self._at(place.key.start if place.key is not None and is_header else place.value.start)
        return Position(self.file)

    def _key_position(self, places: Sequence[_Place], otherwise: Position) -> Position:
        return next((self._at(place.key.start) for place in places if place.key is not None), otherwise)

    def _at(self, offset: int) -> Position:
        line = bisect_right(self.starts, offset)
        return Position(self.file, line, offset - self.starts[line - 1] + 1)

    def _scalar(self, value: Any, position: Position) -> str | int | float | bool:
        """A plain value; dates and times are text, as in YAML."""
        if isinstance(value, str):
            return self._printable(value, position)
        if isinstance(value, dt.date | dt.time):
            return value.isoformat()
        number: int | float | bool = value
        if not math.isfinite(number) or abs(number) >= MAX_INTEGER:
            raise make_policy_error(position, "", "not a number that a policy can hold", "write a smaller number")
        return number

    def _printable(self, text: str, position: Position) -> str:
        if UNPRINTABLE.search(text):
            raise make_policy_error(position, "", "a control character", "remove the escape")
        return text


def _items(places: Sequence[_Place], count: int) -> Sequence[Sequence[_Place]]:
    """The places of each of ``count`` items of a list: an inline array, or an array of tables with their subtables."""
    groups: list[list[_Place]] = []
    for place in places:
        if place.value.kind == "sequence":
            groups += [[_Place(None, child)] for child in place.value.children]
        elif place.value.style == toml_tree.ARRAY_ENTRY or not groups:
            groups.append([place])
        else:
            groups[-1].append(place)
    return groups if len(groups) == count else [places] * count


def find_misspelled_tables(data: bytes) -> tuple[str, ...]:
    """Tables of a pyproject.toml that were probably meant as the policy: ``tool.scan-gate``, ``scangate``. Sorted."""
    try:
        document = _load(data, PYPROJECT_FILE)[1]
    except PolicyError:
        return ()  # the reader of dependencies reports it
    tool = document.get(TABLE[0])
    found = [f"tool.{name}" for name in tool if _resembles(name) and name != TABLE[1]] if isinstance(tool, dict) else []
    found += [name for name in document if _resembles(name)]
    found += [f"{name}.{TABLE[1]}" for name in ("tools",) if isinstance(document.get(name), dict) and TABLE[1] in document[name]]
    return tuple(shorten(name) for name in sorted(found))


def _resembles(name: str) -> bool:
    """Whether a name differs from scangate by no more than case, signs between words, and one letter."""
    letters = re.sub(r"[^a-z0-9]", "", name.lower())
    return difflib.SequenceMatcher(None, letters, TABLE[1]).ratio() >= SIMILARITY
