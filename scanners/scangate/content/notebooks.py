"""Notebooks: the code of the cells as one program, what is not in the notebook's language, and the saved outputs.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from scangate.content.embedded import Embedded, Failure, embed
from scangate.content.file_names import SUFFIXES
from scangate.content.interpreters import interpreter_type
from scangate.content.ipython_magics import CellPart, split_cell
from scangate.content.json_tree import parse_json
from scangate.content.position_maps import MappedText, join
from scangate.content.scalar_text import scalar_text
from scangate.content.yaml_tree import Node
from scangate.python_parser import PARSE_ERRORS, ignore_warnings

_LANGUAGES = {"ipython": "python", "c++": "cpp", "c#": "csharp", "f#": "fsharp", "bash": "shell", "sos": "python", "ir": "r"}
_TEXT_MIMES = re.compile(r"text/|application/(?:json|javascript|.*\+json|.*\+xml|xml)|image/svg")

_BETWEEN_CELLS = "\n"
"""An empty line: a comment at the end of a cell is not above the first line of the next one."""


def notebook_pieces(text: str) -> Iterator[Embedded | Failure | None]:
    """The pieces of a notebook."""
    roots, problem = parse_json(text)
    if problem:
        yield Failure(problem.offset, f"the notebook is not JSON: {problem.reason}")
    if not roots:
        return
    language = _language(roots[0])
    code: list[MappedText | str] = []
    prose: list[MappedText | str] = []
    outputs: list[MappedText | str] = []
    for number, cell in enumerate(_cells(roots[0]), start=1):
        source = _source(text, cell)
        if _scalar(cell, "cell_type") == "code":
            yield from _code_cell(source, number, _cell_language(cell) or language, code)
            outputs += [*([_BETWEEN_CELLS] if outputs else []), *_with_line_ends(_outputs(text, cell.get("outputs")))]
        else:
            prose += [*([_BETWEEN_CELLS] if prose else []), *_with_line_ends([source])]
    yield embed("cells", language, join(code), "code cells")
    for name, label, parts in (("outputs", "saved outputs", outputs), ("prose", "text cells", prose)):
        joined = join(parts)
        if joined.text.strip():
            yield Embedded(name, "text", joined, label)


def _code_cell(source: MappedText, number: int, language: str, code: list[MappedText | str]) -> Iterator[Embedded | Failure | None]:
    """Adds the cell's code to ``code``; yields what cannot be part of it."""
    label = f"cell {number}"
    code += [_BETWEEN_CELLS] if code else []
    parts = split_cell(source) if language == "python" else [CellPart(language, source)]
    for index, part in enumerate(parts):
        name = f"cell-{number}" + (f"-{index}" if index else "")
        if part.content_type == "":
            yield Failure(_offset(source), f"{label} begins with {part.magic}, whose language is not known")
        elif part.content_type != language:
            yield embed(name, part.content_type, part.text, label)
        elif language == "python" and not _is_program(part.text.text):
            yield embed(name, language, part.text, label)  # on its own, so that the other cells can be parsed
        else:
            code += _with_line_ends([_without_top_level_await(part.text) if language == "python" else part.text])


def _offset(text: MappedText) -> int:
    return text.segments[0].container if text.segments else 0


def _with_line_ends(texts: Iterable[MappedText]) -> list[MappedText | str]:
    found: list[MappedText | str] = []
    for text in texts:
        found += [text] if text.text.endswith("\n") else [text, "\n"]
    return found


def _cells(root: Node) -> Iterator[Node]:
    """The cells of all versions of the format."""
    holders = [root, *(sheet for key, sheets in root.items() if key == "worksheets" for sheet in sheets.children)]
    for holder in holders:
        for key, cells in holder.items():
            if key == "cells":
                yield from (cell for cell in cells.children if cell.kind == "mapping")


def _language(root: Node) -> str:
    """The content type of the code cells; Python if the notebook names no language."""
    metadata = root.get("metadata")
    for block, key in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
        node = metadata.get(block) if metadata else None
        if node and (found := _type_of_language(_scalar(node, key))):
            return found
    return "python"


def _cell_language(cell: Node) -> str:
    """The language that a cell names for itself."""
    metadata = cell.get("metadata")
    editor = metadata.get("vscode") if metadata else None
    return _type_of_language(_scalar(editor, "languageId") if editor else _scalar(cell, "language"))


def _type_of_language(name: str) -> str:
    name = name.lower()
    return _LANGUAGES.get(name) or interpreter_type(name) or SUFFIXES.get(name, "") or (name if name in SUFFIXES.values() else "")


def _scalar(node: Node, key: str) -> str:
    found = node.get(key)
    return found.value if found and found.kind == "scalar" else ""


def _source(text: str, cell: Node) -> MappedText:
    """The source of a cell; of a key that is there twice, both values."""
    found = [_text(text, value) for key, value in cell.items() if key in ("source", "input")]
    return found[0] if len(found) == 1 else join(_with_line_ends(found))


def _text(text: str, node: Node | None) -> MappedText:
    """A string or a list of strings that belong together."""
    if node is None:
        return MappedText("")
    nodes = [node] if node.kind == "scalar" else [child for child in node.children if child.kind == "scalar"]
    return join(scalar_text(text, child) for child in nodes if child.style)


def _outputs(text: str, outputs: Node | None) -> Iterator[MappedText]:
    """The texts of the outputs, without images."""
    for output in outputs.children if outputs else ():
        for key, node in output.items():
            if key in ("text", "traceback", "evalue", "html", "json", "svg", "latex", "javascript"):
                yield _text(text, node)
            elif key == "data":
                yield from (_text(text, value) for mime, value in node.items() if _TEXT_MIMES.match(mime))


def _is_program(text: str) -> bool:
    try:
        _parse(text)
    except PARSE_ERRORS:
        return False
    return True


def _parse(text: str) -> ast.Module:
    with ignore_warnings():
        return compile(text, "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)  # type: ignore[no-any-return]


def _without_top_level_await(text: MappedText) -> MappedText:
    """The cell without ``await`` and ``async`` outside of functions, which only notebooks allow."""
    if "await" not in text.text and "async" not in text.text:
        return text
    cuts = sorted(_top_level_words(_parse(text.text).body, text.text))
    parts, start = [], 0
    for begin, end in cuts:
        parts.append(text.slice(start, begin))
        start = end
    return join([*parts, text.slice(start, len(text.text))])


def _top_level_words(body: Sequence[ast.AST], text: str) -> Iterator[tuple[int, int]]:
    """Where ``await`` and ``async`` are, outside of functions."""
    lines = text.split("\n")
    starts = list(itertools.accumulate((len(line) + 1 for line in lines), initial=0))
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        todo += ast.iter_child_nodes(node)
        if isinstance(node, (ast.Await, ast.AsyncFor, ast.AsyncWith)):
            line = lines[node.lineno - 1]
            column = node.col_offset
            if not line.isascii():  # it counts bytes
                column = len(line.encode()[:column].decode("utf-8", "ignore")) if column <= _LINE_BYTES else 0
            if word := _ASYNC.match(text, starts[node.lineno - 1] + column):
                yield word.span()


_ASYNC = re.compile(r"(?:await|async)\b[ \t]*")
_LINE_BYTES = 2000
"""In longer lines with other characters than ASCII, words are not looked for: the cell stays as it is."""
