"""Programs on the command lines of shell scripts: ``bash -c "..."``, ``python3 -c '...'``, ``node -e "..."``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scangate.content.embedded import Embedded, embed
from scangate.content.interpreters import interpreter_type
from scangate.content.position_maps import MappedText, Segment, take

_CALL = re.compile(
    r"(?<![\w/-])(?:[\w./-]*/)?(?P<program>(?:a|ba|da|k|z)?sh|python[\d.]*|pypy[\d.]*|node|nodejs|deno|perl|ruby|php)"
    r"[ \t]+(?:-\w+[ \t]+){0,5}?"
    r"(?:-\w*c|-e|-r|-p|--eval)[ \t]+(?P<quote>['\"])"
)
_IN_DOUBLE = re.compile(r'([^"\\]+)|\\(["\\$`])|(\\\r?\n)|(\\)')


def inline_code_pieces(text: str) -> Iterator[Embedded | None]:
    """The programs, without the quotes and the escapes of the shell."""
    for number, call in enumerate(_CALL.finditer(text), start=1):
        program = _in_single(text, call.end()) if call["quote"] == "'" else _in_double(text, call.end())
        yield embed(f"inline-{number}", interpreter_type(call["program"]), program, f"argument of {call['program']}")


def _in_single(text: str, start: int) -> MappedText:
    end = text.find("'", start)
    return take(text, start, end if end >= 0 else len(text))


def _in_double(text: str, start: int) -> MappedText:
    parts: list[str] = []
    segments: list[Segment] = []
    length, offset = 0, start
    while match := _IN_DOUBLE.match(text, offset):
        part = match[1] or match[2] or match[4] or ""
        if part:
            segments.append(Segment(length, match.end() - len(part), len(part)))
        parts.append(part)
        length += len(part)
        offset = match.end()
    return MappedText("".join(parts), tuple(segments))
