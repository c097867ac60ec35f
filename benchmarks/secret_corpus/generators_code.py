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
from .snippets import Language

__all__ = ["LANGUAGES", "generate_code"]

LANGUAGES: tuple[Language, ...] = (*SCRIPTING, *WEB, *SHELLS, *COMPILED)
FILES_PER_LANGUAGE = 14


def generate_code(random: Random) -> Iterator[LabelledFile]:
    """Files in every language: one to five snippets with a secret, three to nine without; every sixth file has no secret."""
    for language in LANGUAGES:
        for number in range(FILES_PER_LANGUAGE):
            secrets = 0 if number % 6 == 5 else min(random.randint(1, 5), len(language.secrets))
            others = min(random.randint(3, 9), len(language.others))
            snippets = random.sample(language.secrets, secrets) + random.sample(language.others, others)
            random.shuffle(snippets)
            template = "\n".join([language.head, *(snippet + random.choice(("", "\n")) for snippet in snippets), language.tail, ""])
            yield expand(random.choice(language.paths), template, random, ALL_KINDS, f"code/{language.name}")
