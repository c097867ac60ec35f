"""Checks of the commands of shell scripts, by their programs and arguments alone."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from scangate.content.shell_commands import Command, Expansion, Script, Word, program_name, program_words

Range = tuple[int, int]
"""Offsets in the text of the script; the end is exclusive."""

SECRET_NAME = re.compile(
    r"(?i)(?:.*_)?(?:\w*passw(?:or)?d|\w*passphrase|\w*secret|\w*token|api_?key|\w+_(?:api|access|secret|private)_?key|pgpass|pat)\d?"
)
_NOT_SECRET = re.compile(r"(?i).*(?:NEXT|PAGE|CSRF|CANCEL|CONTINUATION)_?TOKEN")
_SEPARATOR = " :: "
_EXPORTERS = frozenset({"export", "declare", "typeset", "readonly", "local", "set", "setenv", "env"})


class Pattern(msgspec.Struct, frozen=True):
    """What a command must have: a program, words that match each of ``wanted``, and none that matches one of ``unwanted``."""

    program: re.Pattern[str]
    wanted: tuple[re.Pattern[str], ...]
    unwanted: tuple[re.Pattern[str], ...]


@functools.lru_cache(maxsize=1024)
def _read_pattern(argument: str) -> Pattern:
    """A pattern from a rule: ``PROGRAM :: WORD :: !WORD``; see `_match_commands`."""
    program, *terms = argument.split(_SEPARATOR)
    wanted = tuple(re.compile(term) for term in terms if not term.startswith("!"))
    return Pattern(re.compile(program), wanted, tuple(re.compile(term[1:]) for term in terms if term.startswith("!")))


class Call(msgspec.Struct, frozen=True):
    """A command: the words of the program that it runs in the end, and the program's name, empty if it runs none."""

    command: Command
    words: Sequence[Word]
    name: str

    @property
    def values(self) -> list[str]:
        """The arguments."""
        return [word.value for word in self.words[1:]]

    @property
    def start(self) -> int:
        """Where the program is named, or the command begins."""
        return self.words[0].start if self.words else self.command.start


