"""Reads the header of a Python script, in which it declares its dependencies (PEP 723); its text is the TOML in the comments.

https://packaging.python.org/en/latest/specifications/inline-script-metadata/
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from scangate.advisories.declarations import ProjectDeclarations, ProjectFiles, parse_dependency
from scangate.advisories.readers.pyproject import apply_uv_sources
from scangate.advisories.toml_lines import Toml
from scangate.advisories.toml_values import TomlValues

LOCK_COMMAND = "uv lock --script"


def parse(path: str, files: Mapping[str, str]) -> ProjectDeclarations:
    """What the header declares. Raises MalformedManifestError if it is not TOML."""
    values = TomlValues(Toml(files[path]))
    texts = values.texts("", "dependencies")
    items = [parse_dependency(text, values.toml.line_of_text("", text)) for text in texts]
    declared = apply_uv_sources(items, values, ProjectFiles(posixpath.dirname(path), files))
    custom_index = any(key in values.table("tool", "uv") for key in ("index", "index-url", "extra-index-url", "find-links"))
    return ProjectDeclarations(LOCK_COMMAND, (*declared, *dict.fromkeys(values.gaps)), custom_index=custom_index)
