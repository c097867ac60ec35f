"""Expands templates into texts with labels: the templates name kinds of values, a seeded generator makes the values.

A mark is one of::

    <+kind>            a generated secret, labelled as one
    <-kind>            a generated value that is no secret, labelled as none
    <-kind=literal>    a literal text that is no secret, labelled as none
    <~kind>            a generated value without a label
    <|one|two|three>   one of the texts, by chance, without a label

After a kind come ``#name``, by which a value is used again in the same file, ``@group`` for values that are one secret
together, and filters: ``<+password#db|url>``. Lines of a value after its first are indented as its first line is, where
nothing but white space is before it.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from urllib.parse import quote
from xml.sax.saxutils import escape

__all__ = ["Label", "LabelledFile", "Make", "expand"]

Make = Callable[[Random], str]
"""Makes a value of one kind."""

KIND = r"(?P<kind>[a-z][\w.-]*)(?:#(?P<name>\w+))?(?:@(?P<group>\w+))?(?P<filters>(?:\|\w+)*)"
MARK = re.compile(rf"<(?:\|(?P<choices>[^<>\n]*)|(?P<sign>[+~-]){KIND}(?:=(?P<literal>[^<>\n]*))?)>")

FILTERS: Mapping[str, Callable[[str], str]] = {
    "b64": lambda text: base64.b64encode(text.encode()).decode(),
    "json": lambda text: json.dumps(text)[1:-1],
    "lower": str.lower,
    "url": lambda text: quote(text, safe=""),
    "xml": escape,
}


@dataclass(frozen=True, slots=True)
class Label:
    """A labelled value: ``line`` to ``end_line`` and ``column`` count from 1; ``text`` is ``value`` as it is written there.

    Labels with the same path and ``group`` are parts of one secret, such as the id and the secret of an access key: it is found
    when one of them is. ``group`` is empty for a secret of one part.
    """

    path: str
    line: int
    end_line: int
    column: int
    kind: str
    secret: bool
    value: str
    text: str
    group: str
    generator: str


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """A whole file, and its labels in order of their places; ``path`` is relative, with slashes."""

    path: str
    text: str
    labels: tuple[Label, ...]


def expand(path: str, template: str, random: Random, kinds: Mapping[str, Make], generator: str) -> LabelledFile:
    """The file made of two templates, that of its path and that of its text.

    KeyError for a kind or filter that does not exist.
    """
    known: dict[tuple[str, str], str] = {}
    place, _ = _fill(path, random, kinds, known)
    text, values = _fill(template, random, kinds, known)
    return LabelledFile(place, text, tuple(_label(place, text, filled, generator) for filled in values))


@dataclass(frozen=True, slots=True)
class _Filled:
    """A mark with its value: ``start`` is an offset in the text, ``shown`` is the value as it is written there."""

    start: int
    mark: re.Match[str]
    value: str
    shown: str


def _fill(template: str, random: Random, kinds: Mapping[str, Make], known: dict[tuple[str, str], str]) -> tuple[str, list[_Filled]]:
    """The text, and its values that get a label."""
    parts: list[str] = []
    values: list[_Filled] = []
    length = done = 0
    for mark in MARK.finditer(template):
        before = template[done : mark.start()]
        value = _value(mark, random, kinds, known)
        shown = _shown(mark, value, before)
        parts += [before, shown]
        length += len(before)
        if mark["sign"] in ("+", "-"):
            values.append(_Filled(length, mark, value, shown))
        length += len(shown)
        done = mark.end()
    return "".join([*parts, template[done:]]), values


def _value(mark: re.Match[str], random: Random, kinds: Mapping[str, Make], known: dict[tuple[str, str], str]) -> str:
    if mark["choices"] is not None:
        return random.choice(str(mark["choices"]).split("|"))
    if mark["literal"] is not None:
        return str(mark["literal"])
    if not mark["name"]:
        return kinds[mark["kind"]](random)
    key = (mark["kind"], mark["name"])
    if key not in known:
        known[key] = kinds[mark["kind"]](random)
    return known[key]


def _shown(mark: re.Match[str], value: str, before: str) -> str:
    if mark["choices"] is not None:
        return value
    for name in mark["filters"].split("|")[1:]:
        value = FILTERS[name](value)
    indent = before.rpartition("\n")[2]
    return value.replace("\n", "\n" + indent) if indent and not indent.strip() else value


def _label(path: str, text: str, filled: _Filled, generator: str) -> Label:
    start, mark, shown = filled.start, filled.mark, filled.shown
    line = text.count("\n", 0, start) + 1
    return Label(
        path=path,
        line=line,
        end_line=line + shown.count("\n"),
        column=start - text.rfind("\n", 0, start),
        kind=mark["kind"],
        secret=mark["sign"] == "+",
        value=filled.value,
        text=shown,
        group=mark["group"] or "",
        generator=generator,
    )
