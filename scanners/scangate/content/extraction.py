"""Takes out of a file the pieces that have a content type of their own, with maps of their positions back to the file."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from scangate.content.catalog import TEMPLATE_ENDING, rendered_type
from scangate.content.ci_scripts import CI_TYPES, ci_pieces
from scangate.content.cloudformation_scripts import cloudformation_pieces
from scangate.content.command_lists import procfile_pieces, tox_pieces
from scangate.content.dockerfile_commands import dockerfile_commands
from scangate.content.document_types import document_types
from scangate.content.documents import Document, read_document
from scangate.content.embedded import Embedded, Failure, embed
from scangate.content.file_names import usual_name
from scangate.content.heredocs import dockerfile_heredocs, hcl_heredocs, shell_heredocs
from scangate.content.html_scripts import html_pieces
from scangate.content.inline_code import inline_code_pieces
from scangate.content.manifest_scripts import json_script_pieces, toml_task_pieces
from scangate.content.mime_headers import MIME
from scangate.content.mime_parts import mime_pieces
from scangate.content.notebooks import notebook_pieces
from scangate.content.other_notebooks import databricks_pieces, markdown_pieces, zeppelin_pieces
from scangate.content.position_maps import MappedText, PositionMap, compose, take
from scangate.content.rendering import rendered_pieces
from scangate.content.script_headers import header_pieces
from scangate.content.yaml_scripts import yaml_pieces
from scangate.content.yaml_tree import line_starts, position
from scangate.model import GapKind
from scangate.source_text import decode

DEPTH = 4
"""A piece of a piece of a piece of a piece has no pieces."""
COUNT = 2000
SIZE_FACTOR = 4
"""All pieces together have at most so many times the characters of the file."""


class Piece(msgspec.Struct, frozen=True):
    """A part of a file that is analyzed as a file of its own.

    ``name`` is unique in the file and has the suffix of its type (``cell-3.py``); it stays the same while other parts change, as
    far as the file's structure allows. ``label`` is for messages: ``cell 3``. ``data`` is UTF-8.
    """

    name: str
    label: str
    content_type: str
    data: bytes
    positions: PositionMap

    def to_container(self, line: int, column: int) -> tuple[int, int]:
        """Line and column in the file; see `PositionMap.locate`."""
        return self.positions.locate(line, column)


class Problem(msgspec.Struct, frozen=True):
    """A part that could not be taken out: where it is in the file, and why."""

    line: int
    reason: str
    kind: GapKind = GapKind.PARTIAL_PARSE


class Extraction(msgspec.Struct, frozen=True):
    """What a file contains; pieces of pieces are listed as the file's own."""

    pieces: tuple[Piece, ...] = ()
    problems: tuple[Problem, ...] = ()


_Extractor = Callable[[str, str, bool], Iterable[Embedded | Failure | None]]


def _from_document(text: str, content_type: str, is_file: bool) -> Iterator[Embedded | Failure | None]:
    """The pieces of YAML and JSON; ``is_file``: the text is a whole file, not a piece."""
    document = read_document(text)
    if document.problem is not None and content_type not in _DATA:
        yield Failure(document.problem.offset, f"not read from here: {document.problem.reason}")
    taken: set[int] = set()
    specific = ci_pieces(document, content_type) if content_type in CI_TYPES else ()
    templates = cloudformation_pieces(document) if content_type in ("cloudformation", "serverless") else ()
    if is_file:
        yield from _other_documents(document, content_type)
    for piece in itertools.chain(specific, templates, yaml_pieces(document)):
        if isinstance(piece, Failure):
            yield piece
        elif piece is not None and piece.text.segments and piece.text.segments[0].container not in taken:
            taken.update(segment.container for segment in piece.text.segments)
            yield piece
    if document.is_exhausted:
        yield Failure(0, "aliases repeat too much of the document")


def _other_documents(document: Document, content_type: str) -> Iterator[Embedded | None]:
    """Documents of another type than the file, and the other types that a document has in addition."""
    for number, root in enumerate(document.roots, start=1):
        for found in document_types(document.text[root.start : root.end]):
            if found not in (content_type, rendered_type(content_type)):
                body = take(document.text, root.start, root.end)
                yield embed(f"document-{number}-{found}", found, body, f"document {number}")


