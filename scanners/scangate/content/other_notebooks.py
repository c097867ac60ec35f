"""Code in notebooks that are not Jupyter's format: Zeppelin, Databricks, and Markdown whose blocks of code are run.

https://zeppelin.apache.org/docs/latest/usage/interpreter/overview.html
https://docs.databricks.com/aws/en/notebooks/notebook-export-import
https://jupytext.readthedocs.io/en/latest/formats-markdown.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scangate.content.documents import read_document, walk
from scangate.content.embedded import Embedded, Failure, embed
from scangate.content.ipython_magics import language_of_magic
from scangate.content.position_maps import MappedText, join, take
from scangate.content.scalar_text import scalar_text

_INTERPRETER = re.compile(r"\s*%([\w.-]+)[^\n]*(?:\n|\Z)")
_MAGIC_BLOCK = re.compile(r"^# MAGIC %(?P<name>\w+)(?P<rest>[^\n]*)\n?(?P<body>(?:# MAGIC(?: ?)[^\n]*\n?)*)", re.MULTILINE)
_MAGIC_LINE = re.compile(r"# MAGIC ?([^\n]*\n?)")
_INSTALLERS = frozenset({"pip", "conda"})
_FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=fence)", re.MULTILINE | re.DOTALL)
_INFO = re.compile(r"(?:\{code-cell\}[ \t]*)?\{?[.=]?(?P<language>[\w+#-]*)")
_JUPYTEXT = re.compile(r"\A---\r?\n(?:[^\n]*\n){0,60}?[ \t]*jupytext:")


def zeppelin_pieces(text: str) -> Iterator[Embedded | Failure | None]:
    """The paragraphs by their interpreter. One that names none is for the note's default, which the note does not say: Scala."""
    document = read_document(text)
    if document.problem is not None:
        yield Failure(document.problem.offset, f"the note is not JSON: {document.problem.reason}")
    for entry in walk(document):
        if entry.key != "text" or "paragraphs" not in entry.path or entry.node.kind != "scalar":
            continue
        body = scalar_text(text, entry.node)
        named = _INTERPRETER.match(body.text)
        name = named[1].rpartition(".")[2] if named else "scala"
        language = language_of_magic(name)
        if language is None:
            yield Failure(entry.node.start, f"{entry.name} begins with %{name}, whose language is not known")
        else:
            yield embed(entry.name, language, body.slice(named.end() if named else 0, len(body.text)))


def databricks_pieces(text: str) -> Iterator[Embedded | Failure | None]:
    """Cells of a Databricks notebook in another language than the notebook's: comments for Python."""
    for number, block in enumerate(_MAGIC_BLOCK.finditer(text), start=1):
        name = block["name"]
        start = block.start("name") if name in _INSTALLERS else block.start("rest")
        first = take(text, start, block.end("rest"))
        lines: list[MappedText | str] = [first, "\n"]
        lines += [take(text, *line.span(1)) for line in _MAGIC_LINE.finditer(text, *block.span("body"))]
        language = language_of_magic(name)
        if language is None:
            yield Failure(block.start(), f"the cell begins with %{name}, whose language is not known")
        else:
            yield embed(f"magic-{number}", language, join(lines), f"cell %{name}")


def markdown_pieces(text: str) -> Iterator[Embedded | None]:
    """The blocks of code that Jupytext or MyST runs, as one program for each language."""
    all_run = _JUPYTEXT.match(text) is not None
    programs: dict[str, list[MappedText | str]] = {}
    for block in _FENCE.finditer(text):
        info = _INFO.match(block["info"].strip())
        name = info["language"] if info else ""
        if "{code-cell}" in block["info"] or (all_run and name):
            language = language_of_magic(name.removesuffix("3") or "python")
            programs.setdefault(language or "text", []).extend((take(text, *block.span("body")), "\n"))
    for language, parts in programs.items():
        yield embed(f"cells-{language}", language, join(parts), "blocks of code")
