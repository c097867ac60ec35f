"""Reads the commands of a shell script: words with their expansions, pipes, redirections and here-documents.

It is no parser of the whole grammar: reserved words are left out, and what is between two operators is a command. That is enough
for rules about commands, and refuses no script for a construct that it does not know. (semgrep's parser for bash reports a syntax
error in one of nine installed scripts.) https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec


class Expansion(msgspec.Struct, frozen=True):
    """The value of a variable in a word: ``text`` is ``$name`` or ``${name:-x}``, ``is_quoted`` whether it is in double quotes."""

    name: str
    text: str
    is_quoted: bool


class Word(msgspec.Struct, frozen=True):
    """A word; ``value`` is without quotes, with expansions as they are written. Offsets are in characters of the text.

    ``substitutions``: the commands in ``$(...)``, ``<(...)`` and backticks.
    """

    value: str
    start: int
    end: int
    expansions: tuple[Expansion, ...] = ()
    substitutions: tuple[Pipeline, ...] = ()


class Redirection(msgspec.Struct, frozen=True):
    """``operator`` is without the number of the descriptor; ``body`` the text of a here-document."""

    operator: str
    target: Word
    body: str = ""


class Command(msgspec.Struct, frozen=True):
    """A simple command. ``assignments`` come before its words: names with their values. ``function``: in which function it is."""

    words: tuple[Word, ...]
    assignments: tuple[tuple[str, Word], ...]
    redirections: tuple[Redirection, ...]
    start: int
    end: int
    function: str = ""

    def all_words(self) -> Iterator[Word]:
        """Its words, the values of its assignments and the targets of its redirections."""
        yield from self.words
        yield from (value for _, value in self.assignments)
        yield from (each.target for each in self.redirections)


class Pipeline(msgspec.Struct, frozen=True):
    """Commands, each of which reads what the one before writes."""

    commands: tuple[Command, ...]


class Script(msgspec.Struct, frozen=True):
    """The commands of a script; ``problem`` is the offset from which it could not be read, such as a quote without an end."""

    text: str
    pipelines: tuple[Pipeline, ...]
    problem: int | None = None

    def walk(self) -> Iterator[tuple[Pipeline, bool]]:
        """Each pipeline, also those in substitutions: for these the second value is true."""
        todo = [(each, False) for each in reversed(self.pipelines)]
        while todo:
            pipeline, is_inside = todo.pop()
            yield pipeline, is_inside
            words = (word for command in pipeline.commands for word in command.all_words())
            inner = [each for word in words for each in word.substitutions]
            todo += [(each, True) for each in reversed(inner)]


def read_script(text: str) -> Script:
    """Reads a script. Never raises; the time is linear in the length of ``text``."""
    reader = _Reader(text, 0, len(text), 0)
    return Script(text, tuple(reader.read("")), reader.problem)


_DEPTH = 30
_BLANKS = re.compile(r"(?:[ \t\r]|\\\r?\n)+")
_PLAIN = re.compile(r"[^\s\\'\"`$|&;()<>]+")
_IN_DOUBLE = re.compile(r"[^\"\\`$]+")
_REDIRECTION = re.compile(r"(?:\d+|\{\w+\})?(<<<|<<-?|<>|<&|<(?!\()|>>|>&|>\||>(?!\()|&>>?)")
_OPERATOR = re.compile(r";;&|;;|;&|;|&&|&|\|\||\|&|\||\n|\(|\)")
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]\n]*\])?\+?=")
_NAME = re.compile(r"\$(\w+|[@*#?$!-])")
_BRACED_NAME = re.compile(r"\$\{[!#]?(\w+|[@*#?$!-])")
_BRACE = re.compile(r"[{}'\"\\]")
_BRACE_QUOTED = re.compile(r"[{}\"\\]")
"""In double quotes, a single quote in ``${...}`` is a character like others."""
_PARENTHESIS = re.compile(r"[()'\"\\]")
_RESERVED = frozenset(
    ("if", "then", "elif", "else", "fi", "while", "until", "do", "done", "!", "{", "}", "esac", "time", "function"),
)


class _Reader:
    """Reads ``text`` up to ``end``; ``position`` is where it is."""

    def __init__(self, text: str, position: int, end: int, depth: int) -> None:
        self.text, self.position, self.end, self.depth = text, position, end, depth
        self.problem: int | None = None
        self._after_bodies = 0
        self._cases = 0
        self._defined = ""
        self._functions: list[str] = []

    def read(self, closing: str) -> list[Pipeline]:
        """The pipelines up to the end, or to a parenthesis that is not opened here, which is passed."""
        found: list[Pipeline] = []
        commands: list[Command] = []
        nesting, cases = 0, self._cases
        self._cases = 0
        while self.position < self.end:
            command = self._read_command()
            if command is not None:
                commands.append(command)
            operator = self._read_operator()
            if operator in ("|", "|&"):
                self._skip_lines()
                continue
            if operator == "(" and command is not None and self._is_definition(command):
                commands.pop()
            if commands:
                found.append(Pipeline(tuple(commands)))
                commands = []
            nesting += operator == "("
            if operator == ")" and nesting:
                nesting -= 1
            elif operator == ")" and closing and not self._cases:
                break
        self._cases = cases
        return found + ([Pipeline(tuple(commands))] if commands else [])

    def _is_definition(self, command: Command) -> bool:
        """Whether a command is the name in ``name()``; what follows is its body."""
        if len(command.words) != 1 or self.text[self.position : self.position + 1] != ")":
            return False
        self._defined = command.words[0].value
        return True

    def _read_operator(self) -> str:
        match = _OPERATOR.match(self.text, self.position, self.end)
        if match is None:
            return ""
        self.position = match.end()
        if match[0] == "\n":
            self._pass_bodies()
        return match[0]

    def _pass_bodies(self) -> None:
        """Goes on after the here-documents of the line that has ended."""
        self.position = max(self.position, self._after_bodies)
        self._after_bodies = 0

    def _skip_lines(self) -> None:
        while True:
            self._skip_blanks()
            if self.text[self.position : self.position + 1] != "\n" or self.position >= self.end:
                return
            self.position += 1
            self._pass_bodies()

    def _skip_blanks(self) -> None:
        match = _BLANKS.match(self.text, self.position, self.end)
        if match is not None:
            self.position = match.end()
        if self.text.startswith("#", self.position) and self.position < self.end:
            line_end = self.text.find("\n", self.position, self.end)
            self.position = line_end if line_end >= 0 else self.end

    def _read_command(self) -> Command | None:
        words: list[Word] = []
        assignments: list[tuple[str, Word]] = []
        redirections: list[Redirection] = []
        start = last = -1
        while True:
            self._skip_blanks()
            redirection = _REDIRECTION.match(self.text, self.position, self.end)
            if redirection is None and (self.position >= self.end or _OPERATOR.match(self.text, self.position, self.end)):
                break
            begin = self.position
            if redirection is not None:
                redirections.append(self._read_redirection(redirection))
            else:
                word = self._read_word()
                if not words and not assignments and self._pass_reserved(word):
                    continue
                name = _ASSIGNMENT.match(self.text, begin, word.end)
                if name is not None and not words:
                    assignments.append((name[1], msgspec.structs.replace(word, value=word.value.partition("=")[2])))
                else:
                    words.append(word)
            start = begin if start < 0 else start
            last = self.position
        if start < 0:
            return None
        function = self._functions[-1] if self._functions else ""
        return Command(tuple(words), tuple(assignments), tuple(redirections), start, last, function)

    def _pass_reserved(self, word: Word) -> bool:
        """Whether the word is a reserved one that is no part of a command."""
        if word.end - word.start != len(word.value):
            return False
        if word.value in ("case", "esac"):
            self._cases += 1 if word.value == "case" else -min(self._cases, 1)
        elif word.value == "function":
            self._skip_blanks()
            self._defined = self._read_word().value
        elif word.value == "{":
            self._functions.append(self._defined or (self._functions[-1] if self._functions else ""))
            self._defined = ""
        elif word.value == "}" and self._functions:
            self._functions.pop()
        return word.value in _RESERVED

    def _read_redirection(self, match: re.Match[str]) -> Redirection:
        self.position = match.end()
        self._skip_blanks()
        target = self._read_word()
        body = self._read_body(target.value, is_stripped=match[1].endswith("-")) if match[1] in ("<<", "<<-") else ""
        return Redirection(match[1], target, body)

    def _read_body(self, word: str, *, is_stripped: bool) -> str:
        """The here-document that the line being read opens; `_pass_bodies` passes it at the end of the line."""
        line_end = self.text.find("\n", self.position, self.end)
        start = max(self._after_bodies, line_end + 1 if line_end >= 0 else self.end)
        position = start
        while position < self.end:
            line_end = self.text.find("\n", position, self.end)
            after = line_end + 1 if line_end >= 0 else self.end
            line = self.text[position:after].rstrip("\r\n")
            if (line.lstrip("\t") if is_stripped else line) == word:
                self._after_bodies = after
                return self.text[start:position]
            position = after
        self._after_bodies = self.end
        return self.text[start : self.end]

    def _read_word(self) -> Word:
        parts = _Parts()
        start = self.position
        while self.position < self.end:
            if plain := _PLAIN.match(self.text, self.position, self.end):
                self.position = plain.end()
                parts.texts.append(plain[0])
            elif not self._read_part(parts, start):
                break
        if self.position == start:  # nothing that a word begins with: no endless loop
            self.position += 1
        return Word("".join(parts.texts), start, self.position, tuple(parts.expansions), tuple(parts.substitutions))

    def _read_part(self, parts: _Parts, start: int) -> bool:
        """Reads what is special in a word; false at the end of the word."""
        text, position = self.text, self.position
        character = text[position]
        if character == "\\":
            length = 3 if text.startswith("\r\n", position + 1) else 2
            self.position = min(position + length, self.end)
            parts.texts.append(text[position + 1 : self.position].strip("\r\n"))
        elif character == "'":
            self._read_single(parts)
        elif character == '"':
            self._read_double(parts)
        elif character in "`$":
            self._read_expansion(parts, is_quoted=False)
        elif character in "<>" and text.startswith("(", position + 1):
            self.position += 2
            self._read_substitution(parts, position)
        elif character == "(" and position > start and text[position - 1] in "=@?!+*":
            self._pass_parentheses(parts)
        else:
            return False
        return True

    def _read_single(self, parts: _Parts) -> None:
        end = self.text.find("'", self.position + 1, self.end)
        if end < 0:
            self._give_up()
            return
        parts.texts.append(self.text[self.position + 1 : end])
        self.position = end + 1

    def _read_double(self, parts: _Parts) -> None:
        opened = self.position
        self.position += 1
        while self.position < self.end:
            if plain := _IN_DOUBLE.match(self.text, self.position, self.end):
                parts.texts.append(plain[0])
                self.position = plain.end()
            elif self.text[self.position] == "\\":
                escaped = self.text[self.position + 1 : self.position + 2]
                parts.texts.append("" if escaped == "\n" else escaped if escaped in '"\\$`' else "\\" + escaped)
                self.position += 2
            elif self.text[self.position] == '"':
                self.position += 1
                return
            else:
                self._read_expansion(parts, is_quoted=True)
        self._give_up(opened)

    def _give_up(self, opened: int = -1) -> None:
        """The rest is not read, from the quote or the parenthesis that has no end."""
        opened = self.position if opened < 0 else opened
        self.problem = opened if self.problem is None else min(self.problem, opened)
        self.position = self.end

    def _read_expansion(self, parts: _Parts, *, is_quoted: bool) -> None:
        text, start = self.text, self.position
        if text[start] == "`":
            self._read_backticks(parts)
        elif text.startswith("$((", start) and self._pass_arithmetic(parts):
            return
        elif text.startswith("$(", start):
            self.position += 2
            self._read_substitution(parts, start)
        elif text.startswith("${", start):
            self._pass_braces(is_quoted=is_quoted)
            name = _BRACED_NAME.match(text, start, self.position)
            parts.add(Expansion(name[1] if name else "", text[start : self.position], is_quoted))
        elif text.startswith("$'", start) and not is_quoted:
            self._read_ansi_string(parts)
        elif name := _NAME.match(text, start, self.end):
            word = name[1] if not name[1][0].isdigit() else name[1][0]
            self.position = start + 1 + len(word)
            parts.add(Expansion(word, text[start : self.position], is_quoted))
        else:
            self.position += 1
            if not text.startswith('"', self.position) or is_quoted:
                parts.texts.append("$")

    def _read_ansi_string(self, parts: _Parts) -> None:
        found = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL).match(self.text, self.position, self.end)
        if found is None:
            self._give_up()
            return
        parts.texts.append(found[1])
        self.position = found.end()

    def _read_backticks(self, parts: _Parts) -> None:
        opened = self.position
        end = opened + 1
        while end < self.end and self.text[end] != "`":
            end += 2 if self.text[end] == "\\" else 1
        if end >= self.end:
            self._give_up()
            return
        self._read_inner(parts, opened + 1, end)
        parts.texts.append(self.text[opened : end + 1])
        self.position = end + 1

    def _read_inner(self, parts: _Parts, start: int, end: int) -> None:
        if self.depth >= _DEPTH:
            self._give_up()
            return
        reader = _Reader(self.text, start, end, self.depth + 1)
        parts.substitutions += reader.read("")
        if reader.problem is not None:
            self.problem = reader.problem if self.problem is None else min(self.problem, reader.problem)

    def _read_substitution(self, parts: _Parts, opened: int) -> None:
        """Reads the commands up to the closing parenthesis."""
        if self.depth >= _DEPTH:
            self._give_up(opened)
            return
        self.depth += 1
        functions, self._functions = self._functions, []
        parts.substitutions += self.read(")")
        self._functions = functions
        self.depth -= 1
        if self.text[self.position - 1 : self.position] != ")":
            self._give_up(opened)
        parts.texts.append(self.text[opened : self.position])

    def _pass_arithmetic(self, parts: _Parts) -> bool:
        """Passes ``$((...))``; false if it is a subshell in a substitution."""
        start = self.position
        end = self._closing(_PARENTHESIS, start + 1, "(", ")")
        if end < 0 or not self.text.startswith("))", end - 2):
            return False
        parts.texts.append(self.text[start:end])
        self.position = end
        return True

    def _pass_parentheses(self, parts: _Parts) -> None:
        """Passes the words of an array, or of a pattern."""
        start = self.position
        end = self._closing(_PARENTHESIS, start, "(", ")")
        if end < 0:
            self._give_up()
            return
        parts.texts.append(self.text[start:end])
        self.position = end

    def _pass_braces(self, *, is_quoted: bool) -> None:
        end = self._closing(_BRACE_QUOTED if is_quoted else _BRACE, self.position + 1, "{", "}")
        if end < 0:
            self._give_up()
        else:
            self.position = end

    def _closing(self, marks: re.Pattern[str], start: int, opening: str, closing: str) -> int:
        """The offset after what closes the bracket at ``start``; -1 if nothing does."""
        nesting, position = 0, start
        while match := marks.search(self.text, position, self.end):
            position = match.end()
            if match[0] == opening:
                nesting += 1
            elif match[0] == closing:
                nesting -= 1
                if not nesting:
                    return position
            elif match[0] == "\\":
                position += 1
            elif match[0] == "'":
                end = self.text.find("'", position, self.end)
                position = end + 1 if end >= 0 else position
            elif match[0] == '"':
                end = self._end_of_double(position)
                position = end if end >= 0 else position
        return -1

    def _end_of_double(self, position: int) -> int:
        """The offset after the quote that ends a string; -1 if none does."""
        while position < self.end:
            if self.text[position] == '"':
                return position + 1
            position += 2 if self.text[position] == "\\" else 1
        return -1


class _Parts:
    """What a word is made of, while it is read."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.expansions: list[Expansion] = []
        self.substitutions: list[Pipeline] = []

    def add(self, expansion: Expansion) -> None:
        """Adds an expansion, with its text."""
        self.expansions.append(expansion)
        self.texts.append(expansion.text)


