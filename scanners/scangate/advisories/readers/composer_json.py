"""Reads composer.json (https://getcomposer.org/doc/04-schema.md#package-links)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scangate.advisories.declared_packages import Declaration, Declared
from scangate.advisories.json_objects import find_lines, parse_json
from scangate.advisories.manifest import MalformedManifestError

_SECTIONS = {"require": False, "require-dev": True}
_PLATFORM = re.compile(r"php(-.*)?|hhvm|composer(-.*)?|(?:ext|lib)-.*")


def parse(path: str, files: Mapping[str, str]) -> Declaration:
    """What it declares. Raises MalformedManifestError."""
    data = parse_json(files[path])
    if not isinstance(data, dict):
        raise MalformedManifestError("not a composer.json: no object")
    lines = find_lines(files[path], 2)
    found = tuple(
        Declared(name, str(wanted), lines.get((section, name), 1), development)
        for section, name, wanted, development in _sections(data)
    )
    return Declaration(found, "composer update --no-install")


def read_required(folder: str, files: Mapping[str, str]) -> frozenset[str] | None:
    """The names that the project in ``folder`` requires, in lower case; None if unknown."""
    text = files.get(posixpath.join(folder, "composer.json"))
    try:
        data = parse_json(text) if text is not None else None
    except MalformedManifestError:
        return None
    return frozenset(name.lower() for _, name, _, _ in _sections(data)) if isinstance(data, dict) else None


def _sections(data: Mapping[str, Any]) -> Iterator[tuple[str, str, Any, bool]]:
    for section, development in _SECTIONS.items():
        wanted = data.get(section)
        if isinstance(wanted, dict):
            yield from ((section, name, value, development) for name, value in wanted.items() if not _PLATFORM.fullmatch(name))
