"""Writes generated corpora to disk, with their labels beside the tree that is scanned."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from random import Random

from .generators_code import generate_code
from .generators_configuration import generate_configuration, generate_documents
from .generators_leaks import generate_dotfiles, generate_server_files
from .generators_tokens import generate_pairs, generate_tokens
from .generators_untidy import generate_untidy
from .markup import Label, LabelledFile

__all__ = ["FAMILIES", "generate", "read_labels", "write_corpus"]

Generator = Callable[[Random], Iterator[LabelledFile]]

FAMILIES: Mapping[str, Mapping[str, Generator]] = {
    "credentials": {
        "code": generate_code,
        "configuration": generate_configuration,
        "documents": generate_documents,
        "untidy": generate_untidy,
    },
    "leaks": {"dotfiles": generate_dotfiles, "servers": generate_server_files},
    "tokens": {"providers": generate_tokens, "pairs": generate_pairs},
}
"""By family, its generators by name."""


def generate(family: str, seed: int) -> Iterator[LabelledFile]:
    """The files of a family, each in a folder of its own; the same for the same seed. KeyError for an unknown family."""
    number = 0
    for name, generator in FAMILIES[family].items():
        for file in generator(Random(f"{seed} {family} {name}")):
            number += 1
            path = f"{family}/{number:04}/{file.path}"
            yield LabelledFile(path, file.text, tuple(replace(label, path=path) for label in file.labels))


def write_corpus(folder: Path, seed: int, families: Iterable[str] = tuple(FAMILIES)) -> tuple[Label, ...]:
    """Writes the families to ``folder/tree`` and their labels to ``folder/labels.json``; returns the labels, in order of the files.

    ``folder`` is made if it is missing. Paths are relative to ``folder/tree``. FileExistsError where it has a tree already.
    """
    tree = folder / "tree"
    tree.mkdir(parents=True)
    labels: list[Label] = []
    for family in families:
        for file in generate(family, seed):
            place = tree / file.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.text.encode())
            labels += file.labels
    document = json.dumps([asdict(label) for label in labels], indent=0, ensure_ascii=False)
    (folder / "labels.json").write_text(document + "\n", "utf-8")
    return tuple(labels)


def read_labels(folder: Path) -> tuple[Label, ...]:
    """The labels that `write_corpus` wrote to ``folder``."""
    return tuple(Label(**fields) for fields in json.loads((folder / "labels.json").read_text("utf-8")))
