"""Parses the instructions of a Dockerfile as the builder does: https://docs.docker.com/reference/dockerfile/"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.tools.syntax_check import EXCLUDE_HINT

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

FLAG = re.compile(rb"--(?:[^\s\\]|\\(?![ \t]*\n))+")
FLAGS = re.compile(rb"(?:(?:[ \t]|\\[ \t]*\n)+" + FLAG.pattern + rb")+")
NEW_FLAG = re.compile(rb"--(?:link|parents)(?:=[^\s\\]*)?(?=[ \t\\]|$)")
LEGACY_PAIR = re.compile(rb"[ \t]+[^\s=]+[ \t]+([^\n]*)")
QUOTED = re.compile(rb"\"[^\"\s]*\"|'[^'\s]*'")
STAGE = re.compile(rb"(?i)([ \t]as[ \t]+)(\S+)[ \t]*\Z")
BRACKETS = re.compile(rb"(?m)^[ \t]*\[+")
COMMENT_LINE = re.compile(rb"(?m)^[ \t]*#[^\n]*$")

UNREAD = frozenset(b"EXPOSE LABEL MAINTAINER STOPSIGNAL VOLUME WORKDIR".split())
"""Instructions that no rule is about; semgrep does not know all of their forms."""


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
    and not all forms of some. Lines and columns stay the same, and so does what rules look at."""
    escape, result = _escape_character(data.split(b"\n")), bytearray(data)
    for number, each in enumerate(_instructions(data)):
        if number == 0 and FIRST_INSTRUCTIONS.isdisjoint(each.keywords):
            break
        if each.is_known:
            result[each.offset : each.offset + len(each.text)] = _normalize_instruction(each, escape)
    if escape == b"`":
        result[:] = ESCAPE.sub(lambda match: match[0].replace(b"`", b"\\"), bytes(result), count=1)
    return bytes(result)


def check_dockerfile(data: bytes) -> ScanError | None:
    """Why ``data`` is only partially a Dockerfile; None if it is one, or contains no instruction at all."""
    found = list(_instructions(data))
    unknown = next((each for each in found if not each.is_known), None)
    if unknown is None or not any(each.is_known for each in found):
        return None
    hint = f"{EXCLUDE_HINT} (a template is not a Dockerfile until it is rendered)"
    words = unknown.keywords
    name = words[-1].decode("ascii", "ignore") if words else ""
    what = f"{name} is no instruction" if re.fullmatch(r"[A-Z]{2,12}", name) else "it is no instruction"
    return ScanError(GapKind.PARTIAL_PARSE, f"not a Dockerfile: line {unknown.line}: {what}", hint, line=unknown.line)


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
    text = instruction.text
    if escape == b"`":  # semgrep knows the other one only
        text = re.sub(rb"\\(?=[ \t]*$)", b"_", text, flags=re.MULTILINE)
        text = re.sub(rb"`(?=[ \t]*$)", rb"\\", text, flags=re.MULTILINE)
    text = re.sub(rb"\\([ \t]+)$", rb"\1\\", text, flags=re.MULTILINE)
    match = INSTRUCTION_WORDS.match(text)
    if match is None:
        return text
    word = match[2].upper()
    if word in UNREAD:
        return re.sub(rb"\S", b" ", text)
    before, rest = re.sub(rb"\S", b" ", text[: match.start(2)]), _normalize_arguments(word, text[match.end() :])
    # an ARG with several names is no instruction to semgrep; for rules both are the same
    is_list = word == b"ARG" and len(rest.split()) > 1 and re.search(rb"[\"'\\]", rest) is None
    return before + (b"ENV" + _normalize_arguments(b"ENV", rest) if is_list else word + rest)


def _normalize_arguments(word: bytes, rest: bytes) -> bytes:
    """The arguments of ``word``, in a form that semgrep knows."""
    normalize = NORMALIZERS.get(word)
    return normalize(rest) if normalize is not None else rest


def _normalize_flags(rest: bytes) -> bytes:
    """COPY and ADD without the flags that are new."""
    flags = FLAGS.match(rest)
    return NEW_FLAG.sub(_to_spaces, flags[0]) + rest[flags.end() :] if flags else rest


def _normalize_command(rest: bytes) -> bytes:
    """A command without flags; what begins like a list is one only if it is JSON."""
    if flags := FLAGS.match(rest):
        rest = FLAG.sub(_to_spaces, flags[0]) + rest[flags.end() :]
    return rest if _is_exec_form(rest) else BRACKETS.sub(lambda found: found[0].replace(b"[", b"_"), rest)


def _normalize_stage(rest: bytes) -> bytes:
    """FROM with a name of the stage of letters."""
    stage = STAGE.search(rest)
    return rest[: stage.start(2)] + re.sub(rb"[^\w-]", b"_", stage[2]) + rest[stage.end(2) :] if stage else rest


def _normalize_variable(rest: bytes) -> bytes:
    """ENV in its old form, a name and a value, with a value of one word."""
    pair = LEGACY_PAIR.fullmatch(rest.rstrip())
    if pair is None or QUOTED.fullmatch(pair[1]):
        return rest
    return rest[: pair.start(1)] + re.sub(rb"[\s\"'{}\[\]]", b"_", pair[1]) + rest[pair.end(1) :]


def _normalize_names(rest: bytes) -> bytes:
    """The names that ARG declares, with their defaults: a default that is empty is none."""
    rest = re.sub(rb"=(?=[ \t]*\Z)", b" ", rest)
    if re.fullmatch(rb"[ \t]+[^\s=]+(?:=(?:\"[^\"\n]*\"|'[^'\n]*'|\S*))?[ \t]*", rest):
        return rest
    return re.sub(rb"[\"']", b"_", re.sub(rb"\"[^\"\n]*\"|'[^'\n]*'", lambda value: re.sub(rb"[ \t]", b"_", value[0]), rest))


def _is_exec_form(rest: bytes) -> bool:
    """Whether the arguments are a list of strings in JSON; the builder takes anything else for a command of the shell."""
    text = COMMENT_LINE.sub(b"", rest).replace(b"\\\n", b"").strip()
    try:
        return text.startswith(b"[") and isinstance(json.loads(text), list)
    except (ValueError, RecursionError):
        return False


def _to_spaces(match: re.Match[bytes]) -> bytes:
    return b" " * len(match[0])


NORMALIZERS: Mapping[bytes, Callable[[bytes], bytes]] = {
    b"ADD": _normalize_flags,
    b"ARG": _normalize_names,
    b"CMD": _normalize_command,
    b"COPY": _normalize_flags,
    b"ENTRYPOINT": _normalize_command,
    b"ENV": _normalize_variable,
    b"FROM": _normalize_stage,
    b"HEALTHCHECK": lambda rest: rest.upper() if rest.strip().upper() == b"NONE" else rest,
    b"RUN": _normalize_command,
    b"USER": lambda rest: re.sub(rb"[\"']", b" ", rest),
}
"""What makes the arguments of an instruction such as semgrep knows."""
