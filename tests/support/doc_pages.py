"""The documentation as values: what each page names, links to, runs and asks a contributor to write."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.support.paths import ROOT

__all__ = ["DOCS", "PAGES", "CodeBlock", "Recipe", "anchors", "code_blocks", "defined_names", "groups", "links", "read_recipe"]

GENERATED_PAGES = ROOT / "docs" / "reference" / "rules"
"""Made by `reference_pages.rules`, and checked by its own tests: they are full of names that are not ours."""
DOCS = sorted(page for page in (ROOT / "docs").rglob("*.md") if page.parent != GENERATED_PAGES)
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *DOCS)
CODE_SPAN = re.compile(r"`([^`]+)`")


class CodeBlock(NamedTuple):
    """A fenced block: its language, its text, and the paragraph directly above it."""

    language: str
    text: str
    introduction: str


class Recipe(NamedTuple):
    """The files that a page asks a contributor to create, and the edits: path, old text, new text."""

    files: dict[str, str]
    edits: list[tuple[str, str, str]]


@cache
def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text("utf-8"))


def groups(page: Path) -> Iterator[list[str]]:
    """The code spans of each paragraph, list item, heading and table row: names that belong together."""
    row: list[str] | None = None
    for token in _tokens(page):
        if token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            yield row
            row = None
        elif token.type == "inline":
            spans = [child.content for child in token.children or () if child.type == "code_inline"]
            if row is None:
                yield spans
            else:
                row += spans


def links(page: Path) -> list[str]:
    """The targets of all links."""
    children = [child for token in _tokens(page) for child in token.children or ()]
    return [str(child.attrs["href"]) for child in children if child.type == "link_open"]


def anchors(page: Path) -> set[str]:
    """The anchors of all headings, as GitHub and the site make them."""
    tokens = _tokens(page)
    titles = [after.content for token, after in itertools.pairwise(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def code_blocks(page: Path) -> Iterator[CodeBlock]:
    """Every fenced block, in order."""
    introduction = ""
    for token in _tokens(page):
        if token.type == "inline":
            introduction = token.content
        elif token.type == "fence":
            yield CodeBlock(token.info.strip(), token.content, introduction)
            introduction = ""


def read_recipe(page: Path) -> Recipe:
    """What the blocks below "Create `FILE`" hold, and the diffs below a paragraph that ends with a file's name."""
    recipe = Recipe({}, [])
    for block in code_blocks(page):
        if block.language == "diff":
            lines = [line if line.strip() else " \n" for line in block.text.splitlines(keepends=True)]
            old = "".join(line[1:] for line in lines if line[0] in " -")
            new = "".join(line[1:] for line in lines if line[0] in " +")
            recipe.edits.append((next(span for span in CODE_SPAN.findall(block.introduction) if "/" in span), old, new))
        elif created := re.findall(r"\bCreate\s`([^`]+)`", block.introduction):
            recipe.files[created[-1]] = block.text
    return recipe


@cache
def defined_names(module: Path) -> frozenset[str]:
    """Every function, method, class and module-level name that a module defines."""
    tree = ast.parse(module.read_text("utf-8"))
    found = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(found)
