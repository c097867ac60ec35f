"""The parts of which source files are made: snippets with a secret, and without one."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Language", "split_snippets", "split_words"]


@dataclass(frozen=True, slots=True)
class Language:
    """Templates of one language: paths to choose from, how files begin and end, snippets with and without secrets."""

    name: str
    paths: tuple[str, ...]
    head: str
    tail: str
    secrets: list[str]
    others: list[str]


def split_snippets(text: str) -> list[str]:
    """The snippets of a text, in which a line ``%%`` separates them."""
    return text.strip("\n").split("\n%%\n")


def split_words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()
