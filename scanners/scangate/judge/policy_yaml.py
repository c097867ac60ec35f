"""Parses the bytes of a policy file into a tree of values with their positions.

A small subset of YAML: one document of mappings, lists and plain values. Anchors, aliases, tags, merge keys and tabs are refused,
depth and size are bounded, and scalars are those of YAML 1.2 and JSON (``no`` and ``2027-01-01`` are text, ``true`` is not).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, cast

import msgspec
import yaml

from scangate.errors import PolicyError
from scangate.judge.error_text import shorten

MAX_BYTES = 1024 * 1024  # bytes of a policy file
MAX_DEPTH = 20
MAX_EVENTS = 100_000  # events of the parser, about one a value
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CONFLICT_MARKER = re.compile(r"^(?:<{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)
INTEGER_PATTERN = re.compile(r"[-+]?[0-9]{1,18}")
FLOAT_PATTERN = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
KEYWORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Position(msgspec.Struct, frozen=True, order=True):
    """Where a value is in a policy file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Node(msgspec.Struct, frozen=True):
    """A value and its place: a mapping of text to nodes, a list of nodes, or a plain value.

    ``key_positions``: where each key of a mapping is.
    """

    value: dict[str, Any] | list[Any] | str | int | float | bool | None
    position: Position
    key_positions: dict[str, Position] = {}


def to_builtins(node: Node) -> Any:
    """The value of a node and of all below it, without positions."""
    if isinstance(node.value, dict):
        return {key: to_builtins(value) for key, value in node.value.items()}
    return [to_builtins(value) for value in node.value] if isinstance(node.value, list) else node.value


def make_policy_error(position: Position, path: str, problem: str, hint: str = "") -> PolicyError:
    """A policy error as every one reads: ``file:line:column: path in the document: what``."""
    return PolicyError(f"{position}: {path}: {problem}" if path else f"{position}: {problem}", hint)


def too_large_error(file: str) -> PolicyError:
    """The error for a file of more than MAX_BYTES."""
    return make_policy_error(
        Position(file), "", "larger than 1 MiB", "check that this is the right file: a policy has a page or two"
    )


def parse_policy_yaml(data: bytes, file: str) -> Node:
    """The tree of a policy file's bytes; ``file`` is what messages call it. PolicyError for all that is not a policy's YAML."""
    if len(data) > MAX_BYTES:
        raise too_large_error(file)
    text = _decode(data, file)
    try:
        root = _TreeBuilder(text, file).document()
    except yaml.YAMLError as trouble:
        raise _syntax_error(trouble, text, file) from None
    if not isinstance(root.value, dict):
        raise make_policy_error(root.position, "", "a policy is a mapping of names to values", "start with `version: 1`")
    return root


def _decode(data: bytes, file: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        before = data[: trouble.start].decode("utf-8-sig", "replace")
        raise make_policy_error(
            _position_after(before, file), "", "not UTF-8", f"save it as UTF-8: iconv -t UTF-8 {file}"
        ) from None
    odd = UNPRINTABLE.search(text)
    if odd:
        raise make_policy_error(_position_after(text[: odd.start()], file), "", "a control character", "remove it")
    return text


def _position_after(text: str, file: str) -> Position:
    return Position(file, text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)


def _syntax_error(trouble: yaml.YAMLError, text: str, file: str) -> PolicyError:
    """The parser's complaint without the words it quotes: they may be a secret in the wrong file."""
    marker = CONFLICT_MARKER.search(text)
    if marker:
        return make_policy_error(
            _position_after(text[: marker.start()], file),
            "",
            "a git conflict marker",
            "resolve the merge conflict, then git add the file",
        )
    mark = getattr(trouble, "problem_mark", None)
    place = Position(file, mark.line + 1, mark.column + 1) if mark else Position(file)
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())] or line[place.column - 1 : place.column] == "\t":
        return make_policy_error(place, "", "YAML does not allow tabs for indentation", f"expand -t 2 {file}")
    what = re.sub(r"'[^']*'|\"[^\"]*\"", "...", str(getattr(trouble, "problem", None) or "it cannot be read"))
    return make_policy_error(place, "", f"not YAML: {shorten(what)}", "quote text that contains `: `, `#`, `*`, `&` or `!`")


class _TreeBuilder:
    """Walks the parser's events once, so that nothing is built before it is known to be allowed."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=LOADER)
        self.seen = 0

    def document(self) -> Node:
        """The one document of the stream."""
        self._next()
        opening = self._next()
        if isinstance(opening, yaml.StreamEndEvent):
            raise make_policy_error(Position(self.file), "", "empty", "start with `version: 1`, or remove the file")
        root = self._node(self._next(), 0)
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            self._fail(after, "a second document", "write one policy per file: remove the `---`")
        return root

    def _next(self) -> yaml.Event:
        self.seen += 1
        event = next(self.events)
        if self.seen > MAX_EVENTS:
            self._fail(event, "too many values", "check that this is the right file: a policy has a page or two")
        return event

    def _node(self, event: yaml.Event, depth: int) -> Node:
        self._check(event, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(event, depth)
        return Node(self._scalar(cast("yaml.ScalarEvent", event)), self._position(event))

    def _check(self, event: yaml.Event, depth: int) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            self._fail(event, "anchors and aliases are not supported", "write the value out, or use `extends`")
        if getattr(event, "tag", None) is not None:
            self._fail(event, "tags are not supported", "remove the `!...`")
        if depth > MAX_DEPTH:
            self._fail(event, "nested too deep", "`scangate schema policy` describes a policy")

    def _mapping(self, start: yaml.Event, depth: int) -> Node:
        values: dict[str, Any] = {}
        keys: dict[str, Position] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, depth)
            if key in values:
                raise make_policy_error(
                    self._position(event), shorten(key), f"given twice, first in line {keys[key].line}", "remove one"
                )
            keys[key] = self._position(event)
            values[key] = self._node(self._next(), depth + 1)
        return Node(values, self._position(start), keys)

    def _key(self, event: yaml.Event, depth: int) -> str:
        self._check(event, depth)
        if not isinstance(event, yaml.ScalarEvent):
            self._fail(event, "a key is plain text", "quote text that contains `{`, `[` or `?`")
        return self._printable(event)

    def _scalar(self, event: yaml.ScalarEvent) -> str | int | float | bool | None:
        """What a plain scalar means in YAML 1.2's core schema, without its rarer spellings; a quoted one is text."""
        text = self._printable(event)
        if event.style:
            return text
        if text in KEYWORDS:
            return KEYWORDS[text]
        if INTEGER_PATTERN.fullmatch(text):
            return int(text)
        return float(text) if FLOAT_PATTERN.fullmatch(text) else text

    def _printable(self, event: yaml.ScalarEvent) -> str:
        """The scalar's text, without what an escape such as ``\\e`` or ``\\0`` can bring in."""
        text = str(event.value)
        if UNPRINTABLE.search(text):
            self._fail(event, "a control character", "remove the escape")
        return text

    def _list(self, start: yaml.Event, depth: int) -> Node:
        values: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            values.append(self._node(event, depth + 1))
        return Node(values, self._position(start))

    def _position(self, event: yaml.Event) -> Position:
        mark = event.start_mark
        return Position(self.file, mark.line + 1, mark.column + 1) if mark else Position(self.file)

    def _fail(self, event: yaml.Event, what: str, hint: str) -> NoReturn:
        raise make_policy_error(self._position(event), "", what, hint)
