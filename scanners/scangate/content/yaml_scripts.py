"""Scripts anywhere in YAML and JSON: with a shebang, as the argument of a shell, and as a file in a ConfigMap or of cloud-init."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scangate.content.documents import Document, Entry, walk
from scangate.content.embedded import Embedded, embed, inline_scripts, script_content_type
from scangate.content.identification import identify_text
from scangate.content.scalar_text import scalar_text

_COMMAND_KEYS = frozenset(
    {"command", "entrypoint", "cmd", "test", "run", "postCreateCommand", "postStartCommand", "onCreateCommand"}
)
_SHELL_COMMAND = re.compile(r"\s*(?:\S*/)?(?:ba|da|k|z)?sh\s+(?:-\w+\s+)*-\w*c\s")
_PATH_KEYS = ("path", "dest", "destination", "fileName", "filename")


def yaml_pieces(document: Document) -> Iterator[Embedded | None]:
    """The pieces that need no knowledge of what the file configures."""
    for entry in walk(document):
        node = entry.node
        if node.kind == "scalar":
            if node.value.lstrip().startswith("#!"):
                text = scalar_text(document.text, node)
                start = len(text.text) - len(text.text.lstrip())
                text = text.slice(start, len(text.text))
                yield embed(entry.name, script_content_type(text.text, "shell"), text)
            elif entry.key == "dockerfile_inline":
                yield embed(entry.name, "dockerfile", scalar_text(document.text, node))
            elif entry.key in _COMMAND_KEYS and _SHELL_COMMAND.match(node.value):
                yield embed(entry.name, "shell", scalar_text(document.text, node))
            elif name := _file_name(entry):
                text = scalar_text(document.text, node)
                yield embed(entry.name, identify_text(name, text.text), text)
        elif node.kind == "sequence":
            yield from _arguments(document, entry)


def _file_name(entry: Entry) -> str:
    """The name of the file whose content the scalar is, empty if it is none."""
    parent = entry.parent
    if parent is not None and parent.key in ("data", "stringData") and parent.parent is not None:
        kind = parent.parent.node.get("kind")
        is_file = "." in entry.key or "\n" in entry.node.value.strip()
        return entry.key if is_file and kind is not None and kind.value in ("ConfigMap", "Secret") else ""
    if entry.key in ("content", "contents") and parent is not None:
        return next((entry.sibling(key) for key in _PATH_KEYS if entry.sibling(key)), "")
    return ""


def _arguments(document: Document, entry: Entry) -> Iterator[Embedded | None]:
    """Scripts that are arguments of a command in the sequence, or of the ``command`` next to the ``args``."""
    nodes = [child for child in entry.node.children if child.kind == "scalar"]
    if len(nodes) != len(entry.node.children):
        return
    before = _command_before(entry) if entry.key == "args" and entry.parent is not None else []
    words = before + [node.value for node in nodes]
    for index, content_type in inline_scripts(words):
        if index >= len(before):
            number = index - len(before)
            text = scalar_text(document.text, nodes[number])
            yield embed(f"{entry.name}.{number}", script_content_type(text.text, content_type), text)


def _command_before(entry: Entry) -> list[str]:
    """The last words of the command that gets the ``args`` of an entry."""
    mapping = entry.parent.node if entry.parent is not None else entry.node
    command = next((found for key in ("command", "entrypoint", "entry") if (found := mapping.get(key))), None)
    if command is None:
        return []
    return [child.value for child in command.children[-3:] if child.kind == "scalar"] or command.value.split()
