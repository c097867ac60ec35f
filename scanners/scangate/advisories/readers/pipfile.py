"""Pipfile: what a project of pipenv declares."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from scangate.advisories.declared import Beside, Declared, Want, of_table
from scangate.advisories.fault import Malformed
from scangate.advisories.manifest import Hole
from scangate.advisories.toml_text import Toml

__all__ = ["asked", "declared"]

_SETTINGS = frozenset({"source", "requires", "scripts", "pipenv", "pipfile"})


def declared(path: str, files: Mapping[str, str]) -> Declared:
    """The dependencies of every category. Raises Malformed."""
    toml = Toml(files[path])
    beside = Beside(posixpath.dirname(path), files)
    found: list[Want | Hole] = []
    for section, packages in toml.data.items():
        if section in _SETTINGS:
            continue
        if not isinstance(packages, dict):
            raise Malformed("not what its name says: a category is no table", toml.line_of_key(section, section))
        found += _category(toml, section, packages, beside)
    return Declared(
        "pipenv lock",
        tuple(line for line in found if isinstance(line, Want)),
        tuple(line for line in found if isinstance(line, Hole)),
    )


def _category(toml: Toml, section: str, packages: Mapping[str, Any], beside: Beside) -> list[Want | Hole]:
    found: list[Want | Hole] = []
    for name, value in packages.items():
        found += of_table(name, value, toml.line_of_key(section, name), beside, bare=False)
    return found


def asked(folder: str, files: Mapping[str, str]) -> frozenset[str] | None:
    """The names that the Pipfile of a folder asks for; None where there is none that can be read."""
    path = posixpath.join(folder, "Pipfile")
    try:
        return frozenset(want.name for want in declared(path, files).wants) if path in files else None
    except Malformed:
        return None
