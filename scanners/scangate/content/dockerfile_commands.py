"""Programs in the instructions of a Dockerfile: ``CMD ["python3", "-c", "..."]``, and RUN where SHELL names no shell.

https://docs.docker.com/reference/dockerfile/#shell-and-exec-form
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from scangate.content.embedded import SHELLS, Embedded, embed, inline_scripts
from scangate.content.json_tree import unescape
from scangate.content.position_maps import MappedText, Segment, overwrite, take

_INSTRUCTION = re.compile(
    r"^[ \t]*(?:ONBUILD[ \t]+)?(?:HEALTHCHECK[ \t]+(?:--\S+[ \t]+)*)?(?P<name>RUN|CMD|ENTRYPOINT|SHELL)\b"
    r"(?P<flags>(?:[ \t]+--[^\s=]+(?:=\S+)?)*)[ \t]*(?P<rest>(?:[^\r\n\\]|\\(?:\r\n|[^\r]|\Z))*)",
    re.MULTILINE | re.IGNORECASE,
)
_EXEC_FORM = re.compile(r"\s*(?:\\\r?\n\s*)?\[")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_CONTINUED = re.compile(r"\\[ \t]*\r?\n")


class _Word(msgspec.Struct, frozen=True):
    value: str
    text: MappedText


def dockerfile_commands(text: str) -> Iterator[Embedded | None]:
    """The programs. Scripts of a shell are no pieces: they are what rules for Dockerfiles are about."""
    entrypoint: list[str] = []
    language = ""
    for number, found in enumerate(_INSTRUCTION.finditer(text), start=1):
        name = found["name"].upper()
        start, end = found.span("rest")
        if _EXEC_FORM.match(text, start, end) is None:
            if name == "RUN" and language and "<<" not in found["rest"]:
                body = overwrite(take(text, start, end), _CONTINUED, lambda _: " ")
                yield embed(f"run-{number}", language, body, f"RUN in {language}")
            continue
        words = list(_words(text, start, end))
        values = [word.value for word in words]
        before = entrypoint if name == "CMD" else []
        for index, content_type in inline_scripts([*before, *values, *([""] if name == "SHELL" else [])]):
            if name == "SHELL":
                language = "" if content_type in SHELLS else content_type
            elif index >= len(before) and content_type not in SHELLS:
                yield embed(f"{name.lower()}-{number}", content_type, words[index - len(before)].text, f"argument of {name}")
        entrypoint = values if name == "ENTRYPOINT" else entrypoint


def _words(text: str, start: int, end: int) -> Iterator[_Word]:
    """The strings of the exec form."""
    for match in _STRING.finditer(text, start, end):
        value, runs = unescape(text, *match.span(1))
        yield _Word(value, MappedText(value, tuple(Segment(*run) for run in runs)))
