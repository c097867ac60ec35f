"""The family of a file, by its name or its content type."""

from __future__ import annotations

import pytest

from scangate.content.catalog import CONTENT_TYPES
from scangate.scan import language_families
from scangate.scan.language_families import PROSE, family_of


@pytest.mark.parametrize(
    ("path", "content_type", "same_as"),
    [
        ("bin/run", "shell", "a.sh"),
        ("bin/run", "python-template", "a.py"),
        ("Dockerfile.dev", "", "a.sh"),
        (".env.local", "", "a.ini"),
        ("prod.env.example", "", "a.ini"),
        ("a.JS", "python", "a.js"),
        ("notes", "markdown", "a.txt"),
    ],
)
def test_a_known_name_decides_then_the_content_type(path: str, content_type: str, same_as: str) -> None:
    assert family_of(path, content_type) is family_of(same_as)


def test_what_is_unknown_is_prose() -> None:
    assert family_of("", "") is family_of("a.unknown", "unknown") is PROSE


def test_the_content_types_are_those_of_the_catalog() -> None:
    assert language_families._TYPES.keys() <= CONTENT_TYPES.keys()
