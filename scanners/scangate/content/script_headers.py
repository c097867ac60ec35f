"""The metadata in the comments of a Python script: https://packaging.python.org/specifications/inline-script-metadata/"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scangate.content.catalog import SCRIPT_HEADER
from scangate.content.embedded import Embedded, Failure
from scangate.content.position_maps import MappedText, join, take
from scangate.model import GapKind

_START = re.compile(r"^# /// script[ \t]*\r?$", re.MULTILINE)
_LINE = re.compile(r"(#(?: ?))([^\r\n]*)(?:\r\n|\r|\n|\Z)")


def header_pieces(text: str) -> Iterator[Embedded | Failure]:
    """The header as TOML; a header without an end, or a second one, is a failure."""
    end, count = 0, 0
    for opening in _START.finditer(text):
        if opening.start() < end:
            continue  # a line of the block before
        count += 1
        if count > 1:
            yield Failure(opening.start(), "a second script header: tools refuse both", GapKind.UNPARSABLE)
            continue
        header, end = _read(text, opening.end() + 1)
        if header is None:
            yield Failure(opening.start(), "the script header has no end: a line `# ///` is missing", GapKind.UNPARSABLE)
        else:
            yield Embedded("header", SCRIPT_HEADER, header, "script header")


def _read(text: str, offset: int) -> tuple[MappedText | None, int]:
    """The lines of comments up to the last ``# ///`` among them, without the comment signs."""
    lines: list[MappedText | str] = []
    found, end = None, offset
    while offset < len(text) and (match := _LINE.match(text, offset)):
        if match[0].rstrip() == "# ///":
            found, end = len(lines), match.end()
        if match[1] == "#" and match[2]:
            break  # a comment without a blank is none of the header
        lines += [take(text, *match.span(2)), "\n"]
        offset = match.end()
    return (None if found is None else join(lines[:found])), end
