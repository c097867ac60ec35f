"""pylock.toml, the standard lock file (PEP 751); packaging checks that it is one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from packaging.pylock import Package, Pylock, PylockValidationError

from scangate.advisories.fault import Malformed
from scangate.advisories.locked import Entry, manifest
from scangate.advisories.manifest import Manifest
from scangate.advisories.names import host
from scangate.advisories.places import ADDRESS, PATH, REPOSITORY, joined
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_text import Toml

__all__ = ["read"]

_INDEX = re.compile(r"^packages\[(\d+)\]")


def read(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock. Raises Malformed."""
    toml = Toml(files[path])
    packages = toml.data.get("packages")
    line = toml.entries("packages", len(packages) if isinstance(packages, list) else 0)
    try:
        lock = Pylock.from_dict(toml.data)
    except PylockValidationError as error:
        index = _INDEX.match(error.context or "")
        raise Malformed(
            f"not what its name says: wrong at {error.context or 'the top'}", line(int(index[1])) if index else 1
        ) from None
    folder = posixpath.dirname(path)
    entries = [_entry(package, line(number), folder) for number, package in enumerate(lock.packages)]
    asked, project = pyproject.asked(folder, files)
    known = any(entry.needs for entry in entries)
    return manifest(path, entries, asked if asked is not None or known else (), project)


def _entry(package: Package, line: int, folder: str) -> Entry:
    own = package.directory is not None and joined(folder, package.directory.path) is not None
    needs = (need.get("name") for need in package.dependencies or ())
    return Entry(
        package.name,
        str(package.version or ""),
        line,
        tuple(need for need in needs if isinstance(need, str)),
        str(package.marker or ""),
        index=host(package.index or ""),
        elsewhere="" if own else _elsewhere(package),
        own=own,
    )


def _elsewhere(package: Package) -> str:
    if package.vcs is not None:
        return REPOSITORY
    if package.directory is not None:
        return PATH
    if package.archive is not None:
        return ADDRESS if package.archive.url else PATH
    return ""