class Calls:
    """The commands of a script, also those in substitutions; what all checks need is made once."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.pipelines = list(script.walk())
        self.all = [read_call(command) for pipeline, _ in self.pipelines for command in pipeline.commands]
        self.by_name: dict[str, list[Call]] = {}
        for call in self.all:
            self.by_name.setdefault(call.name, []).append(call)

    def named(self, pattern: re.Pattern[str]) -> Iterator[Call]:
        """The calls of programs whose names match."""
        for name, calls in self.by_name.items():
            if name and pattern.fullmatch(name):
                yield from calls


def read_call(command: Command) -> Call:
    """A command with what it runs in the end."""
    words = program_words(command)
    return Call(command, words, program_name(words[0]) if words else "")


def _match_commands(script: Calls, arguments: tuple[str, ...]) -> Iterator[Range]:
    """Commands that match one of the patterns ``PROGRAM :: WORD :: !WORD``: expressions for the whole name of the program, and for
    a whole word, or two successive ones with a blank, that it must or must not have."""
    for argument in arguments:
        pattern = _read_pattern(argument)
        yield from ((call.start, call.command.end) for call in script.named(pattern.program) if _matches(pattern, call))


def _matches(pattern: Pattern, call: Call) -> bool:
    values = call.values
    texts = values + [f"{one} {other}" for one, other in itertools.pairwise(values)]
    return all(any(map(each.fullmatch, texts)) for each in pattern.wanted) and not any(
        each.fullmatch(text) for each in pattern.unwanted for text in texts
    )


def _match_assignments(script: Calls, arguments: tuple[str, ...]) -> Iterator[Range]:
    """Assignments that match an expression for all of ``NAME=VALUE``; also those for one command, and of ``export``."""
    patterns = [re.compile(argument) for argument in arguments]
    for call in script.all:
        found = [(f"{name}={value.value}", value) for name, value in call.command.assignments]
        if call.command.words and program_name(call.command.words[0]) in _EXPORTERS:
            found += [(word.value, word) for word in call.command.words[1:]]
        yield from ((word.start, word.end) for text, word in found if any(pattern.fullmatch(text) for pattern in patterns))


def _match_written_text(script: Calls, arguments: tuple[str, ...]) -> Iterator[Range]:
    """Commands that write a text in which an expression matches: ``echo`` and ``printf``, here-documents and here-strings."""
    patterns = [re.compile(argument) for argument in arguments]
    for call in script.all:
        texts = [each.body or each.target.value for each in call.command.redirections if each.operator.startswith("<<")]
        if call.name in ("echo", "printf", "sed"):
            texts.append(" ".join(call.values))
        if any(pattern.search(text) for pattern in patterns for text in texts):
            yield call.start, call.command.end


def is_secret(expansion: Expansion) -> bool:
    """Whether the value of a variable is a secret, by its name; not its length, or a text instead of it."""
    whole = expansion.text.strip("${}") == expansion.name
    return whole and SECRET_NAME.fullmatch(expansion.name) is not None and _NOT_SECRET.fullmatch(expansion.name) is None


def _secret_arguments(script: Calls, arguments: tuple[str, ...]) -> Iterator[Range]:
    """Commands that match one of the patterns, as in `_match_commands`, and have a secret in a word."""
    for argument in arguments:
        pattern = _read_pattern(argument)
        for call in script.named(pattern.program):
            secrets = any(is_secret(each) for word in call.words[1:] if not word.substitutions for each in word.expansions)
            if secrets and _matches(pattern, call):
                yield call.start, call.command.end


def _printed_secrets(script: Calls, arguments: tuple[str, ...]) -> Iterator[Range]:
    """``echo`` and ``printf`` of a secret with a text around it, to where the log is. A secret alone is what a function returns."""
    del arguments
    for pipeline, is_inside in script.pipelines:
        call = read_call(pipeline.commands[-1])
        if is_inside or call.name not in ("echo", "printf"):
            continue
        if any(each.operator not in (">&", "<<<") or not each.target.value.isdigit() for each in call.command.redirections):
            continue
        text = " ".join(call.values)
        secrets = [each for word in call.words[1:] for each in word.expansions if is_secret(each)]
        for each in secrets:
            text = text.replace(each.text, "")
        if secrets and re.search(r"[A-Za-z]{3}", text) and "add-mask" not in text and "setvariable" not in text:
            yield call.start, call.command.end


_TRACING = re.compile(r"(?:-|\+)[a-zA-Z]*x[a-zA-Z]*|[-+]o xtrace")


def _traced_secrets(script: Calls, arguments: tuple[str, ...]) -> Iterator[Range]:
    """The first command with each secret while ``set -x`` prints all commands."""
    del arguments
    is_traced = bool(re.match(r"#!.*\s-[a-wyz]*x", script.script.text.partition("\n")[0]))
    seen: set[str] = set()
    for call in script.all:
        if call.name == "set":
            switches = [match[0] for match in _TRACING.finditer(" ".join(call.values))]
            is_traced = switches[-1].startswith("-") if switches else is_traced
            continue
        found = [each.name for word in call.command.all_words() for each in word.expansions if is_secret(each)]
        if is_traced and not seen.issuperset(found):
            seen.update(found)
            yield call.command.start, call.command.end


_TEMPORARY = re.compile(r"(?:/var)?/tmp/(?!.*\.\.)[^\s*?\[]+|\$\{?TMPDIR(?::?-/tmp)?\}?/[^\s*?\[]+")
_GUESSED = frozenset({"$", "BASHPID", "PPID", "USER", "LOGNAME", "UID", "EUID", "0", "TMPDIR"})


def _fixed_temporary_files(script: Calls, arguments: tuple[str, ...]) -> Iterator[Range]:
    """The first time that a script writes to each file with a foreseeable name in a folder that all users share."""
    del arguments
    seen: set[str] = set()
    for call in script.all:
        targets = [each.target for each in call.command.redirections if each.operator in (">", ">>", ">|", "&>", "&>>")]
        if call.name == "tee":
            targets += [word for word in call.words[1:] if not word.value.startswith("-")]
        for word in targets:
            is_known = word.value in seen or any(each.name not in _GUESSED for each in word.expansions) or word.substitutions
            if not is_known and _TEMPORARY.fullmatch(word.value):
                seen.add(word.value)
                yield word.start, word.end


ScriptCheck = Callable[[Calls, tuple[str, ...]], Iterable[Range]]
COMMAND_CHECKS: Mapping[str, ScriptCheck] = {
    "command": _match_commands,
    "assignment": _match_assignments,
    "written-text": _match_written_text,
    "secret-argument": _secret_arguments,
    "printed-secret": _printed_secrets,
    "traced-secret": _traced_secrets,
    "fixed-temporary-file": _fixed_temporary_files,
}
"""Checks of one script, by the name that rules use."""
