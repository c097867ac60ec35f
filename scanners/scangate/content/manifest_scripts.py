"""Commands in manifests of packages: the ``scripts`` of package.json and composer.json, tasks in pyproject.toml.

https://docs.npmjs.com/cli/using-npm/scripts, https://getcomposer.org/doc/articles/scripts.md,
https://docs.deno.com/runtime/reference/cli/task/, https://pdm-project.org/latest/usage/scripts/, https://poethepoet.natn.io/tasks/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scangate.content.documents import Document, Entry, read_document, walk
from scangate.content.embedded import Embedded, embed
from scangate.content.scalar_text import scalar_text
from scangate.content.toml_tree import parse_toml

_JSON = re.compile(r"(?:scripts|tasks)\..+")
_TOML = re.compile(
    r"(?:tool\.(?:poe|taskipy)\.tasks|tool\.pdm\.scripts|tool\.hatch\.envs\.[^.]+\.scripts|scripts)\.[^.]+(?P<rest>.*)"
)
_COMMANDS = re.compile(r"(?:\.(?:shell|cmd|command|composite|sequence))?(?:\.\d+)?")
"""What is below a task in TOML: the command, or several."""


def json_script_pieces(text: str) -> Iterator[Embedded | None]:
    """The scripts of a manifest in JSON; lock files have none."""
    for entry in walk(read_document(text)):
        if _JSON.fullmatch(entry.name):
            yield _script(text, entry)


def toml_task_pieces(text: str) -> Iterator[Embedded | None]:
    """The tasks of a manifest in TOML. The scripts of a project itself name functions."""
    for entry in walk(Document(text, [parse_toml(text)], None)):
        match = _TOML.fullmatch(entry.name)
        if match is not None and _COMMANDS.fullmatch(match["rest"]):
            yield _script(text, entry)


def _script(text: str, entry: Entry) -> Embedded | None:
    return embed(entry.name, "shell", scalar_text(text, entry.node)) if entry.node.kind == "scalar" else None
