"""Here-documents of shell scripts, Dockerfiles and HCL that are programs, by their interpreter or by the file they go to."""

from __future__ import annotations

import bisect
import itertools
import re
import shlex
from collections.abc import Iterator, Sequence

import msgspec

from scangate.content.embedded import Embedded, Failure, command_type, embed, script_content_type
from scangate.content.identification import identify_text
from scangate.content.interpreters import interpreter_type
from scangate.content.position_maps import MappedText, join, take

_OPENING = re.compile(
    r"(?<![<\w$(])<<(?P<strip>[-~]?)[ \t]*(?:\"(?P<double>[^\"\n]+)\"|'(?P<single>[^'\n]+)'|\\?(?P<plain>[^\s\"'<>|&;()`$\\=]+))"
)
_OPENING_HCL = re.compile(r"<<(?P<strip>-?)(?P<plain>[A-Za-z_]\w*)[ \t]*$")
_REDIRECTION = re.compile(r"(?:&?\d*>>?\|?|\btee(?:[ \t]+-\w+)*)[ \t]*[\"']?([^\s\"'<>|&;]+)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_STRIPPED_LINE = re.compile(r"\t*(?P<line>[^\n]*\n|[^\n]+)")
_WORD_CHARACTERS = 200
_LOGICAL_CHARACTERS = 2000
"""So much of a line that is continued on the next ones is kept."""
_PER_LINE = 20
"""More here-documents on one line are not looked for."""
_COMMAND_CHARACTERS = 4000
_SEPARATOR = re.compile(r"&&|\|\||;")
_FLAGS = re.compile(r"--\S+")
_SHELL = re.compile(r"^[ \t]*SHELL[ \t]*\[[ \t]*\"([^\"]+)\"", re.MULTILINE | re.IGNORECASE)
_INSTRUCTION = re.compile(r"[ \t]*(RUN|COPY|ADD|ONBUILD[ \t]+RUN)\b[ \t]*", re.IGNORECASE)


class Heredoc(msgspec.Struct, frozen=True):
    """A here-document: the line that opens it with those that it continues, where in it, its word, and the offsets of its body.

    ``is_stripped``: it is opened by ``<<-``. Without ``is_closed``, no line ends it, and the body is the rest of the text.
    """

    line: str
    column: int
    word: str
    start: int
    end: int
    is_closed: bool = True
    is_stripped: bool = False

    def body(self, text: str) -> MappedText:
        """The body as the program reads it: after ``<<-`` without the tabs at the beginning of its lines."""
        if not self.is_stripped:
            return take(text, self.start, self.end)
        return join(take(text, *line.span("line")) for line in _STRIPPED_LINE.finditer(text, self.start, self.end))

    def command(self, begin: int = 0) -> str:
        """The part of the line from ``begin``, between ``&&``, ``||`` and ``;``, that opens it."""
        start = max((match.end() for match in _SEPARATOR.finditer(self.line, begin, self.column)), default=begin)
        end = _SEPARATOR.search(self.line, self.column)
        return self.line[start : end.start() if end else len(self.line)]


def shell_heredocs(text: str) -> Iterator[Embedded | Failure | None]:
    """The programs in the here-documents of a shell script. Without an end, a shell reads on to the end of the file."""
    for number, found in enumerate(_find(text, _OPENING), start=1):
        body = found.body(text)
        content_type = _reader_or_target(found) if not found.is_closed else _type_in_shell(found, body.text)
        yield embed(f"heredoc-{number}", content_type or "text", body, f"here-document {found.word}")


def dockerfile_heredocs(text: str) -> Iterator[Embedded | Failure | None]:
    """The here-documents of RUN, COPY and ADD."""
    number = 0
    for found in _find(text, _OPENING):
        instruction = _INSTRUCTION.match(found.line)
        if instruction is None:
            continue
        if not found.is_closed:
            yield Failure(max(0, found.start - 1), f"the here-document {found.word} has no end")
            continue
        number += 1
        body = found.body(text)
        if instruction[1].upper() in ("COPY", "ADD"):
            content_type = _type_of_copy(found, body.text)
        else:
            content_type = _type_in_shell(found, body.text, instruction.end(), _shell_before(text, found.start))
        yield embed(f"heredoc-{number}", content_type, body, f"here-document {found.word}")


def _shell_before(text: str, offset: int) -> str:
    """The language of the last SHELL instruction before the offset."""
    shells = _SHELL.findall(text, 0, offset) if "SHELL" in text else []
    return (interpreter_type(shells[-1]) if shells else "") or "shell"


def hcl_heredocs(text: str) -> Iterator[Embedded | Failure | None]:
    """The programs in the here-documents of Terraform and other HCL: with a shebang, or user data."""
    for number, found in enumerate(_find(text, _OPENING_HCL, is_end_indented=True), start=1):
        if not found.is_closed:
            yield Failure(max(0, found.start - 1), f"the here-document {found.word} has no end")
            continue
        body = take(text, found.start, found.end)
        usual = "shell" if re.match(r"\s*(?:user_data\w*|startup_script|inline|script|command)\b", found.line) else "text"
        content_type = script_content_type(body.text, usual)
        if usual == "text" and content_type == "text":
            content_type = identify_text("", body.text)
        yield embed(f"heredoc-{number}", content_type, body, f"here-document {found.word}")


def _find(text: str, opening: re.Pattern[str], *, is_end_indented: bool = False) -> Iterator[Heredoc]:
    """All here-documents in the order of their bodies; several can be opened on one line.

    ``is_end_indented``: blanks before the word that ends one never matter, as in HCL:
    https://developer.hashicorp.com/terraform/language/expressions/strings#heredoc-strings
    """
    lines = [(match.start(), match[0].rstrip("\r\n")) for match in _LINE.finditer(text)]
    starts = [start for start, _ in lines] + [len(text)]
    closing = _closing_lines(lines)
    index, logical = 0, ""
    while index < len(lines):
        bare = lines[index][1]
        index += 1
        matches: list[re.Match[str]] = []
        if "<<" in bare and not bare.lstrip().startswith(("#", "//")):
            matches = list(itertools.islice(opening.finditer(bare), _PER_LINE))
        for match in matches:
            if _is_no_redirection(bare, match.start()):
                continue
            word = next(filter(None, (match.groupdict().get(name) for name in ("plain", "double", "single"))))
            candidates = closing.get((is_end_indented or bool(match["strip"]), word), [])
            found = bisect.bisect_left(candidates, index)
            end = candidates[found] if found < len(candidates) else len(lines)
            yield Heredoc(
                logical + bare,
                len(logical) + match.start(),
                word,
                starts[index],
                starts[end],
                end < len(lines),
                match["strip"] == "-",
            )
            index = end + 1 if end < len(lines) else index
        logical = (logical + bare[:-1])[-_LOGICAL_CHARACTERS:] if bare.endswith("\\") and not matches else ""


def _closing_lines(lines: Sequence[tuple[int, str]]) -> dict[tuple[bool, str], list[int]]:
    """Which lines can end a here-document: by whether blanks before the word are ignored, and by the word."""
    found: dict[tuple[bool, str], list[int]] = {}
    for number, (_, line) in enumerate(lines):
        if len(line) <= _WORD_CHARACTERS:
            found.setdefault((False, line.rstrip()), []).append(number)
            found.setdefault((True, line.strip()), []).append(number)
    return found


def _is_no_redirection(line: str, offset: int) -> bool:
    """Whether ``<<`` at the offset is in quotes or in arithmetic."""
    return _in_quotes(line, offset) or line.rfind("((", 0, offset) > line.rfind("))", 0, offset)


def _in_quotes(line: str, offset: int) -> bool:
    """Whether an odd number of the same quotes is before the offset."""
    before = line[:offset]
    return before.count("'") % 2 == 1 or before.count('"') % 2 == 1


def _type_in_shell(found: Heredoc, body: str, begin: int = 0, shell: str = "shell") -> str:
    """By the program that reads it, the file that it is written to, its shebang, or its content."""
    before, _, after = found.command(begin).partition("<<")
    if not _FLAGS.sub("", before).strip():  # RUN <<EOF, RUN <<EOF python3
        return command_type(_words(after)[1:]) or script_content_type(body, shell)
    return _reader_or_target(found, begin, body) or identify_text("", body)


def _reader_or_target(found: Heredoc, begin: int = 0, body: str = "") -> str:
    """By the program that reads it, or the file that it is written to; empty if neither is known."""
    command = found.command(begin)
    before, _, after = command.partition("<<")
    piped = re.search(r"\|(?!\|)(.*)", after)
    for words in (_words(before.rpartition("|")[2]), _words(piped[1]) if piped else []):
        if reader := command_type(words):
            return reader
    target = _REDIRECTION.search(command)
    return identify_text(target[1], body) if target else ""


def _type_of_copy(found: Heredoc, body: str) -> str:
    """COPY: by the target's name; a target that is a folder gets a file that is named like the here-document."""
    words = found.line.split()
    target = words[-1] if words and not words[-1].startswith("<<") else ""
    name = found.word if not target or target.endswith("/") else target
    return identify_text(name, body)


def _words(command: str) -> list[str]:
    command = command[:_COMMAND_CHARACTERS]
    try:
        return shlex.split(command)
    except ValueError:
        return command.split()
