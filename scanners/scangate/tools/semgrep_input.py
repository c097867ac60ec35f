"""Prepares files that semgrep would silently misread: the same text at the same lines and columns."""

from __future__ import annotations

import codecs
import re

import yaml

from scangate.tools import rule_pack
from scangate.tools.dockerfile import normalize_dockerfile
from scangate.tools.python_downlevel import downlevel

NON_ASCII = re.compile("[^\x00-\x7f\x85\u2028\u2029]")
"""Characters that are neither ASCII nor line ends."""

QUOTED_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*("?)')  # terminated or not, so that no text is scanned twice
JSON_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:/|u00([2-7][0-9a-fA-F]))")
YAML_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:/|(?:x|u00|U000000)([2-7][0-9a-fA-F]))")


def prepare_source(path: str, data: bytes) -> bytes:
    """The content of the file ``path`` in a form that semgrep reads correctly; ``data`` itself if it does already.

    - An invalid UTF-8 byte, as in old Latin-1 sources, hides most of the file: such bytes become letters.
    - A byte-order mark, and a form feed before a statement, hide that statement: they are removed.
    - Only line feeds end a line, so a comment before a carriage return does not end: all line ends become line feeds.
    - Some newer Python syntax is parsed by a parser that loses patterns: see `python_downlevel`.
    - Instructions of a Dockerfile are recognized in capitals only.
    - Strings in JSON and YAML are compared as written: escapes such as ``\\/`` and ``\\u0041`` are resolved.
    - The YAML parser takes single bytes of some letters, Polish and Japanese ones among them, for the end of a string: characters
      outside ASCII become letters.
    - An empty file is not valid JSON: it becomes an empty object.
    """
    if b"\0" in data:
        return data  # UTF-16 or binary: semgrep reports that it cannot parse it
    text = _normalize_text(data)
    if rule_pack.is_dockerfile(path):
        return normalize_dockerfile(text)
    name = path.lower()
    if name.endswith((".py", ".pyi")):
        return downlevel(re.sub(rb"(?m)^\f+", b"", text) if b"\f" in text else text)
    if name.endswith(".json"):
        return _normalize_json(text)
    return _normalize_yaml(text) if name.endswith((".yml", ".yaml")) else text


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
    if not text.strip():
        return b"{}"
    if b"\\" not in text:
        return text
    return QUOTED_STRING.sub(
        lambda string: _unescape_string(string[0], JSON_ESCAPE) if string[1] else string[0], text.decode()
    ).encode()


def _normalize_yaml(data: bytes) -> bytes:
    text = data.decode() if data.isascii() else NON_ASCII.sub("x", data.decode())
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
