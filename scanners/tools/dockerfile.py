"""Finds the instructions of a Dockerfile, as the builder does: see https://docs.docker.com/reference/dockerfile/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scanners.errors import Unreadable
from scanners.model import GapKind

__all__ = ["capitals", "dockerfile_fault"]

INSTRUCTIONS = frozenset(
    b"ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL".split()
    + b"MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split()
)
FIRST = frozenset({b"ARG", b"FROM"})
"""What a Dockerfile opens with; a text that does not is something else of the same name."""

ESCAPE = re.compile(rb"#[ \t]*escape[ \t]*=[ \t]*([\\`])[ \t]*", re.IGNORECASE)
DIRECTIVE = re.compile(rb"#[ \t]*[a-z]+[ \t]*=", re.IGNORECASE)
WORD = re.compile(rb"[ \t]*([^ \t\r]+)")
NESTED = re.compile(rb"[ \t]*ONBUILD[ \t]+([a-z]+)", re.IGNORECASE)
HERE = re.compile(rb"(?<![^ \t])\d*<<(-?)([\"']?)([A-Za-z_][\w.]*)\2(?![^ \t;&|)])")
HERE_IN = frozenset({b"ADD", b"COPY", b"RUN"})


class Instruction(NamedTuple):
    """A word that stands where an instruction has to: itself, its place in the bytes, its line from 1."""

    word: bytes
    at: int
    line: int

    @property
    def known(self) -> bool:
        """Whether there is such an instruction; capitals are a habit, not a rule."""
        return self.word.upper() in INSTRUCTIONS


def capitals(data: bytes) -> bytes:
    """``data`` with its instructions in capitals, and without the ONBUILD before another: the rules know no others."""
    found = list(_instructions(data))
    if not found or found[0].word.upper() not in FIRST:
        return data
    told = bytearray(data)
    for each, following in zip(found, [*found[1:], None], strict=True):
        if each.known:
            nests = following is not None and following.known and following.line == each.line
            told[each.at : each.at + len(each.word)] = b" " * len(each.word) if nests else each.word.upper()
    return bytes(told)


def dockerfile_fault(data: bytes) -> Unreadable | None:
    """Why ``data`` is only in part a Dockerfile; None where it is one, and where nothing in it is an instruction."""
    found = list(_instructions(data))
    odd = next((each for each in found if not each.known), None)
    if odd is None or not any(each.known for each in found):
        return None
    hint = "mend the file, or exclude it with a reason (a template is no Dockerfile before it is rendered)"
    return Unreadable(GapKind.PARTIAL_PARSE, f"not a Dockerfile: line {odd.line} opens with no instruction", hint)


def _instructions(data: bytes) -> Iterator[Instruction]:
    """The words that stand where an instruction has to, those behind ONBUILD among them."""
    lines = data.split(b"\n")
    number, at, escape = 0, 0, _escape(lines)
    while number < len(lines):
        line = lines[number]
        match = WORD.match(line)
        if match is None or match[1].startswith(b"#"):
            number, at = number + 1, at + len(line) + 1
            continue
        yield Instruction(match[1], at + match.start(1), number + 1)
        if nested := NESTED.match(line):
            yield Instruction(nested[1], at + nested.start(1), number + 1)
        end = _end(lines, number, escape)
        if match[1].upper() in HERE_IN or nested:
            end = _behind_heres(lines, b" ".join(lines[number:end]), end)
        at += sum(len(passed) + 1 for passed in lines[number:end])
        number = end


def _escape(lines: list[bytes]) -> bytes:
    """The character that joins lines, which a directive at the very top may change."""
    for line in lines:
        if not DIRECTIVE.match(line):
            break
        if match := ESCAPE.fullmatch(line.rstrip(b"\r")):
            return match[1]
    return b"\\"


def _end(lines: list[bytes], number: int, escape: bytes) -> int:
    """The number of the line behind the instruction that begins on line ``number``; comments and empty lines do not end it."""
    joined = True
    while joined and number < len(lines):
        line = lines[number].strip()
        joined = line.endswith(escape) or (not line and joined) or line.startswith(b"#")
        number += 1
    return number


def _behind_heres(lines: list[bytes], instruction: bytes, number: int) -> int:
    """The number of the line behind the here-documents that ``instruction`` opens, which begin on line ``number``."""
    for dash, _, name in HERE.findall(instruction):
        while number < len(lines):
            line = lines[number].rstrip(b"\r")
            number += 1
            if (line.lstrip(b"\t") if dash else line) == name:
                break
    return number
