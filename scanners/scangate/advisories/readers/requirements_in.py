"""Reads requirements.in: the input of pip-compile, so a declaration; the files it includes are read on their own."""

from __future__ import annotations

from collections.abc import Mapping

from scangate.advisories.declarations import ProjectDeclarations
from scangate.advisories.readers.requirements import parse_file


def parse(path: str, files: Mapping[str, str]) -> ProjectDeclarations:
    """The dependencies in the file itself, without those of constraints and other .in files that it includes."""
    file = parse_file(path, files)
    includes = tuple(include.path for include in file.includes if not include.path.endswith(".in"))
    return ProjectDeclarations("pip-compile", file.declared, includes=includes, custom_index=file.custom_index)
