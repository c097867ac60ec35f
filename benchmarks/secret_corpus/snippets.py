"""The parts of which source files are made: snippets with a secret, and without one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

__all__ = ["Language", "compose", "split_files", "split_snippets", "split_words"]


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


def split_files(text: str) -> list[tuple[str, str]]:
    """The templates of whole files, path and text, of a text in which a line ``=== PATH`` begins each."""
    parts = re.split(r"^=== (.*)\n", text, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def compose(language: Language, random: Random, *, with_secrets: bool) -> tuple[str, str]:
    """The templates of a path and of a file: one to five snippets with a secret, or none, and three to nine without, shuffled."""
    secrets = random.sample(language.secrets, random.randint(1, min(5, len(language.secrets)))) if with_secrets else []
    snippets = secrets + random.sample(language.others, min(random.randint(3, 9), len(language.others)))
    random.shuffle(snippets)
    spaced = [snippet + random.choice(("", "\n")) for snippet in snippets]
    return random.choice(language.paths), "\n".join([language.head, *spaced, language.tail, ""])
