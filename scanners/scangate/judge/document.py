"""Turns the bytes of a policy file into a tree of values, each with the place it stands at; knows nothing of what they mean.

A small YAML on purpose: one document of mappings, lists and plain values. Anchors, aliases, tags, merge keys and tabs are refused,
depth and size are bounded, and a scalar means what YAML 1.2 and JSON say (``no`` and ``2027-01-01`` are text, ``true`` is not).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, cast

import msgspec
import yaml

from scangate.errors import PolicyError
from scangate.judge.hints import shown

__all__ = ["LARGEST", "Node", "Place", "error", "parse"]

LARGEST = 1024 * 1024  # bytes of a policy file
DEEPEST = 20
MOST = 100_000  # events of the parser, about one a value
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)
INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
FRACTION = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Place(msgspec.Struct, frozen=True, order=True):
    """Where a value stands in a policy file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Node(msgspec.Struct, frozen=True):
    """A value and its place: a mapping of text to nodes, a list of nodes, or a plain value.

    ``keys`` tells where each key of a mapping stands.
    """

    value: dict[str, Any] | list[Any] | str | int | float | bool | None
    place: Place
    keys: dict[str, Place] = {}


def error(place: Place, path: str, what: str, hint: str = "") -> PolicyError:
    """A policy error as every one reads: ``file:line:column: path in the document: what``."""
    return PolicyError(f"{place}: {path}: {what}" if path else f"{place}: {what}", hint)


def parse(data: bytes, file: str) -> Node:
    """The tree of a policy file's bytes; ``file`` is what messages call it. PolicyError for all that is not a policy's YAML."""
    if len(data) > LARGEST:
        raise error(Place(file), "", "larger than 1 MiB", "a policy is a page or two; is this the right file?")
    text = _text(data, file)
    try:
        root = _Reader(text, file).document()
    except yaml.YAMLError as trouble:
        raise _not_yaml(trouble, text, file) from None
    if not isinstance(root.value, dict):
        raise error(root.place, "", "a policy is a mapping of names to values", "start with `version: 1`")
    return root


def _text(data: bytes, file: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        before = data[: trouble.start].decode("utf-8-sig", "replace")
        raise error(_end_of(before, file), "", "not UTF-8", f"save it as UTF-8: iconv -t UTF-8 {file}") from None
    odd = UNPRINTABLE.search(text)
    if odd:
        raise error(_end_of(text[: odd.start()], file), "", "a control character", "remove it")
    return text


def _end_of(text: str, file: str) -> Place:
    return Place(file, text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)


def _not_yaml(trouble: yaml.YAMLError, text: str, file: str) -> PolicyError:
    """The parser's complaint without the words it quotes: they may be a secret in the wrong file."""
    marker = CONFLICT.search(text)
    if marker:
        return error(
            _end_of(text[: marker.start()], file), "", "a conflict marker of git", "settle the merge, then git add the file"
        )
    mark = getattr(trouble, "problem_mark", None)
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
    lines = text.splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())] or line[place.column - 1 : place.column] == "\t":
        return error(place, "", "a tab where YAML wants spaces", f"expand -t 2 {file}")
    what = re.sub(r"'[^']*'|\"[^\"]*\"", "...", str(getattr(trouble, "problem", None) or "it cannot be read"))
    return error(place, "", f"not YAML: {shown(what)}", "quote text that holds `: `, `#`, `*`, `&` or `!`")


class _Reader:
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
            raise error(Place(self.file), "", "empty", "start with `version: 1`, or remove the file")
        root = self._node(self._next(), 0)
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            self._refuse(after, "a second document", "one policy a file: remove the `---`")
        return root

    def _next(self) -> yaml.Event:
        self.seen += 1
        event = next(self.events)
        if self.seen > MOST:
            self._refuse(event, "too many values", "a policy is a page or two; is this the right file?")
        return event

    def _node(self, event: yaml.Event, depth: int) -> Node:
        self._check(event, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(event, depth)
        return Node(self._scalar(cast("yaml.ScalarEvent", event)), self._place(event))

    def _check(self, event: yaml.Event, depth: int) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            self._refuse(event, "anchors and aliases are not read", "write the value out, or use `extends`")
        if getattr(event, "tag", None) is not None:
            self._refuse(event, "tags are not read", "remove the `!...`")
        if depth > DEEPEST:
            self._refuse(event, "nested too deep", "`scangate policy schema` tells what a policy holds")

    def _mapping(self, start: yaml.Event, depth: int) -> Node:
        values: dict[str, Any] = {}
        keys: dict[str, Place] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, depth)
            if key in values:
                raise error(self._place(event), shown(key), f"given twice, first in line {keys[key].line}", "remove one")
            keys[key] = self._place(event)
            values[key] = self._node(self._next(), depth + 1)
        return Node(values, self._place(start), keys)

    def _key(self, event: yaml.Event, depth: int) -> str:
        self._check(event, depth)
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(event, "a key is plain text", "quote text that holds `{`, `[` or `?`")
        return self._printable(event)

    def _scalar(self, event: yaml.ScalarEvent) -> str | int | float | bool | None:
        """What a plain scalar means in YAML 1.2's core schema, without its rarer spellings; a quoted one is text."""
        text = self._printable(event)
        if event.style:
            return text
        if text in WORDS:
            return WORDS[text]
        if INTEGER.fullmatch(text):
            return int(text)
        return float(text) if FRACTION.fullmatch(text) else text

    def _printable(self, event: yaml.ScalarEvent) -> str:
        """The scalar's text, without what an escape such as ``\\e`` or ``\\0`` can bring in."""
        text = str(event.value)
        if UNPRINTABLE.search(text):
            self._refuse(event, "a control character", "remove the escape")
        return text

    def _list(self, start: yaml.Event, depth: int) -> Node:
        values: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            values.append(self._node(event, depth + 1))
        return Node(values, self._place(start))

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file)

    def _refuse(self, event: yaml.Event, what: str, hint: str) -> NoReturn:
        raise error(self._place(event), "", what, hint)
