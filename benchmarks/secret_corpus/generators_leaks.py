"""Generates files full of leaks: credential stores of programs, settings of servers and frameworks, keys, histories, dumps."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from .generators_tokens import TOKEN_KINDS
from .leaks_dotfiles import DOTFILES
from .leaks_servers import SERVER_FILES
from .markup import LabelledFile, expand

__all__ = ["generate_dotfiles", "generate_server_files"]

FILES_PER_FORMAT = 3


def generate_dotfiles(random: Random) -> Iterator[LabelledFile]:
    """Files of home folders and clients, each format three times."""
    return _generate(DOTFILES, random, "leaks/dotfiles")


def generate_server_files(random: Random) -> Iterator[LabelledFile]:
    """Settings, state and dumps of servers, frameworks and deployment tools, each format three times."""
    return _generate(SERVER_FILES, random, "leaks/servers")


def _generate(formats: list[tuple[str, str]], random: Random, name: str) -> Iterator[LabelledFile]:
    for path, template in formats:
        for _ in range(FILES_PER_FORMAT):
            yield expand(path, template, random, TOKEN_KINDS, name)
