"""Decodes the bytes of a file into text the same way everywhere, so that lines and columns are consistent."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes) -> tuple[str, str]:
    """The text of ``data`` and the encoding used. Never raises.

    A byte-order mark decides, then the NUL bytes of UTF-16 with ASCII, then UTF-8, then Latin-1, in which any bytes are text:
    secrets are ASCII, so they are found in every superset of ASCII.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                break
    wide = _guess_utf16(data)
    if wide:
        return data.decode(wide, "replace"), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def _guess_utf16(data: bytes) -> str:
    """The byte order of UTF-16 without a mark, or an empty string: ASCII in it has a NUL in every other byte."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    units = len(data) // 2
    if units and odd > 0.4 * units and even < 0.05 * units:
        return "utf-16-le"
    if units and even > 0.4 * units and odd < 0.05 * units:
        return "utf-16-be"
    return ""


def split_lines(text: str) -> list[str]:
    r"""The lines of ``text`` without their ends; split at ``\n``, ``\r\n`` and ``\r`` only, unlike ``splitlines``."""
    return normalize_newlines(text).split("\n")


def normalize_newlines(text: str) -> str:
    """The text with line feeds as its only line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def character_position(data: bytes, line: int, column: int) -> tuple[int, int]:
    r"""Line and column in characters for a position that a tool counts in bytes, with lines split at ``\n`` only."""
    if data.isascii() and b"\r" not in data:
        return line, column
    rows = data.split(b"\n")
    if line > len(rows):
        line, column = len(rows), len(rows[-1]) + 1
    before = b"\n".join([*rows[: line - 1], rows[line - 1][: column - 1]])
    if before.endswith(b"\r") and data[len(before) :].startswith(b"\n"):
        before = before[:-1]
    lines = split_lines(before.decode(decode(data)[1], "ignore"))
    return len(lines), len(lines[-1]) + 1
