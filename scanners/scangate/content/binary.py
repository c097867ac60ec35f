"""Distinguishes text from binary files by their content, and names the kind of a binary file by its magic numbers."""

from __future__ import annotations

from scangate.source_text import decode

_CONTROL = bytes(byte for byte in range(32) if byte not in b"\b\t\n\v\f\r\x1b") + b"\x7f"
_NOT_CONTROL = bytes(byte for byte in range(256) if byte not in _CONTROL)
_SHARE_WITH_NUL = 0.01
_SHARE_WITHOUT_NUL = 0.05
_SAMPLE = 1 << 16

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    *((0, magic, "program") for magic in (b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf")),
    *((0, magic, "program") for magic in (b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\0asm", b"dex\n")),
    *((0, magic, "program") for magic in (b"BC\xc0\xde", b"\x1bLua", b"\x1bLJ", b"!<arch>\n")),
    *(
        (0, magic, "archive")
        for magic in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\x1f\x8b", b"\x1f\x9d", b"\x1f\xa0", b"BZh")
    ),
    *(
        (0, magic, "archive")
        for magic in (b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18")
    ),
    *((0, magic, "archive") for magic in (b"MSCF", b"Cr24", b"xar!", b"\xed\xab\xee\xdb", b"LZIP", b"\x5d\0\0", b"hsqs", b"BZ3v1")),
    *((257, magic, "archive") for magic in (b"ustar\0", b"ustar  \0")),
    (32769, b"CD001", "archive"),
    *((0, magic, "document") for magic in (b"%PDF", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")),
    *((0, magic, "database") for magic in (b"SQLite format 3\0", b"\0\x01\0\0Standard ")),
    *(
        (0, magic, "image")
        for magic in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*", b"8BPS")
    ),
    *(
        (0, magic, "image")
        for magic in (b"\0\0\x01\0", b"\0\0\x02\0", b"icns", b"\xff\x0a", b"\0\0\0\x0cjP  ", b"DDS ", b"gimp xcf")
    ),
    (8, b"WEBP", "image"),
    *((4, magic, "image") for magic in (b"ftypavif", b"ftypavis", b"ftypheic", b"ftypheix", b"ftypmif1")),
    *((0, magic, "font") for magic in (b"\0\x01\0\0\0", b"OTTO", b"wOFF", b"wOF2", b"ttcf", b"true\0")),
    (34, b"LP", "font"),
    *(
        (0, magic, "audio")
        for magic in (b"ID3", b"OggS", b"fLaC", b"MThd", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9", b"FORM")
    ),
    (8, b"WAVE", "audio"),
    (8, b"AVI ", "video"),
    *((0, magic, "video") for magic in (b"\x1aE\xdf\xa3", b"FLV\x01", b"\0\0\x01\xba", b"\0\0\x01\xb3")),
    (4, b"ftyp", "video"),
)
"""Offset, bytes, content type; the first that matches counts. Weak magic numbers are only looked at in files that are binary."""

_BY_NAME = frozenset({"audio", "font", "image", "video", "database", "document", "program", "archive"})


def is_binary(data: bytes) -> bool:
    """Whether a file is no text in any encoding.

    UTF-8 without NUL is text, whatever control characters it has. One NUL does not make a text binary.
    """
    head = data[:_SAMPLE]
    if not head.isascii() or b"\0" in head:
        encoding = decode(head)[1]
        if encoding.startswith(("utf-16", "utf-32")):
            return _control_share(decode(head)[0].encode("utf-8", "replace")) > _SHARE_WITH_NUL
    if b"\0" not in data and _is_utf8(data):
        return False
    return _control_share(data) > (_SHARE_WITH_NUL if b"\0" in data else _SHARE_WITHOUT_NUL)


def binary_type(data: bytes, by_name: str) -> str:
    """The type of a binary file: by its magic numbers, else ``by_name`` if that is a binary type, else ``binary``."""
    for offset, magic, content_type in _MAGIC:
        if data.startswith(magic, offset):
            return content_type
    return by_name if by_name in _BY_NAME else "binary"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.end == len(data) and error.reason == "unexpected end of data"  # the head of a longer file
    return True


def _control_share(data: bytes) -> float:
    return len(data.translate(None, _NOT_CONTROL)) / len(data) if data else 0.0
