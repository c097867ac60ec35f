"""The kinds of tokens that a Markdown parser finds."""

from __future__ import annotations

from markdown_it import MarkdownIt


def kinds(text: str) -> set[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
