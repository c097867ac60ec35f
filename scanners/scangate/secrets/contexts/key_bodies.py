"""Decides whether the header of a private key is followed by a key: code that searches for keys, and documentation, have none."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from scangate.secrets.text import ScannedText
from scangate.secrets.values import is_repetitive

HEADER_LINES = 8  # an encrypted key has up to three header lines and an empty one
MAX_DISTANCE = 160  # characters on the line of the header; more is code that only mentions it
MAX_LINE = 400
MAX_KEY = 20_000  # characters between the begin line and the end line
MAX_LINES = 200  # searched for an end line; the longest keys in use have about 130 lines
_BODY = re.compile(r"[A-Za-z0-9+/]{32,}|Lines: \d")
_PIECE = re.compile(r"(?<![^\s\"'`])[A-Za-z0-9+/]{16,}(?==*(?:\\[nr])*(?:[\s\"'`]|$))")
_MIXED_CHARACTERS = re.compile(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9+/]*[0-9+/])")
_BEGIN = re.compile(r"-*BEGIN[\w ]+-*|PuTTY[\w-]+")
_END = re.compile(r"-END [\w ]*PRIVATE KEY")
_NOT_BASE64 = re.compile(r"[^A-Za-z0-9+/]+")
_PUBLIC_BEGIN = re.compile(r"-BEGIN [\w ]*(?:PUBLIC KEY|CERTIFICATE)")


def has_key_body(text: ScannedText, start: int, end: int) -> bool:
    """Whether a possible key follows the header at offset ``start``. What is detected up to offset ``end`` is a part of it."""
    header = _BEGIN.match(text.text, start)
    after = header.end() if header else start
    lines = list(_lines_after(text, after, max(end, after + MAX_DISTANCE)))
    bodies = [found for line in lines for found in _BODY.findall(line)]
    pieces = bodies or [piece for line in lines for piece in _PIECE.findall(line)]
    if _is_cut_off(text.text, after):
        return False
    if not bodies and (len(pieces) < 2 or not _MIXED_CHARACTERS.match("".join(pieces))):
        return False
    return not is_repetitive("".join(pieces))


def _is_cut_off(text: str, start: int) -> bool:
    """Whether the key that begins at an offset ends before half of what its first octets announce: the rest was left out.

    https://www.itu.int/rec/T-REC-X.690: a sequence of up to 65,535 octets has its length in the third and the fourth.
    """
    end = _END.search(text, start, start + MAX_KEY)
    written = _NOT_BASE64.sub("", re.sub(r"\\[nrt]", "", text[start : end.start()])) if end else ""
    if not written.startswith("MII") or len(written) < 8:
        return False
    header = base64.b64decode(written[:8])
    return 2 * (len(written) * 3 // 4) < int.from_bytes(header[2:4], "big")


def _lines_after(text: ScannedText, start: int, near: int) -> Iterator[str]:
    """The texts in which the body may be: the rest of a line from offset ``start``, of a long one only up to offset ``near``, and
    the lines after it up to the end of the key or the begin of a public one. No other line of them is long."""
    number = text.line_at(start)
    first = text.lines[number - 1][start - text.line_start(start) :]
    rest = [first, *text.lines[number : number + MAX_LINES]]
    last = next((index for index, line in enumerate(rest) if _END.search(line)), 0)
    rest = rest[: max(last, HEADER_LINES) + 1]
    for index, line in enumerate(rest):
        public = _PUBLIC_BEGIN.search(line)
        part = line[: public.start()] if public else line
        if end := _END.search(part):
            part = part[: end.start()]
        if len(line) <= MAX_LINE:
            yield part
        elif index == 0:
            yield part[: near - start]
        if public:
            return
