"""What semgrep is handed in the place of a file that it would misread without a word. No byte that it reports leaves its place."""

from __future__ import annotations

import re

from scanners.tools import rule_pack
from scanners.tools.dockerfile import capitals

__all__ = ["legible"]

STRING = re.compile(rb'"(?:[^"\\\n]|\\.)*"')
PLAIN_ESCAPE = re.compile(rb"(?<!\\)((?:\\\\)*)\\(?:/|u00([2-7][0-9a-fA-F]))")


def legible(path: str, data: bytes) -> bytes:
    """``data``, the file ``path``, for semgrep: itself where that is legible.

    - A byte that is no UTF-8, as in old Python sources in Latin-1, lets semgrep pass over most of the file: a letter stands for it.
    - It knows the instructions of a Dockerfile in capitals alone.
    - It compares the strings of JSON as they are written, ``\\/`` and ``\\u0041`` and all.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        data = _letters(data, error)
    if rule_pack.is_dockerfile(path):
        return capitals(data)
    if path.lower().endswith(".json") and b"\\" in data:
        return STRING.sub(_plainly, data)
    return data


def _letters(data: bytes, error: UnicodeDecodeError) -> bytes:
    """``data`` with a letter for each byte that is no UTF-8, the first of which is where ``error`` says."""
    if b"\0" in data:
        return data  # UTF-16, or no text: semgrep tells that it cannot parse it
    text = data[error.start :].decode("utf-8", "surrogateescape")
    mended = re.sub("[\udc80-\udcff]", "x", text)
    return data[: error.start] + mended.encode("utf-8")


def _plainly(string: re.Match[bytes]) -> bytes:
    """A string of JSON without the escapes that it does not need, and as many spaces behind it as it is shorter."""
    plain = PLAIN_ESCAPE.sub(_unescaped, string[0])
    return plain.ljust(len(string[0]))


def _unescaped(escape: re.Match[bytes]) -> bytes:
    sign = bytes.fromhex(escape[2].decode()) if escape[2] else b"/"
    return escape[0] if sign in b'"\\\x7f' else escape[1] + sign
