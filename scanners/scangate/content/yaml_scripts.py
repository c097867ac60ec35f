"""Scripts anywhere in YAML and JSON: with a shebang, as the argument of a shell, and as a file in a ConfigMap or of cloud-init."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scangate.content.documents import Document, Place, walk
from scangate.content.embedded import Embedded, embed, inline_scripts, script_content_type
from scangate.content.scalar_text import scalar_text
from scangate.content.types import identify_text

_COMMAND_KEYS = frozenset(
    {"command", "entrypoint", "cmd", "test", "run", "postCreateCommand", "postStartCommand", "onCreateCommand"}
)
_SHELL_COMMAND = re.compile(r"\s*(?:\S*/)?(?:ba|da|k|z)?sh\s+(?:-\w+\s+)*-\w*c\s")
_PATH_KEYS = ("path", "dest", "destination", "fileName", "filename")


def yaml_pieces(document: Document) -> Iterator[Embedded | None]:
    """The pieces that need no knowledge of what the file configures."""
    for place in walk(document):
        node = place.node
        if node.kind == "scalar":
            if node.value.lstrip().startswith("#!"):
                text = scalar_text(document.text, node)
                start = len(text.text) - len(text.text.lstrip())
                text = text.slice(start, len(text.text))
                yield embed(place.name, script_content_type(text.text, "shell"), text)
            elif place.key == "dockerfile_inline":
                yield embed(place.name, "dockerfile", scalar_text(document.text, node))
            elif place.key in _COMMAND_KEYS and _SHELL_COMMAND.match(node.value):
                yield embed(place.name, "shell", scalar_text(document.text, node))
            elif name := _file_name(place):
                text = scalar_text(document.text, node)
                yield embed(place.name, identify_text(name, text.text), text)
        elif node.kind == "sequence":
            yield from _arguments(document, place)


def _file_name(place: Place) -> str:
    """The name of the file whose content the scalar is, empty if it is none."""
    above = place.above
    if above is not None and above.key in ("data", "stringData") and above.above is not None:
        kind = above.above.node.get("kind")
        is_file = "." in place.key or "\n" in place.node.value.strip()
        return place.key if is_file and kind is not None and kind.value in ("ConfigMap", "Secret") else ""
    if place.key in ("content", "contents") and above is not None:
        return next((place.sibling(key) for key in _PATH_KEYS if place.sibling(key)), "")
    return ""


def _arguments(document: Document, place: Place) -> Iterator[Embedded | None]:
    """Scripts that are arguments of a command in the sequence, or of the ``command`` next to the ``args``."""
    nodes = [child for child in place.node.children if child.kind == "scalar"]
    if len(nodes) != len(place.node.children):
        return
    before = _command_before(place) if place.key == "args" and place.above is not None else []
    words = before + [node.value for node in nodes]
    for index, content_type in inline_scripts(words):
        if index >= len(before):
            number = index - len(before)
            text = scalar_text(document.text, nodes[number])
            yield embed(f"{place.name}.{number}", script_content_type(text.text, content_type), text)


def _command_before(place: Place) -> list[str]:
    """The last words of the command that gets the ``args`` at a place."""
    mapping = place.above.node if place.above is not None else place.node
    command = next((found for key in ("command", "entrypoint", "entry") if (found := mapping.get(key))), None)
    if command is None:
        return []
    return [child.value for child in command.children[-3:] if child.kind == "scalar"] or command.value.split()
