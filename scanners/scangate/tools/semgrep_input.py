"""Prepares files that semgrep would silently misread, and maps its positions back."""

from __future__ import annotations

import codecs
import json
import re

import yaml

from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.source_text import character_position, decode
from scangate.tools import rule_pack
from scangate.tools.dockerfile import normalize_dockerfile
from scangate.tools.python_decoding import decode_python
from scangate.tools.python_downlevel import bracket_edits, capture_edits, downlevel, walk_code
from scangate.tools.python_exceptions import exception_edits
from scangate.tools.python_layout import layout_edits, normalize_identifiers
from scangate.tools.python_repeats import repeat_edits
from scangate.tools.source_edits import Edit, EditedText, LineStarts
from scangate.tools.syntax_check import parse_checked

NON_ASCII = re.compile("[^\x00-\x7f\x85\u2028\u2029]")
"""Characters that are neither ASCII nor line ends."""

QUOTED_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*("?)')  # terminated or not, so that no text is scanned twice
JSON_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:/|u00([2-7][0-9a-fA-F]))")
YAML_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:/|(?:x|u00|U000000)([2-7][0-9a-fA-F]))")


_BLANKS = re.compile(r"\s*")
PYTHON_PROBE = b'scangate_syntax_probe(f"{1}", "a", b"a")\n'
"""The last line of each Python file. The rule SYNTAX_PROBE matches it, unless semgrep has read the file with its second parser."""

Position = tuple[int, int]
"""Line and column, both from 1."""

_LEADING_FORM_FEED = re.compile(rb"^[ \t\f]*\f", re.MULTILINE)


class PreparedSource:
    """What semgrep gets for a file (``text``), and why it could not be prepared (``error``), if so."""

    is_probed = False
    """Whether the text ends with PYTHON_PROBE."""

    def __init__(self, text: bytes, error: ScanError | None = None) -> None:
        self.text = text
        self.error = error

    def locate(self, start: Position, end: Position) -> tuple[Position, Position]:
        """The range in characters of the file for one in bytes of ``text``."""
        return character_position(self.text, *start), character_position(self.text, *end)


class _PreparedPython(PreparedSource):
    """Python source with edits."""

    is_probed = True

    def __init__(self, data: bytes) -> None:
        try:
            text, self._encoding = decode_python(data)
            error = None
        except ScanError as reason:
            text, self._encoding, error = _normalize_text(data).decode(), "utf-8", reason
        self._original = text.encode()
        self._original_lines = LineStarts(self._original)
        self._file = data if self._encoding != "utf-8" else b""
        self._edited, self._ranges = EditedText(self._original, ()), dict[tuple[int, int], tuple[int, int]]()
        try:
            self._edit(text)
        except ScanError as reason:
            error = error or reason
        except RecursionError:
            error = error or ScanError(GapKind.UNPARSABLE, "nested too deeply to follow exceptions")
        ending = b"" if self._edited.data.endswith(b"\n") or not self._edited.data else b"\n"
        super().__init__(self._edited.data + ending + PYTHON_PROBE, error)
        self._result_lines = LineStarts(self._edited.data)

    def _edit(self, text: str) -> None:
        tree = parse_checked(text)
        nodes = walk_code(tree)
        older, new_tree = downlevel(self._original_lines, nodes)
        captures: list[Edit] = []
        if new_tree is not None:
            captures = capture_edits(nodes, self._original_lines)
            tree, nodes = new_tree, walk_code(new_tree)
        lines = LineStarts(older, self._original_lines.starts)
        layout, self._ranges = layout_edits(nodes, lines)
        edits = exception_edits(tree, lines) + repeat_edits(nodes, lines) + bracket_edits(nodes, lines) + captures + layout
        if b"\f" in older:
            feeds = _LEADING_FORM_FEED.finditer(older)
            edits += [Edit(feed.start(), feed.end()) for feed in feeds]
            older = older.replace(b"\f", b" ")
        edits += _identifier_edits(older)
        self._edited = EditedText(older, edits)

    def locate(self, start: Position, end: Position) -> tuple[Position, Position]:
        """The range in characters of the file for one in bytes of ``text``."""
        found = (
            self._edited.original_start(self._result_lines.offset(*start)),
            self._edited.original_end(self._result_lines.offset(*end)),
        )
        first, last = self._ranges.get(found, found)
        return self._character(first), self._character(last)

    def _character(self, offset: int) -> Position:
        line, column = self._original_lines.position(offset)
        start = self._original_lines.starts[line - 1]
        before = self._original[start : start + column - 1].decode("utf-8", "ignore")
        if self._file:
            before = before.encode(self._encoding, "replace").decode(decode(self._file)[1], "ignore")
        return line, len(before) + 1


