"""Checks of what a shell script does with what comes from outside: downloads, input, variables without a value."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scangate.content.embedded import command_type
from scangate.content.shell_commands import Pipeline, Word
from scangate.tools.document_rules.commands import Call, Calls, Range, ScriptCheck, read_call

_URL = re.compile(r"(?i)[\"']?https?://\S+")
_PLAIN_HTTP = re.compile(
    r"(?i)[\"']?http://(?!localhost\b|127\.|0\.0\.0\.0|\[::1\]|169\.254\.|[\w-]+(?:[:/]|$)|[\w.-]+\.(?:local|internal|svc|test)\b)"
    r"[\w.${}-]+\S*"
)
_DOWNLOADERS = frozenset({"curl", "wget", "fetch", "aria2c"})
_FILTERS = frozenset({"tee", "cat", "sed", "gunzip", "zcat", "gzip", "bunzip2", "xz", "base64", "tr", "head", "tail", "awk"})
_VERIFIERS = re.compile(r"(?:g?(?:sha|b2|md5)\d*sum|shasum|gpgv?2?|cosign|minisign|signify|openssl|sigstore|slsa-verifier)")
_INTERPRETERS = re.compile(r"(?:ba|da|z|k|a)?sh|python[0-9.]*|perl|ruby|node|php|source|\.")
_STANDARD_INPUT = frozenset({"-", "/dev/stdin", "/proc/self/fd/0"})


def _downloads(pipelines: Iterable[Pipeline]) -> list[Call]:
    calls = (read_call(command) for pipeline in pipelines for command in pipeline.commands)
    return [call for call in calls if call.name in _DOWNLOADERS]


def _runs_input(call: Call) -> bool:
    """Whether an interpreter reads its program from standard input."""
    if not _INTERPRETERS.fullmatch(call.name):
        return False
    values = call.values
    if call.name in ("source", "."):
        return bool(values) and values[0] in _STANDARD_INPUT
    if any(re.fullmatch(r"-(?:c|m|e|n|p|ne|pe|lne|r|E)|--eval", value) for value in values):
        return False
    script = next((value for value in values if not value.startswith("-") or value == "-"), "-")
    return script in _STANDARD_INPUT or any(re.fullmatch(r"-\w*s", value) for value in values)


def _is_plain(downloads: Iterable[Call]) -> bool:
    """Whether one of them is over HTTP without TLS."""
    return any(_PLAIN_HTTP.fullmatch(value) for call in downloads for value in call.values)


def _piped_downloads(script: Calls, arguments: tuple[str, ...]) -> Iterator[Range]:
    """Downloads that an interpreter runs as they arrive, over ``http`` or ``https`` as ``arguments`` say."""
    for pipeline, _ in script.pipelines:
        for sources, start, end in _run_downloads(pipeline):
            if ("http" if _is_plain(sources) else "https") in arguments:
                yield start, end


def _run_downloads(pipeline: Pipeline) -> Iterator[tuple[Sequence[Call], int, int]]:
    """The downloads that are run in a pipeline: by a pipe, in a substitution, or by process substitution."""
    source: Call | None = None
    for call in map(read_call, pipeline.commands):
        if call.name in _DOWNLOADERS:
            source = call
        elif source is not None and _runs_input(call):
            yield [source], source.start, call.command.end
            source = None
        elif call.name not in _FILTERS:
            source = None
        if _INTERPRETERS.fullmatch(call.name) or call.name == "eval":
            found = _downloads(each for word in _scripts_of(call) for each in word.substitutions)
            if found:
                yield found, call.start, call.command.end


def _scripts_of(call: Call) -> Iterator[Word]:
    """The words that an interpreter reads as a program: after ``-c``, its first file, what is redirected into it."""
    yield from (each.target for each in call.command.redirections if each.operator in ("<", "<<<"))
    if call.name == "eval":
        yield from call.words[1:]
        return
    for index, word in enumerate(call.words[1:], start=1):
        if re.fullmatch(r"-\w*[ce]", word.value):
            yield from call.words[index + 1 : index + 2]
            return
        if not word.value.startswith("-"):
            if word.value.startswith("<("):
                yield word
            return


def _stored_downloads(script: Calls, arguments: tuple[str, ...]) -> Iterator[Range]:
    """Downloads into a file that the script then runs, if nothing in it verifies files."""
    if any(map(_VERIFIERS.fullmatch, script.by_name)) or _DOWNLOADERS.isdisjoint(script.by_name):
        return
    stored: dict[str, Call] = {}
    for call in script.all:
        name = _executed_file(call)
        download = stored.pop(name, None) or stored.pop(name.removeprefix("./"), None)
        if download is not None and ("http" if _is_plain([download]) else "https") in arguments:
            yield download.start, download.command.end
        if call.name in _DOWNLOADERS:
            stored.update(dict.fromkeys(_targets(call), call))


def _targets(call: Call) -> Iterator[str]:
    """The files that a download is stored in."""
    option = re.compile(r"-\w*O|--output-document" if call.name == "wget" else r"-\w*o|--output")
    values = call.values
    named = [value for before, value in itertools.pairwise(values) if option.fullmatch(before)]
    named += [value.partition("=")[2] for value in values if value.startswith(("--output=", "--output-document="))]
    named += [each.target.value for each in call.command.redirections if each.operator == ">"]
    by_url = call.name == "wget" or any(re.fullmatch(r"-\w*O\w*|--remote-name", value) for value in values)
    if by_url and not named:
        named = [value.rstrip("/").rpartition("/")[2].partition("?")[0] for value in values if _URL.fullmatch(value)]
    yield from (value.removeprefix("./") for value in named if value not in ("", "-", "/dev/null"))


def _executed_file(call: Call) -> str:
    """The file that a command runs, or makes executable; empty if it runs none."""
    values = call.values
    if call.name == "chmod":
        return values[-1] if values and re.fullmatch(r"[augo]*\+r?w?x|0?[57][0-7]{2}", values[0]) else ""
    if call.name in ("source", "."):
        return values[0] if values else ""
    if command_type([call.name]):
        return next((value for value in values if not value.startswith("-")), "")
    return call.words[0].value if call.words else ""


_REQUEST = re.compile(r"SSH_ORIGINAL_COMMAND|QUERY_STRING|HTTP_[A-Z_]+|PATH_INFO|REQUEST_URI|REMOTE_(?:HOST|USER)")
_POSITIONAL = re.compile(r"[1-9@*]")
_NOTHING = re.compile(r"(?!)")
_SHELL = re.compile(r"(?:ba|da|z|k|a)?sh")


def _evaluated_input(script: Calls, arguments: tuple[str, ...]) -> Iterator[Range]:
    """Input that becomes a command: of a ``request`` (CGI, an ssh key with a fixed command), or the script's own ``arguments`` and
    what it reads, as the rule's arguments say."""
    if not any(call.name == "eval" or _SHELL.fullmatch(call.name) for call in script.all):
        return
    names: set[str] = set()
    of_request = "request" in arguments

    def is_input(word: Word, function: str) -> bool:
        wanted = _REQUEST if of_request else _NOTHING if function else _POSITIONAL
        return any(each.name in names or wanted.fullmatch(each.name) for each in word.expansions)

    for call in script.all:
        function = call.command.function
        names.update(name for name, value in call.command.assignments if is_input(value, function))
        if call.name == "read" and not of_request:
            names.update(value for value in call.values if re.fullmatch(r"[A-Za-z_]\w*", value))
        if any(is_input(word, function) for word in _evaluated_words(call)):
            yield call.start, call.command.end


