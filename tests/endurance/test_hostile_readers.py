"""Every reader reads its samples, and everything that once made it fail."""

from __future__ import annotations

import itertools

import pytest

from tests.endurance.hostile_readers import CORPUS, READERS, corpus_files


@pytest.mark.parametrize("name", READERS)
def test_samples_and_former_failures_are_read(name: str) -> None:
    reader = READERS[name]
    for data in itertools.islice(reader.seeds(), 40):
        reader.run(data)
    for file in corpus_files(name):
        reader.run(file.read_bytes())


def test_every_file_of_the_corpus_belongs_to_a_reader() -> None:
    assert {folder.name for folder in CORPUS.glob("*")} <= {name.replace(" ", "-") for name in READERS}
