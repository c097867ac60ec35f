"""requirements.in: what pip-compile is to pin, so a declaration; what it includes is read for itself."""

from __future__ import annotations

from collections.abc import Mapping

from scangate.advisories.declarations import ProjectDeclarations
from scangate.advisories.readers.requirements import parse_file

__all__ = ["parse"]


def parse(path: str, files: Mapping[str, str]) -> ProjectDeclarations:
    """The dependencies of the file itself. Constraints and other sources that it includes stand for themselves."""
    told = parse_file(path, files)
    includes = tuple(include.path for include in told.includes if not include.path.endswith(".in"))
    return ProjectDeclarations(
        "pip-compile", told.dependencies, told.gaps, told.skipped, includes=includes, custom_index=told.custom_index
    )
