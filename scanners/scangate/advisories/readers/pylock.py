"""Reads pylock.toml, the standard lock file (PEP 751); packaging validates it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from packaging.pylock import Package, Pylock, PylockValidationError

from scangate.advisories.lock_entries import LockEntry, build_manifest
from scangate.advisories.manifest import MalformedManifestError, Manifest
from scangate.advisories.origins import Origin, is_in_tree
from scangate.advisories.package_names import index_host
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_lines import Toml

_PACKAGE_INDEX = re.compile(r"^packages\[(\d+)\]")


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    toml = Toml(files[path])
    packages = toml.data.get("packages")
    lines = toml.entry_lines("packages", len(packages) if isinstance(packages, list) else 0)
    try:
        lock = Pylock.from_dict(toml.data)
    except PylockValidationError as error:
        index = _PACKAGE_INDEX.match(error.context or "")
        reason = f"not a pylock.toml: invalid {error.context or 'top level'}"
        raise MalformedManifestError(reason, lines[int(index[1])] if index else 1) from None
    folder = posixpath.dirname(path)
    entries = [_to_entry(package, line, folder) for package, line in zip(lock.packages, lines, strict=True)]
    direct, project = pyproject.direct_names(folder, files)
    has_graph = any(entry.dependencies for entry in entries)
    return build_manifest(path, entries, direct if direct is not None or has_graph else (), project)


def _to_entry(package: Package, line: int, folder: str) -> LockEntry:
    member = package.directory is not None and is_in_tree(folder, package.directory.path)
    names = (dependency.get("name") for dependency in package.dependencies or ())
    return LockEntry(
        package.name,
        str(package.version or ""),
        line,
        tuple(name for name in names if isinstance(name, str)),
        str(package.marker or ""),
        index=index_host(package.index or ""),
        origin=Origin.INDEX if member else _origin(package),
        workspace_member=member,
    )


def _origin(package: Package) -> Origin:
    if package.vcs is not None:
        return Origin.VCS
    if package.directory is not None:
        return Origin.PATH
    if package.archive is not None:
        return Origin.URL if package.archive.url else Origin.PATH
    return Origin.INDEX
