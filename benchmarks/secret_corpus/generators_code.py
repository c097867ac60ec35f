"""Generates source files of public repositories with credentials written into them, and with all that looks like it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from .code_compiled import COMPILED
from .code_scripting import SCRIPTING
from .code_shells import SHELLS
from .code_web import WEB
from .kinds import ALL_KINDS
from .markup import LabelledFile, expand
from .snippets import Language, compose

__all__ = ["LANGUAGES", "generate_code"]

LANGUAGES: tuple[Language, ...] = (*SCRIPTING, *WEB, *SHELLS, *COMPILED)
FILES_PER_LANGUAGE = 14


def generate_code(random: Random) -> Iterator[LabelledFile]:
    """Files in every language; every fourth has no secret."""
    for language in LANGUAGES:
        for number in range(FILES_PER_LANGUAGE):
            path, template = compose(language, random, with_secrets=number % 4 != 3)
            yield expand(path, template, random, ALL_KINDS, f"code/{language.name}")
