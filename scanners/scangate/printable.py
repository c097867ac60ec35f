"""Removes control, invisible and direction characters from text; imports nothing of ours."""

from __future__ import annotations


def replace_unprintable(text: str, replacement: str = "?") -> str:
    """``text`` on one line: each character that is not printable (``str.isprintable``) becomes ``replacement``.

    For messages and log lines; `report.escape` has the escapes of output languages, which keep the character readable.
    """
    return text if text.isprintable() else "".join(character if character.isprintable() else replacement for character in text)
