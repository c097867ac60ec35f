"""Reads pinned requirements files: each pin with its line, and each line that is no pin as a gap. Nothing is resolved or built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pip_requirements_parser import InstallRequirement, RequirementsFile

from scanners.errors import Unreadable
from scanners.model import GapKind
from scanners.scan.text import decode

__all__ = ["Hole", "Pin", "read"]

LOCK = "pin it: pip-compile, or uv pip compile, writes a file of pins"


class Pin(msgspec.Struct, frozen=True, order=True):
    """One ``name==version``, canonical, and the line it stands on."""

    name: str
    version: str
    line: int


class Hole(msgspec.Struct, frozen=True):
    """A line that names a dependency which cannot be audited, and why."""

    line: int
    kind: GapKind
    reason: str
    hint: str = LOCK


def read(file: Path, is_read: Callable[[str], bool]) -> Iterator[Pin | Hole]:
    """Every line of a requirements file that has to do with a dependency. ``is_read``: whether a file it includes is read, too.

    Raises Unreadable(UNPARSABLE) where it is no requirements file at all.
    """
    try:
        parsed = RequirementsFile.from_file(str(file), include_nested=False)
    except Exception as error:
        raise Unreadable(GapKind.UNPARSABLE, f"not a requirements file: {type(error).__name__}") from error
    numbers = _numbers(decode(file.read_bytes())[0])
    for requirement in parsed.requirements:
        yield _requirement(requirement, numbers(requirement.requirement_line.line_number))
    for option in parsed.options:
        for key in ("requirements", "constraints"):
            for name in option.options.get(key) or ():
                if not is_read(name):
                    reason = f"includes {key} that are not read: the file is not a requirements file of this tree by its name"
                    line = numbers(option.requirement_line.line_number)
                    yield Hole(line, GapKind.UNPINNED, reason, "name it like requirements-dev.txt")
    for invalid in parsed.invalid_lines:
        yield Hole(numbers(invalid.requirement_line.line_number), GapKind.UNPARSABLE, "not a requirement", "mend the line")


def _numbers(text: str) -> Callable[[int], int]:
    """From pip's line numbers to everybody's: pip cuts lines at form feeds and the like, too."""
    starts = [1]
    for piece in text.splitlines(keepends=True):
        starts.append(starts[-1] + piece.endswith(("\n", "\r")))
    return lambda number: starts[min(number, len(starts)) - 1]


def _requirement(requirement: InstallRequirement, line: int) -> Pin | Hole:
    if requirement.name is None or requirement.link is not None or requirement.is_editable:
        return Hole(line, GapKind.UNPINNED, "a path, URL or editable install: no advisory names it", "depend on a released version")
    name = canonicalize_name(requirement.name)
    pins = list(requirement.specifier or SpecifierSet())
    if len(pins) != 1 or pins[0].operator != "==" or pins[0].version.endswith(".*"):
        return Hole(line, GapKind.UNPINNED, "not pinned to one version")
    try:
        return Pin(name, str(Version(pins[0].version)), line)
    except InvalidVersion:
        return Hole(line, GapKind.UNPINNED, "pinned to something that is no version")