def prepare_source(path: str, data: bytes) -> PreparedSource:
    """The content of the file ``path`` in a form that semgrep reads correctly; ``data`` itself if it does already.

    - An invalid UTF-8 byte, as in old Latin-1 sources, hides most of the file: such bytes become letters.
    - A byte-order mark, and a form feed before a statement, hide that statement: they are removed.
    - Only line feeds end a line, so a comment before a carriage return does not end: all line ends become line feeds.
    - Python is decoded as Python does; some newer syntax is parsed by a parser that loses patterns (`python_downlevel`), code after
      exceptions is taken for dead (`python_exceptions`), some expressions are not read (`python_repeats`), and layout hides matches
      (`python_layout`).
    - Instructions of a Dockerfile are recognized in capitals only.
    - Strings in JSON and YAML are compared as written: escapes such as ``\\/`` and ``\\u0041`` are resolved.
    - Tags that leave a text as it is, ``!!str`` and ``!Sub`` without a substitution, are removed.
    - The YAML parser takes single bytes of some letters, Polish and Japanese ones among them, for the end of a string: characters
      outside ASCII become letters.
    - An empty file is not valid JSON: it becomes an empty object.
    """
    name = path.lower()
    if name.endswith((".py", ".pyi")):
        return _PreparedPython(data)
    return PreparedSource(data if b"\0" in data else _prepare_other(path, data))  # UTF-16 or binary: semgrep cannot parse it


def _prepare_other(path: str, data: bytes) -> bytes:
    text = _normalize_text(data)
    if rule_pack.is_dockerfile(path):
        return normalize_dockerfile(text)
    if path.lower().endswith(".json"):
        return _normalize_json(text)
    return _normalize_yaml(text) if path.lower().endswith((".yml", ".yaml")) else text


def _identifier_edits(data: bytes) -> list[Edit]:
    """Edits that put identifiers into normal form; a file in ASCII has none."""
    if data.isascii():
        return []
    text, edits, at, offset = data.decode(), [], 0, 0
    for start, end, normal in normalize_identifiers(text):
        offset += len(text[at:start].encode())
        at, length = end, len(text[start:end].encode())
        edits.append(Edit(offset, offset + length, normal.encode()))
        offset += length
    return edits


def _normalize_text(data: bytes) -> bytes:
    """``data`` without a byte-order mark and with line feeds; if it is not UTF-8, with a letter for each byte outside ASCII, since
    `source_text.decode` makes one character of each."""
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        data = re.sub(rb"[\x80-\xff]", b"x", data)
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data


def _normalize_json(text: bytes) -> bytes:
    if not text.strip() or _is_json_lines(text):
        return b"{}"
    if b"\\" not in text:
        return text
    return QUOTED_STRING.sub(
        lambda string: _unescape_string(string[0], JSON_ESCAPE) if string[1] else string[0], text.decode()
    ).encode()


def _is_json_lines(text: bytes) -> bool:
    """Whether there are several documents, such as one in each line of a log or a data set: no configuration is written so."""
    decoder, at, count = json.JSONDecoder(), 0, 0
    try:
        content = text.decode()
        while at < len(content):
            value, end = decoder.raw_decode(content, at)
            if not isinstance(value, (dict, list)):
                return False
            at, count = _BLANKS.match(content, end).end(), count + 1  # type: ignore[union-attr] # it matches nothing, too
    except (ValueError, RecursionError):
        return False
    return count > 1


LITERAL_TAG = re.compile(
    r"""(?<=[\s,\[{])(?:!Sub|!!str)(?=[ \t]+(?:"[^"$\n]*"|'[^'$\n]*'|[\w./][^\n$"',}\]]*)[ \t]*(?:[\n,}\]#]|\Z))"""
)
"""A tag before a text on its line that means the text itself; semgrep compares the two as different values."""


def _normalize_yaml(data: bytes) -> bytes:
    text = data.decode() if data.isascii() else NON_ASCII.sub("x", data.decode())
    text = LITERAL_TAG.sub(lambda tag: " " * len(tag[0]), text) if "!" in text else text
    return (_unescape_strings(text) if YAML_ESCAPE.search(text) else text).encode()


def _unescape_strings(text: str) -> str:
    """``text`` with the escapes in double-quoted strings resolved, if it is YAML; strings over several lines are unchanged."""
    parts, done = [], 0
    try:
        for token in yaml.scan(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            start, end = token.start_mark.index, token.end_mark.index
            if isinstance(token, yaml.ScalarToken) and token.style == '"' and QUOTED_STRING.fullmatch(text, start, end):
                parts += [text[done:start], _unescape_string(text[start:end], YAML_ESCAPE)]
                done = end
    except yaml.YAMLError:
        return text
    return "".join([*parts, text[done:]])


def _unescape_string(string: str, escape: re.Pattern[str]) -> str:
    """A quoted string without unnecessary escapes, padded with spaces to the same length."""
    return escape.sub(_unescape_character, string).ljust(len(string))


def _unescape_character(escape: re.Match[str]) -> str:
    character = chr(int(escape[2], 16)) if escape[2] else "/"
    return escape[0] if character in '"\\\x7f' else escape[1] + character
