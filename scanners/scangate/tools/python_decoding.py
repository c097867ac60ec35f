"""Decodes Python source as Python does: by its byte-order mark, or by the encoding that its first lines declare (PEP 263)."""

from __future__ import annotations

import codecs
import re

from scangate.errors import ScanError
from scangate.model import GapKind

_DECLARATION = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK_OR_COMMENT = re.compile(rb"[ \t\f]*(?:#|$)")
_HINT = "convert the file to UTF-8 and remove the declaration, or exclude it with a reason"
_LATIN_1 = re.compile(r"(?:latin-1|iso-8859-1|iso-latin-1)(?:-.*)?")


def declared_encoding(data: bytes) -> str:
    """The encoding that a comment in the first two lines declares, ``utf-8`` if none does; lines end with line feeds."""
    first, _, rest = data.partition(b"\n")
    declaration = _DECLARATION.match(first)
    if declaration is None and _BLANK_OR_COMMENT.match(first):
        declaration = _DECLARATION.match(rest.partition(b"\n")[0])
    if declaration is None:
        return "utf-8"
    name = declaration[1].decode("ascii")
    normal = name[:12].lower().replace("_", "-")
    if normal == "utf-8" or normal.startswith("utf-8-"):
        return "utf-8"
    return "iso-8859-1" if _LATIN_1.fullmatch(normal) else name


def decode_python(data: bytes) -> tuple[str, str]:
    """The text that Python compiles, with line feeds and without a byte-order mark, and its encoding.

    Raises ScanError(ENCODING) where Python refuses the encoding, and where the text has other lines than the bytes: an encoding can
    hide a line end, and with it a statement, in what looks like a comment.
    """
    encoding = "utf-8"
    has_mark = data.startswith(codecs.BOM_UTF8)
    data = data.removeprefix(codecs.BOM_UTF8)
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
    second = data.find(b"\n", data.find(b"\n") + 1)
    if b"coding" in (data[:second] if second >= 0 else data):
        encoding = declared_encoding(data)
        if has_mark and encoding != "utf-8":
            raise ScanError(GapKind.ENCODING, "declares another encoding than its byte-order mark", _HINT)
    try:
        text = data.decode(encoding)
        if encoding not in ("utf-8", "iso-8859-1") and [line.encode(encoding) for line in text.split("\n")] != data.split(b"\n"):
            raise ScanError(GapKind.ENCODING, "its declared encoding gives other lines than the file has", _HINT)
    except (LookupError, ValueError):
        raise ScanError(GapKind.ENCODING, "not in its declared encoding (UTF-8 if it declares none)", _HINT) from None
    return text, encoding
