"""Here-documents of shell scripts, Dockerfiles and HCL that are programs, by their interpreter or by the file they go to."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator

import msgspec

from scangate.content.embedded import Embedded, Failure, command_type, embed, script_content_type
from scangate.content.positions import MappedText, Segment
from scangate.content.types import identify

_OPENING = re.compile(r"(?<![<\w$(])<<(?P<strip>[-~]?)[ \t]*(?P<quote>[\"'\\]?)(?P<word>[A-Za-z_][\w.-]*)(?P=quote)?")
_OPENING_HCL = re.compile(r"<<(?P<strip>-?)(?P<quote>)(?P<word>[A-Za-z_]\w*)[ \t]*$")
_REDIRECTION = re.compile(r"(?:&?\d*>>?\|?|\btee(?:[ \t]+-\w+)*)[ \t]*[\"']?([^\s\"'<>|&;]+)")
_PER_LINE = 20
"""More here-documents on one line are not looked for."""
_COMMAND_CHARACTERS = 4000
_SEPARATOR = re.compile(r"&&|\|\||;")
_INSTRUCTION = re.compile(r"[ \t]*(RUN|COPY|ADD|ONBUILD[ \t]+RUN)\b[ \t]*", re.IGNORECASE)


class Heredoc(msgspec.Struct, frozen=True):
    """A here-document: the line that opens it, where in that line, its word, and the offsets of its body."""

    line: str
    column: int
    word: str
    start: int
    end: int

    def command(self, begin: int = 0) -> str:
        """The part of the line from ``begin``, between ``&&``, ``||`` and ``;``, that opens it."""
        start = max((match.end() for match in _SEPARATOR.finditer(self.line, begin, self.column)), default=begin)
        end = _SEPARATOR.search(self.line, self.column)
        return self.line[start : end.start() if end else len(self.line)]


def shell_heredocs(text: str) -> Iterator[Embedded | Failure | None]:
    """The programs in the here-documents of a shell script."""
    for number, found in enumerate(_find(text, _OPENING), start=1):
        if isinstance(found, Failure):
            continue  # a shift or a comparison that looks like one; a shell reads to the end of the file
        body = _body(text, found)
        yield embed(f"heredoc-{number}", _type_in_shell(found, body.text), body, f"here-document {found.word}")


def dockerfile_heredocs(text: str) -> Iterator[Embedded | Failure | None]:
    """The here-documents of RUN, COPY and ADD."""
    number = 0
    for found in _find(text, _OPENING):
        if isinstance(found, Failure):
            yield found
            continue
        instruction = _INSTRUCTION.match(found.line)
        if instruction is None:
            continue
        number += 1
        body = _body(text, found)
        if instruction[1].upper() in ("COPY", "ADD"):
            content_type = _type_of_copy(found, body.text)
        else:
            content_type = _type_in_shell(found, body.text, instruction.end())
        yield embed(f"heredoc-{number}", content_type, body, f"here-document {found.word}")


def hcl_heredocs(text: str) -> Iterator[Embedded | Failure | None]:
    """The programs in the here-documents of Terraform and other HCL: with a shebang, or user data."""
    for number, found in enumerate(_find(text, _OPENING_HCL), start=1):
        if isinstance(found, Failure):
            yield found
            continue
        body = _body(text, found)
        usual = "shell" if re.match(r"\s*(?:user_data\w*|startup_script|inline|script|command)\b", found.line) else "text"
        content_type = script_content_type(body.text, usual)
        if usual == "text" and content_type == "text":
            content_type = identify("", body.text.encode("utf-8", "replace"))
        yield embed(f"heredoc-{number}", content_type, body, f"here-document {found.word}")


def _find(text: str, opening: re.Pattern[str]) -> Iterator[Heredoc | Failure]:
    """All here-documents in the order of their bodies; several can be opened on one line."""
    offset = 0
    pending: list[tuple[re.Match[str], str]] = []
    start = 0
    lines = text.splitlines(keepends=True)
    for line in lines:
        bare = line.rstrip("\r\n")
        if pending:
            match, opener = pending[0]
            if (bare.lstrip(" \t") if match["strip"] else bare).rstrip() == match["word"]:
                yield Heredoc(opener, match.start(), match["word"], start, offset)
                pending.pop(0)
                start = offset + len(line)
        elif "<<" in bare and not bare.lstrip().startswith(("#", "//")):
            matches = itertools.islice(opening.finditer(bare), _PER_LINE)
            pending = [(match, bare) for match in matches if not _in_quotes(bare, match.start())]
            start = offset + len(line)
        offset += len(line)
    if pending:
        yield Failure(max(0, start - 1), f"the here-document {pending[0][0]['word']} has no end")


def _in_quotes(line: str, offset: int) -> bool:
    """Whether an odd number of the same quotes is before the offset."""
    before = line[:offset]
    return before.count("'") % 2 == 1 or before.count('"') % 2 == 1


def _body(text: str, found: Heredoc) -> MappedText:
    body = text[found.start : found.end]
    return MappedText(body, (Segment(0, found.start, len(body)),) if body else ())


def _type_in_shell(found: Heredoc, body: str, begin: int = 0) -> str:
    """By the program that reads it, the file that it is written to, or its shebang."""
    command = found.command(begin)
    before, _, after = command.partition("<<")
    if not before.strip():
        return script_content_type(body, "shell")  # RUN <<EOF
    piped = re.search(r"\|(?!\|)(.*)", after)
    for words in (_words(before.rpartition("|")[2]), _words(piped[1]) if piped else []):
        if reader := command_type(words):
            return reader
    target = _REDIRECTION.search(command)
    return identify(target[1] if target else "", body.encode("utf-8", "replace"))


def _type_of_copy(found: Heredoc, body: str) -> str:
    """COPY: by the target's name; a target that is a folder gets a file that is named like the here-document."""
    words = found.line.split()
    target = words[-1] if words and not words[-1].startswith("<<") else ""
    name = found.word if not target or target.endswith("/") else target
    return identify(name, body.encode("utf-8", "replace"))


def _words(command: str) -> list[str]:
    command = command[:_COMMAND_CHARACTERS]
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()
