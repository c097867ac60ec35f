"""The text of a YAML or JSON scalar with its positions in the document, exact for each style of scalar."""

from __future__ import annotations

import re

from scangate.content.json_tree import unescape
from scangate.content.position_maps import MappedText, Segment
from scangate.content.yaml_tree import Node

_PROPERTIES = re.compile(r"(?:[!&][^\s,\[\]{}]*(?:\s|\#[^\r\n]*)+)*")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_HEADER = re.compile(r"[|>][+\-1-9]*[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BREAKS = re.compile(r"\n*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_FOLD = r"(?P<fold>[ \t]*(?:\r\n|\r|\n)\s*)"
_ESCAPE = r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)"
_SINGLE = re.compile(rf"{_FOLD}|(?P<twice>'')|(?P<run>[^'\s]+|[ \t]+|'|\s)")
_DOUBLE = re.compile(
    rf"{_FOLD}|(?P<join>\\[ \t]*(?:\r\n|\r|\n)[ \t]*)|(?P<escape>{_ESCAPE})|(?P<run>[^\\\s]+|[ \t]+|\\|\s)", re.DOTALL
)


def scalar_text(text: str, node: Node) -> MappedText:
    """The value of a scalar. Characters that the document writes otherwise (escapes, folded line ends) are in no segment."""
    start = _PROPERTIES.match(text, node.start, node.end)
    begin = start.end() if start else node.start
    if node.style == "json":
        value, runs = unescape(text, node.start + 1, node.end - 1)
        return MappedText(value, tuple(Segment(*run) for run in runs))
    if node.style in ("|", ">"):
        return _block(text, begin, node)
    if node.style in ('"', "'"):
        return _quoted(text, begin + 1, node)
    return _aligned(node.value, _lines(text, begin, node.end, strip=True))


def scalar_extent(text: str, node: Node) -> tuple[int, int]:
    """Where the value of a scalar begins and ends in the document: without its tag, anchor, quotes and the header of a block."""
    properties = (
        _PROPERTIES.match(text, node.start, node.end)
        if node.style != "json" and text[node.start : node.start + 1] in "!&"
        else None
    )
    start = properties.end() if properties else node.start
    if node.style in ("|", ">"):
        header = _HEADER.match(text, start, node.end)
        start = header.end() if header else start
    else:
        start += _QUOTES.get(node.style, 0)
    end = max(node.end - _QUOTES.get(node.style, 0), start)
    written = text[start:end]
    if node.style in _TRIMMED:
        start += len(written) - len(written.lstrip())
        end = max(start, end - len(written) + len(written.rstrip()))
    return start, end


_QUOTES = {"json": 1, '"': 1, "'": 1, '"""': 3, "'''": 3}
_TRIMMED = frozenset(("", "|", ">", '"""', "'''"))


def _block(text: str, begin: int, node: Node) -> MappedText:
    header = _HEADER.match(text, begin, node.end)
    lines = _lines(text, header.end() if header else begin, node.end, strip=False)
    return _aligned(node.value, _without_indentation(node.value, lines))


def _without_indentation(value: str, lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The lines of a block without the indentation that its first line of text has in the document but not in the value."""
    first = next((line for _, line in lines if line.strip(" \t")), "")
    wanted = next((line for line in value.split("\n") if line.strip(" \t")), "")
    indent = max(0, len(first) - len(wanted)) if first.endswith(wanted) else len(first) - len(first.lstrip(" "))
    return [(offset + min(indent, len(line)), line[indent:]) for offset, line in lines]


def _lines(text: str, begin: int, end: int, *, strip: bool) -> list[tuple[int, str]]:
    """The lines between two offsets, each with the offset of its first character."""
    found = []
    for match in _LINE.finditer(text, begin, end):
        line = match[0].rstrip("\r\n")
        blank = len(line) - len(line.lstrip(" \t")) if strip else 0
        found.append((match.start() + blank, line.strip(" \t") if strip else line))
    return found


def _aligned(value: str, lines: list[tuple[int, str]]) -> MappedText:
    """Finds each line in the value, in order; stops where one is not where it should be."""
    segments, position = [], 0
    for offset, line in lines:
        if not line:
            continue
        after_breaks = _BREAKS.match(value, position)
        starts = (position, position + value.startswith(" ", position), after_breaks.end() if after_breaks else position)
        found = next((start for start in starts if value.startswith(line, start)), None)
        if found is not None:
            segments.append(Segment(found, offset, len(line)))
            position = found + len(line)
    return MappedText(value, tuple(segments))


def _quoted(text: str, begin: int, node: Node) -> MappedText:
    """A quoted scalar, rebuilt from its parts; if that gives another text than the parser's, only its first line has positions."""
    parts, segments, length = [], [], 0
    for match in (_SINGLE if node.style == "'" else _DOUBLE).finditer(text, begin, node.end - 1):
        part = _value_of(match)
        if match.lastgroup == "run":
            segments.append(Segment(length, match.start(), len(part)))
        parts.append(part)
        length += len(part)
    if "".join(parts) == node.value:
        return MappedText(node.value, tuple(segments))
    return _aligned(node.value, _lines(text, begin, node.end - 1, strip=False)[:1])


def _value_of(match: re.Match[str]) -> str:
    found = match[0]
    match match.lastgroup:
        case "fold":
            return "\n" * (len(_LINE_END.findall(found)) - 1) or " "
        case "twice":
            return "'"
        case "join":
            return ""
        case "escape":
            return _YAML_ESCAPES.get(found[1]) or (chr(int(found[2:], 16) % 0x110000) if len(found) > 2 else found[1])
        case _:
            return found


_YAML_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
