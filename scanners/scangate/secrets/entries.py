"""The scalars of a YAML, JSON or TOML document, with keys, decoded values and the places of the values as written.

A string that is JSON is a document as well: its scalars come after it. Aliases are not expanded; what one names is an entry under
the alias's key, too, if it is a scalar.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

import msgspec

from scangate.content.documents import Document, Entry, read_document, walk
from scangate.content.file_names import STRUCTURED
from scangate.content.json_tree import parse_json
from scangate.content.position_maps import MappedText, compose
from scangate.content.scalar_text import scalar_extent, scalar_text
from scangate.content.toml_tree import parse_toml

MAX_LENGTH = 4 * 1024**2
"""Longer documents are not parsed, so that the tree fits into the memory of the worker: of the digits in a list, it has 200 bytes a
character."""
_EMBEDDED_DEPTH = 3  # JSON in a string in a string in a string
_DOCUMENT_PATH = re.compile(r"\.(?:ya?ml|jsonc?|jsonl|ndjson|har|tfstate|ipynb|code-workspace)(?:[.~-][\w.-]*)?\Z", re.IGNORECASE)
_TOML_PATH = re.compile(r"(?:\.toml|/(?:Pipfile|Cargo|poetry|uv)(?:\.lock)?)\Z", re.IGNORECASE)
_DOCUMENT_TYPES = STRUCTURED | {
    *("arm-template", "cloud-init", "cloudformation", "ebextensions", "ecs-task-definition", "helm-template", "iam-policy"),
    *("json", "jupyter", "salt", "yaml"),
}
_UNSURE_TYPES = frozenset({"", "unknown", "text", "ini", "log", "npm-manifest", "composer-manifest"})
_FIRST_LINE = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:[{\[]|---\s|[\"']?[\w./-]+[\"']?:(?:\s|\Z))")


class ScalarEntry(msgspec.Struct, frozen=True, gc=False):
    """A scalar. ``key``: its key in a mapping, empty in a sequence. ``value`` is decoded; ``start`` and ``end`` are the offsets of
    it as written, without quotes. ``entry``: the node with those around it."""

    key: str
    value: str
    start: int
    end: int
    entry: Entry

    @property
    def path(self) -> list[str]:
        """Keys and indexes from the root to here."""
        return self.entry.path

    @property
    def tag(self) -> str:
        """The tag of a YAML node as its parser gives it, such as ``!Sub``; empty without one."""
        return self.entry.node.tag

    def sibling(self, key: str) -> str:
        """The scalar under another key of the same mapping; empty if there is none."""
        return self.entry.sibling(key)


class DocumentFormat(enum.Enum):
    """How a document is read. UNSURE: only one without any error counts."""

    TOML = "toml"
    YAML_OR_JSON = "yaml-or-json"
    UNSURE = "unsure"


def document_format(path: str, content_type: str, text: str) -> DocumentFormat | None:
    """What a text is read as, by its name, its content type and its first lines; None if it is no document, or too long."""
    if len(text) > MAX_LENGTH:
        return None
    if _TOML_PATH.search(f"/{path}") or content_type in ("toml", "python-script-header"):
        return DocumentFormat.TOML
    if content_type in _DOCUMENT_TYPES or _DOCUMENT_PATH.search(path):
        return DocumentFormat.YAML_OR_JSON
    if content_type in _UNSURE_TYPES and _FIRST_LINE.match(text[:4096]):
        return DocumentFormat.UNSURE
    return None


def read_entries(path: str, content_type: str, text: str) -> tuple[ScalarEntry, ...]:
    """The scalars in the order of the text; none if the text is no document. Of one with an error, those before the error."""
    kind = document_format(path, content_type, text)
    if kind is None:
        return ()
    document = Document(text, [parse_toml(text)], None) if kind is DocumentFormat.TOML else read_document(text)
    if kind is DocumentFormat.UNSURE and document.problem is not None:
        return ()
    return tuple(_entries(text, document))


def _entries(text: str, document: Document) -> Iterator[ScalarEntry]:
    for entry in walk(document):
        target = entry.node.target
        node = entry.node if target is None else target
        if node.kind == "scalar":
            scalar = ScalarEntry(entry.key, node.value, *scalar_extent(text, node), entry)
            yield scalar
            if target is None and _may_be_json(node.value):
                yield from _embedded(scalar_text(text, node), entry, _EMBEDDED_DEPTH)


def _may_be_json(value: str) -> bool:
    return value[:1] in ("{", "[") and value.rstrip()[-1:] in ("}", "]") and '"' in value


def _embedded(text: MappedText, owner: Entry, depth: int) -> Iterator[ScalarEntry]:
    """The scalars of the JSON that a string is; nothing if it is not JSON to its end."""
    roots, problem = parse_json(text.text)
    if problem is not None or not depth:
        return
    for entry in walk(Document(text.text, roots, None), owner):
        node = entry.node
        if node.kind == "scalar":
            start, end = scalar_extent(text.text, node)
            yield ScalarEntry(entry.key, node.value, text.offset(start), text.offset(end), entry)
            if _may_be_json(node.value):
                inner = scalar_text(text.text, node)
                yield from _embedded(MappedText(inner.text, tuple(compose(inner.segments, text.segments))), entry, depth - 1)
