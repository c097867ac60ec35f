"""Parses the instructions of a Dockerfile as the builder does: https://docs.docker.com/reference/dockerfile/"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scangate.errors import ScanError
from scangate.model import GapKind

INSTRUCTIONS = frozenset(
    b"ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL".split()
    + b"MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split()
)
FIRST_INSTRUCTIONS = frozenset({b"ARG", b"FROM"})
"""The instructions with which a Dockerfile can begin; a file that begins otherwise is something else."""

ESCAPE = re.compile(rb"#[ \t]*escape[ \t]*=[ \t]*([\\`])[ \t]*", re.IGNORECASE)
DIRECTIVE = re.compile(rb"#[ \t]*[a-z]+[ \t]*=", re.IGNORECASE)
INSTRUCTION_WORDS = re.compile(rb"[ \t]*(?:(ONBUILD)[ \t]+(?=[a-z]))?([^ \t\r\n]+)", re.IGNORECASE)
HEREDOC = re.compile(rb"(?<![^ \t])\d*<<(-?)([\"']?)([A-Za-z_][\w.]*)\2(?![^ \t;&|)])")
HEREDOC_INSTRUCTIONS = frozenset({b"ADD", b"COPY", b"RUN"})

FLAGS = re.compile(rb"(?:[ \t]+--\S+)+")
NEW_FLAG = re.compile(rb"--(?:link|parents)(?:=\S*)?(?=[ \t]|$)")
LEGACY_PAIR = re.compile(rb"[ \t]+[^\s=]+([ \t])([^\s\"'][^\n]*)")


class Instruction(NamedTuple):
    """An instruction with its lines except here-documents, its byte offset, and its first line, from 1."""

    text: bytes
    offset: int
    line: int

    @property
    def keywords(self) -> list[bytes]:
        """The instruction in capitals, which Dockerfiles do not require: one word, or ONBUILD and another."""
        match = INSTRUCTION_WORDS.match(self.text)
        return [word.upper() for word in match.groups() if word] if match else []

    @property
    def is_known(self) -> bool:
        """Whether the instruction exists."""
        return INSTRUCTIONS.issuperset(self.keywords)


def normalize_dockerfile(data: bytes) -> bytes:
    """Rewrites ``data``, whose lines end in line feeds, for semgrep, which knows instructions in capitals only, none after ONBUILD,
    and not the newest and oldest forms of some. Lines and columns stay the same."""
    escape, result = _escape_character(data.split(b"\n")), bytearray(data)
    for number, each in enumerate(_instructions(data)):
        if number == 0 and FIRST_INSTRUCTIONS.isdisjoint(each.keywords):
            break
        if each.is_known:
            result[each.offset : each.offset + len(each.text)] = _normalize_instruction(each, escape)
    return bytes(result)


def check_dockerfile(data: bytes) -> ScanError | None:
    """Why ``data`` is only partially a Dockerfile; None if it is one, or contains no instruction at all."""
    found = list(_instructions(data))
    unknown = next((each for each in found if not each.is_known), None)
    if unknown is None or not any(each.is_known for each in found):
        return None
    hint = "fix the file, or exclude it with a reason (a template is not a Dockerfile until it is rendered)"
    return ScanError(GapKind.PARTIAL_PARSE, f"not a Dockerfile: line {unknown.line} is not an instruction", hint)


def _instructions(data: bytes) -> Iterator[Instruction]:
    lines = data.split(b"\n")
    number, at, escape = 0, 0, _escape_character(lines)
    while number < len(lines):
        end = number + 1
        if lines[number].strip() and not lines[number].lstrip().startswith(b"#"):
            end = _instruction_end(lines, number, escape)
            found = Instruction(b"\n".join(lines[number:end]), at, number + 1)
            yield found
            if not HEREDOC_INSTRUCTIONS.isdisjoint(found.keywords):
                end = _skip_heredocs(lines, found.text, end)
        at += sum(len(passed) + 1 for passed in lines[number:end])
        number = end


def _escape_character(lines: list[bytes]) -> bytes:
    """The character that joins lines, which a directive in the first lines may change."""
    for line in lines:
        if not DIRECTIVE.match(line):
            break
        if match := ESCAPE.fullmatch(line.rstrip(b"\r")):
            return match[1]
    return b"\\"


def _instruction_end(lines: list[bytes], number: int, escape: bytes) -> int:
    """The number of the line after the instruction at line ``number``; comments and empty lines do not end it."""
    joined = True
    while joined and number < len(lines):
        line = lines[number].strip()
        joined = line.endswith(escape) or not line or line.startswith(b"#")
        number += 1
    return number


def _skip_heredocs(lines: list[bytes], instruction: bytes, number: int) -> int:
    """The number of the line after the here-documents of ``instruction``, which begin at line ``number``."""
    for dash, _, name in HEREDOC.findall(instruction):
        while number < len(lines):
            line = lines[number].rstrip(b"\r")
            number += 1
            if (line.lstrip(b"\t") if dash else line) == name:
                break
    return number


def _normalize_instruction(instruction: Instruction, escape: bytes) -> bytes:
    """The rewritten text of an instruction, of the same length."""
    text = re.sub(rb"(" + re.escape(escape) + rb")([ \t]+)$", rb"\2\1", instruction.text, flags=re.MULTILINE)
    match = INSTRUCTION_WORDS.match(text)
    if match is None:
        return text
    word = match[2].upper()
    return re.sub(rb"\S", b" ", text[: match.start(2)]) + word + _normalize_arguments(word, text[match.end() :])


def _normalize_arguments(word: bytes, rest: bytes) -> bytes:
    """The arguments of ``word``, in a form that semgrep knows."""
    if word in {b"COPY", b"ADD"} and (flags := FLAGS.match(rest)):
        return NEW_FLAG.sub(_to_spaces, flags[0]) + rest[flags.end() :]
    if word == b"ARG":
        return re.sub(rb"=(?=[ \t]*\Z)", b" ", rest)
    if word in {b"ENV", b"LABEL"} and (pair := LEGACY_PAIR.fullmatch(rest.rstrip())):
        value = re.sub(rb"[ \t]", b"_", pair[2])
        between = b"=" if word == b"LABEL" else pair[1]
        return rest[: pair.start(1)] + between + value + rest[pair.end() :]
    return rest


def _to_spaces(match: re.Match[bytes]) -> bytes:
    return b" " * len(match[0])