_PREFIXES: dict[str, str] = {
    "sudo": "ughpCrtUDRT",
    "doas": "uC",
    "env": "uCS",
    "xargs": "nIPdLsaE",
    "nice": "n",
    "ionice": "cnp",
    "timeout": "ks",
    "stdbuf": "ioe",
    "exec": "a",
    "chroot": "",
    "su-exec": "",
    "gosu": "",
    **dict.fromkeys(("nohup", "command", "builtin", "setsid", "unbuffer", "eatmydata", "busybox", "time", "run0", "retry"), ""),
}
"""Programs that run the command in their arguments, with the letters of their options that have a value."""
_POSITIONAL = frozenset({"timeout", "chroot", "su-exec", "gosu"})
"""Of these, those with an argument before the command."""
_ENVIRONMENT = re.compile(r"[A-Za-z_]\w*=")


def program_words(command: Command) -> Sequence[Word]:
    """The words of what the command runs in the end, without ``sudo``, ``env`` and the like; none if it runs nothing."""
    words = command.words
    index = 0
    while index < len(words) and (options := _PREFIXES.get(program_name(words[index]))) is not None:
        needs_argument = program_name(words[index]) in _POSITIONAL
        index += 1
        while index < len(words):
            value = words[index].value
            if value.startswith("-") and value != "-":
                index += 2 if len(value) == 2 and value[1] in options else 1
            elif _ENVIRONMENT.match(value):
                index += 1
            elif needs_argument:
                needs_argument = False
                index += 1
            else:
                break
    return words[index:]


def program_name(word: Word) -> str:
    """The file name of the program that a word names."""
    return word.value.rpartition("/")[2]