_DATA = frozenset({"yaml", "json", "helm-values"})
_DOCUMENTS = (
    CI_TYPES | _DATA | {"appspec", "cloudformation", "compose", "ecs-task-definition", "helm-chart", "kubernetes", "pulumi"}
)
_RENDERED = frozenset(
    kind + TEMPLATE_ENDING
    for kind in ("buildspec", "cloudformation", "compose", "dockerfile", "github-workflow", "iam-policy", "kubernetes", "python")
) | {"helm-template"}
_SCRIPT_IN_DATA = (
    *("#!", " -c", "[-c", "'-c", '"-c', "CMD-SHELL", "curl", "wget", "AWS::", "apiVersion", "Statement", "import "),
    *("cmd", "command", "entry", "exec", "run:", '"run"', "script", "init:", "test:"),
)
"""Words of which one is in all data that has pieces."""
_SCRIPT_IN_HTML = ("script", "SCRIPT", "Script", "py-repl", " on", "\ton", "\non", " ON", " On")
_HEREDOC_OR_OPTION = ("<<", " -")
_EXTRACTORS: Mapping[str, tuple[tuple[str, ...], _Extractor]] = {
    **dict.fromkeys(_DOCUMENTS | {"serverless", "devcontainer", "ebextensions"}, (("",), _from_document)),
    **dict.fromkeys(_DATA, (_SCRIPT_IN_DATA, _from_document)),
    **dict.fromkeys(("terraform", "hcl", "packer", "nomad"), (("<<",), lambda text, *_: hcl_heredocs(text))),
    "dockerfile": (
        (*_HEREDOC_OR_OPTION, "["),
        lambda text, *_: itertools.chain(dockerfile_heredocs(text), inline_code_pieces(text), dockerfile_commands(text)),
    ),
    **dict.fromkeys(("html", "svg", "vue"), (_SCRIPT_IN_HTML, lambda text, *_: html_pieces(text))),
    "jupyter": (("",), lambda text, *_: notebook_pieces(text)),
    "markdown": (("jupytext", "{code-cell}"), lambda text, *_: markdown_pieces(text)),
    **dict.fromkeys(("npm-manifest", "composer-manifest"), (('"scripts"', '"tasks"'), lambda text, *_: json_script_pieces(text))),
    MIME: (("oundary",), lambda text, *_: mime_pieces(text)),
    "procfile": (("",), lambda text, *_: procfile_pieces(text)),
    "python": (
        ("# /// script", "# MAGIC %"),
        lambda text, *_: itertools.chain(header_pieces(text), databricks_pieces(text)),
    ),
    "python-manifest": (("scripts", "tasks"), lambda text, *_: toml_task_pieces(text)),
    "tox": (("commands",), lambda text, *_: tox_pieces(text)),
    "zeppelin": (("",), lambda text, *_: zeppelin_pieces(text)),
    **dict.fromkeys(_RENDERED, (("",), lambda text, kind, _: rendered_pieces(text, kind))),
    "shell": (_HEREDOC_OR_OPTION, lambda text, *_: itertools.chain(shell_heredocs(text), inline_code_pieces(text))),
}
"""By content type: texts of which one is in each file that has pieces, and what takes them out."""


def has_pieces(content_type: str) -> bool:
    """Whether files of this type can contain pieces; a cheap first check."""
    return content_type in _EXTRACTORS


def extract(content_type: str, data: bytes) -> Extraction:
    """The pieces of a file of this content type. Never raises; the time is linear in the size of ``data``."""
    text = decode(data)[0] if content_type in _EXTRACTORS else ""
    if not text or not any(mark in text for mark in _EXTRACTORS[content_type][0]):
        return Extraction()
    whole = take(text, 0, len(text))
    lines = line_starts(text)
    pieces: list[Piece] = []
    problems: list[Problem] = []
    names: set[str] = set()
    todo = [("", content_type, whole, 0)]
    size = 0
    while todo:
        prefix, kind, container, depth = todo.pop()
        for found in _EXTRACTORS[kind][1](container.text, kind, depth == 0):
            if isinstance(found, Failure):
                problems.append(Problem(_line(container, lines, found.offset), found.reason, found.kind))
            elif found is not None:
                size += len(found.text.text)
                if len(pieces) >= COUNT or size > SIZE_FACTOR * len(text):
                    problems.append(Problem(_line(container, lines, 0), "too many pieces of other content in one file"))
                    return Extraction(tuple(pieces), tuple(problems))
                mapped = MappedText(found.text.text, tuple(compose(found.text.segments, container.segments)))
                path = f"{prefix}.{found.path}" if prefix else found.path
                pieces.append(_piece(path, found, mapped, lines, names))
                if found.content_type in _EXTRACTORS and depth + 1 < DEPTH:
                    todo.append((path, found.content_type, mapped, depth + 1))
    return Extraction(tuple(pieces), tuple(problems))


def _line(container: MappedText, lines: list[int], offset: int) -> int:
    """The line of the file for an offset in the text of a container."""
    return position(lines, MappedText("", container.segments).offset(offset))[0]


def _piece(path: str, found: Embedded, text: MappedText, lines: list[int], names: set[str]) -> Piece:
    stem = re.sub(r"[^\w.-]+", "-", path, flags=re.ASCII)[-_NAME_LENGTH:].strip("-.") or "piece"
    name, number = usual_name(found.content_type, stem), 1
    while name in names:
        number += 1
        name = usual_name(found.content_type, f"{stem}-{number}")
    names.add(name)
    return Piece(name, found.label, found.content_type, text.text.encode("utf-8", "replace"), text.positions(lines))


_NAME_LENGTH = 100
