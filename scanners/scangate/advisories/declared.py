"""What a project declares, as ranges or pins: one value for pyproject.toml, setup.cfg, Pipfile and requirements.in alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from scangate.advisories.manifest import Hole, Omitted
from scangate.advisories.names import canonical, exact, release, requirement
from scangate.advisories.places import ADDRESS, PATH, REPOSITORY, is_archive, joined
from scangate.model import GapKind

__all__ = ["PROJECTS", "Beside", "Declared", "Want", "is_project", "of_address", "of_requirement", "of_table"]

PROJECTS = ("pyproject.toml", "setup.cfg", "setup.py")  # what makes a folder a project whose dependencies are read
_BARE = re.compile(r"v?\d[A-Za-z0-9.+!-]*")
_REPOSITORIES = ("git+", "hg+", "svn+", "bzr+", "git:", "git@")
_KEYS = {"git": REPOSITORY, "hg": REPOSITORY, "svn": REPOSITORY, "bzr": REPOSITORY, "url": ADDRESS}


class Want(msgspec.Struct, frozen=True):
    """One dependency as it is declared; ``version`` is set where only that one will do. An empty name: something no file tells.

    ``text`` is the whole as PEP 508 writes it, where that is how it stands in the file.
    """

    name: str
    line: int
    version: str = ""
    marker: str = ""
    extras: tuple[str, ...] = ()
    elsewhere: str = ""
    own: bool = False
    text: str = ""


class Beside(NamedTuple):
    """What a manifest stands among: its folder, and all files of the scan."""

    folder: str
    files: Mapping[str, str]


class Declared(msgspec.Struct, frozen=True):
    """All that a project declares. ``command`` locks it; ``includes`` are requirements files that it names, as repository paths.

    ``own_index``: the file names places beside the usual index, from which any of its dependencies may come.
    """

    command: str
    wants: tuple[Want, ...] = ()
    holes: tuple[Hole, ...] = ()
    left_out: tuple[Omitted, ...] = ()
    project: str = ""
    includes: tuple[str, ...] = ()
    own_index: bool = False


def of_requirement(text: str, line: int) -> Want | Hole:
    """A dependency written as PEP 508 writes it."""
    try:
        told = requirement(text)
        name = canonical(told.name)
    except ValueError:
        return Hole(line, GapKind.UNPARSABLE, "not a requirement", "mend the line")
    marker, extras = str(told.marker or ""), tuple(sorted(told.extras))
    if told.url:
        return Want(name, line, "", marker, extras, of_address(told.url))
    try:
        return Want(name, line, exact(told.specifier), marker, extras, text=text)
    except ValueError as error:
        return Hole(line, GapKind.UNPINNED, str(error), "pin it to one released version", name)


def of_address(url: str) -> str:
    """Why what lies at an address cannot be audited."""
    if url.lower().startswith(_REPOSITORIES):
        return REPOSITORY
    return ADDRESS if "://" in url and not url.lower().startswith("file:") else PATH


def of_table(name: str, value: Any, line: int, beside: Beside, *, bare: bool) -> Iterator[Want | Hole]:
    """A dependency as poetry and pipenv write it: a version, a table, or a list of tables. ``bare``: `1.2` means `==1.2`."""
    for each in value if isinstance(value, list) else [value]:
        told = {"version": each} if isinstance(each, str) else each
        try:
            want = _of_table(canonical(name), told, line, beside)
            yield msgspec.structs.replace(want, version=_version(want.version, bare))
        except (ValueError, TypeError, AttributeError):
            yield Hole(line, GapKind.UNPARSABLE, "not a dependency", "mend the line")


def _of_table(name: str, told: Mapping[str, Any], line: int, beside: Beside) -> Want:
    marker, extras = str(told.get("markers", "")), tuple(sorted(map(str, told.get("extras", ()))))
    for key, reason in _KEYS.items():
        if key in told:
            return Want(name, line, "", marker, extras, reason)
    if "path" in told or "file" in told:
        path = str(told.get("path", told.get("file")))
        if "://" in path:
            return Want(name, line, "", marker, extras, of_address(path))
        own = not is_archive(path) and is_project(joined(beside.folder, path), beside.files)
        return Want(name, line, "", marker, extras, "" if own else PATH, own)
    return Want(name, line, str(told.get("version", "*")), marker, extras)


def is_project(folder: str | None, files: Mapping[str, str]) -> bool:
    """Whether a folder of the tree holds a project whose dependencies are read."""
    return folder is not None and any((f"{folder}/{name}" if folder else name) in files for name in PROJECTS)


def _version(text: str, bare: bool) -> str:
    body = text.strip()
    pinned = body.lstrip("=").strip() if body.startswith("==") or (bare and body.startswith("=")) else body if bare else ""
    return release(pinned) if _BARE.fullmatch(pinned) and not pinned.endswith(".*") else ""