def _evaluated_words(call: Call) -> Sequence[Word]:
    """The words that a shell reads as commands. With ``eval "$@"``, a wrapper runs the command that it is given: that is its
    purpose."""
    words: Sequence[Word] = ()
    if call.name == "eval":
        words = call.words[1:]
    elif _SHELL.fullmatch(call.name):
        option = next((index for index, value in enumerate(call.values) if re.fullmatch(r"-\w*c", value)), len(call.words))
        words = call.words[option + 2 : option + 3]
    return [] if len(words) == 1 and re.fullmatch(r"\$\{?[@*]\}?", words[0].value) else words


_SETTERS = frozenset({"read", "for", "export", "local", "declare", "readonly", "getopts", "mapfile", "select", "typeset"})
_MAY_BE_REMOVED = frozenset({"HOME", "PWD", "TMPDIR"})


def _removed_roots(script: Calls, arguments: tuple[str, ...]) -> Iterator[Range]:
    """``rm -r "$X/"*``, which removes ``/*`` if X has no value: X is not set in the script, and nothing makes that an error."""
    del arguments
    if not {"source", "."}.isdisjoint(script.by_name) or any(map(_forbids_unset, script.by_name.get("set", ()))):
        return
    assigned = {name for call in script.all for name, _ in call.command.assignments}
    setters = [call for name in _SETTERS for call in script.by_name.get(name, ())]
    assigned.update(re.split(r"[=\[]", value)[0] for call in setters for value in call.values)
    for call in script.by_name.get("rm", ()):
        if any(re.fullmatch(r"-\w*[rR]\w*|--recursive", value) for value in call.values):
            found = [re.fullmatch(r"\$\{?([A-Za-z_]\w*)\}?/(?:\*|\.\*)?", value) for value in call.values]
            if any(match and match[1] not in assigned | _MAY_BE_REMOVED for match in found):
                yield call.start, call.command.end


def _forbids_unset(call: Call) -> bool:
    """Whether ``set`` makes the use of a variable without a value an error."""
    return "nounset" in call.values or any(re.fullmatch(r"-[a-z]*u[a-z]*", value) for value in call.values)


FLOW_CHECKS: Mapping[str, ScriptCheck] = {
    "piped-download": _piped_downloads,
    "stored-download": _stored_downloads,
    "evaluated-input": _evaluated_input,
    "removed-root": _removed_roots,
}
"""Checks of one script, by the name that rules use."""
