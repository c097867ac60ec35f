"""Turns the bytes of a file into text the same way everywhere, so that lines and columns mean one thing."""

from __future__ import annotations

import codecs

__all__ = ["decode", "lines_of"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes) -> tuple[str, str]:
    """The text of ``data`` and the name of the encoding it was read in.

    A byte-order mark decides, then UTF-8, then Latin-1, in which any bytes are text: a secret is ASCII, so it is seen in every
    encoding that contains ASCII. Never raises.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError:
                return data.decode("latin-1"), "latin-1"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def lines_of(text: str) -> list[str]:
    r"""The lines of ``text`` without their ends; cut at ``\n``, ``\r\n`` and ``\r`` alone (``splitlines`` cuts elsewhere, too)."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
