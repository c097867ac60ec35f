"""Recognizes MIME with several parts, such as the user data of an instance, by its headers."""

from __future__ import annotations

import re

MIME = "mime"
MIME_HEAD = 4096
"""Characters within which the headers name the boundary of the parts."""
_HEADER = re.compile(r"[A-Za-z][\w-]*:")
_MULTIPART = re.compile(r"^content-type:[ \t]*multipart/[^;\r\n]+;[^\r\n]*\bboundary[ \t]*=", re.MULTILINE | re.IGNORECASE)
_FOLD = re.compile(r"\r?\n[ \t]+")
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")


def is_multipart(head: str) -> bool:
    """Whether a text begins with headers alone, of which one names a boundary: RFC 2045 and 2046."""
    headers = _FOLD.sub(" ", _BLANK_LINE.split(head.lstrip("\ufeff \t\r\n"), maxsplit=1)[0])
    return _MULTIPART.search(headers) is not None and all(map(_HEADER.match, headers.splitlines()))
