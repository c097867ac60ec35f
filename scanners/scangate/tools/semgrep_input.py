"""What semgrep gets in the place of a file that it would misread without a word: the same text in the same lines and columns."""

from __future__ import annotations

import codecs
import re

import yaml

from scangate.tools import rule_pack
from scangate.tools.dockerfile import normalize_dockerfile
from scangate.tools.python_downlevel import downlevel

__all__ = ["prepare_source"]

NON_ASCII = re.compile("[^\x00-\x7f\x85\u2028\u2029]")
"""What is not ASCII and ends no line."""

QUOTED_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*("?)')  # with an end or without: what begins one is never looked at again
JSON_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:/|u00([2-7][0-9a-fA-F]))")
YAML_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\(?:/|(?:x|u00|U000000)([2-7][0-9a-fA-F]))")


def prepare_source(path: str, data: bytes) -> bytes:
    """``data``, the file ``path``, for semgrep: itself where that is legible.

    - One byte that is no UTF-8, as in old Python sources in Latin-1, hides most of the file from it: letters stand for them.
    - A byte-order mark, and a form feed before a statement, hide that statement: they are left out.
    - It ends lines with line feeds alone, so that a comment before a carriage return has no end: all lines get one.
    - Of Python's newer statements it knows some only in a reader that loses patterns: see `older_python`.
    - It knows the instructions of a Dockerfile in capitals alone.
    - It compares the strings of JSON and YAML as they are written, ``\\/`` and ``\\u0041`` and all.
    - Its reader of YAML takes single bytes of some letters, Polish and Japanese ones among them, for the end of a string: those of
      ASCII stand for all others there.
    - An empty file is no JSON to it: an empty object stands for it.
    """
    if b"\0" in data:
        return data  # UTF-16, or no text: semgrep tells that it cannot parse it
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
    """``data`` without a mark, its lines ended by line feeds; where it is no UTF-8 with a letter for each byte beyond ASCII, as
    `text.decode` reads a character for each."""
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
    """``text`` with the strings in double quotes made plain, where it is YAML; those over several lines stay as they are."""
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
    """A string in its quotes without the escapes that it does not need, and as many spaces behind it as it is shorter."""
    return escape.sub(_unescape_character, string).ljust(len(string))


def _unescape_character(escape: re.Match[str]) -> str:
    sign = chr(int(escape[2], 16)) if escape[2] else "/"
    return escape[0] if sign in '"\\\x7f' else escape[1] + sign
