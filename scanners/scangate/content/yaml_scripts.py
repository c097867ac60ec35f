"""Code anywhere in YAML and JSON: scripts, arguments and commands of a shell, files in a ConfigMap or of cloud-init, documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scangate.content.catalog import calls_for_more
from scangate.content.documents import Document, Entry, walk
from scangate.content.embedded import Embedded, embed, inline_scripts, script_content_type
from scangate.content.identification import SHELL_LINE, identify_text
from scangate.content.python_text import is_python
from scangate.content.scalar_text import scalar_text

_COMMAND_KEYS = frozenset({
    "args", "cmd", "cmds", "command", "commands", "entry", "entrypoint", "exec", "init", "onCreateCommand", "postCreateCommand",
    "postStartCommand", "run", "script", "test",
})  # fmt: skip
_OPERATOR = re.compile(r"(?<![\\|])\|(?![|\s]*\Z)|&&|;[ \t]|\$\(|`[a-z]|[ \t]>{1,2}[ \t]|\n")
"""What only a shell understands in a command."""
_PLACEHOLDER = re.compile(r"\{\{.{0,500}?\}\}", re.DOTALL)
_PLAIN_COMMAND = re.compile(r"\s*(?:[a-z_./$~(\[{][^\s:]*|[A-Z][A-Z_0-9]*=\S*)(?:\s|\Z)")
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
            elif name := _file_name(entry):
                text = scalar_text(document.text, node)
                yield embed(entry.name, identify_text(name, text.text), text)
            else:
                found = type_of_document(node.value) if may_be_document(node.value) else "text"
                if not calls_for_more(found) and _is_shell_command(entry):
                    found = "shell"
                yield embed(entry.name, found, scalar_text(document.text, node)) if calls_for_more(found) else None
        elif node.kind == "sequence":
            yield from _arguments(document, entry)


def _is_shell_command(entry: Entry) -> bool:
    """Whether a scalar is a command that a shell runs: by its key and what only a shell understands, or beyond doubt."""
    value = entry.node.value
    if SHELL_LINE.search(value) and _DOWNLOAD.search(value):
        return True
    key = entry.key or (entry.parent.key if entry.parent is not None else "")
    if key not in _COMMAND_KEYS and not key.endswith("_script"):
        return False
    is_shell = _SHELL_COMMAND.match(value) or (
        _PLAIN_COMMAND.match(value) and _OPERATOR.search(_PLACEHOLDER.sub("x", value).strip())
    )
    return bool(is_shell) and calls_for_more(script_content_type(value, "shell"))


def may_be_document(value: str) -> bool:
    """Whether a scalar can be a file of its own: it has several lines, or begins as JSON does."""
    return len(value) >= _DOCUMENT_CHARACTERS and ("\n" in value.strip() or value.lstrip()[:1] in ("{", "["))


def type_of_document(text: str) -> str:
    """The type of a text in a scalar, by its content alone.

    Lists of requirements are too much like other lists, and prose with an example is no program.
    """
    found = identify_text("", text)
    if found == "python-manifest" or (found == "python" and not is_python(text)):
        return "text"
    return found


_DOCUMENT_CHARACTERS = 24
_DOWNLOAD = re.compile(r"\b(?:curl|wget)\b")


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
    before = _command_before(entry)
    words = before + [node.value for node in nodes]
    for index, content_type in inline_scripts(words):
        if index >= len(before):
            number = index - len(before)
            text = scalar_text(document.text, nodes[number])
            yield embed(f"{entry.name}.{number}", script_content_type(text.text, content_type), text)


def _command_before(entry: Entry) -> list[str]:
    """The last words of the program that gets the arguments in an entry: of the ``command`` next to ``args``, in any case."""
    names = _PROGRAM_KEYS.get(entry.key.lower(), ())
    if not names or entry.parent is None:
        return []
    beside = {key.lower(): node for key, node in entry.parent.node.items()}
    command = next((beside[name] for name in names if name in beside), None)
    if command is None:
        return []
    return [child.value for child in command.children[-3:] if child.kind == "scalar"] or command.value.split()


_PROGRAM_KEYS = {"args": ("command", "entrypoint", "entry"), "command": ("entrypoint",), "cmd": ("entrypoint",)}
"""By the key of arguments, in small letters: the keys next to it whose program gets them."""
