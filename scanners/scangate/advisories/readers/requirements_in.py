"""requirements.in: what pip-compile is to pin, so a declaration; what it includes is read for itself."""

from __future__ import annotations

from collections.abc import Mapping

from scangate.advisories.declared import Declared
from scangate.advisories.readers.requirements import sheet

__all__ = ["declared"]


def declared(path: str, files: Mapping[str, str]) -> Declared:
    """The dependencies of the file itself. Constraints and other sources that it includes stand for themselves."""
    told = sheet(path, files)
    includes = tuple(include.path for include in told.includes if not include.path.endswith(".in"))
    return Declared("pip-compile", told.wants, told.holes, told.left_out, includes=includes, own_index=told.own_index)
