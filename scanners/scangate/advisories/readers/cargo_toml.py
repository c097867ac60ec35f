"""Reads Cargo.toml (https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from scangate.advisories.declared_packages import Declaration, Declared
from scangate.advisories.manifest import MalformedManifestError
from scangate.advisories.toml_lines import Toml

FILE = "Cargo.toml"
_SECTIONS = {"dependencies": False, "build-dependencies": False, "dev-dependencies": True}


def parse(path: str, files: Mapping[str, str]) -> Declaration:
    """What it declares. Raises MalformedManifestError."""
    toml = Toml(files[path])
    found = tuple(
        Declared(name, str(wanted), toml.line_of_key(section, name), development)
        for section, name, wanted, development in _sections(toml.data)
    )
    return Declaration(found, "cargo generate-lockfile")


def read_development(folder: str, files: Mapping[str, str]) -> frozenset[str]:
    """The crates that the project in ``folder`` needs for development alone."""
    text = files.get(posixpath.join(folder, FILE))
    try:
        sections = list(_sections(Toml(text).data)) if text is not None else []
    except MalformedManifestError:
        return frozenset()
    found = {name for _, name, _, development in sections if development}
    return frozenset(found - {name for _, name, _, development in sections if not development})


def _sections(data: Mapping[str, Any]) -> Iterator[tuple[str, str, Any, bool]]:
    workspace = data.get("workspace")
    targets = data.get("target")
    tables = [("", data), ("workspace.", workspace if isinstance(workspace, dict) else {})]
    tables += [(f"target.{name}.", table) for name, table in (targets.items() if isinstance(targets, dict) else ())]
    for prefix, table in tables:
        for section, development in _SECTIONS.items():
            wanted = table.get(section) if isinstance(table, dict) else None
            if isinstance(wanted, dict):
                yield from ((f"{prefix}{section}", name, value, development) for name, value in wanted.items())
