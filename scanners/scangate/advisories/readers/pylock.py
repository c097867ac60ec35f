"""pylock.toml, the standard lock file (PEP 751); packaging checks that it is one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from packaging.pylock import Package, Pylock, PylockValidationError

from scangate.advisories.errors import MalformedManifestError
from scangate.advisories.lock_entries import LockEntry, build_manifest
from scangate.advisories.manifest import Manifest
from scangate.advisories.origins import FROM_PATH, FROM_URL, FROM_VCS, resolve_path
from scangate.advisories.package_names import index_host
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_lines import Toml

__all__ = ["parse"]

_INDEX = re.compile(r"^packages\[(\d+)\]")


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock. Raises Malformed."""
    toml = Toml(files[path])
    packages = toml.data.get("packages")
    line = toml.entry_lines("packages", len(packages) if isinstance(packages, list) else 0)
    try:
        lock = Pylock.from_dict(toml.data)
    except PylockValidationError as error:
        index = _INDEX.match(error.context or "")
        raise MalformedManifestError(
            f"not what its name says: wrong at {error.context or 'the top'}", line(int(index[1])) if index else 1
        ) from None
    folder = posixpath.dirname(path)
    entries = [_to_entry(package, line(number), folder) for number, package in enumerate(lock.packages)]
    asked, project = pyproject.direct_names(folder, files)
    known = any(entry.dependencies for entry in entries)
    return build_manifest(path, entries, asked if asked is not None or known else (), project)


def _to_entry(package: Package, line: int, folder: str) -> LockEntry:
    own = package.directory is not None and resolve_path(folder, package.directory.path) is not None
    needs = (need.get("name") for need in package.dependencies or ())
    return LockEntry(
        package.name,
        str(package.version or ""),
        line,
        tuple(need for need in needs if isinstance(need, str)),
        str(package.marker or ""),
        index=index_host(package.index or ""),
        unauditable="" if own else _unauditable_reason(package),
        workspace_member=own,
    )


def _unauditable_reason(package: Package) -> str:
    if package.vcs is not None:
        return FROM_VCS
    if package.directory is not None:
        return FROM_PATH
    if package.archive is not None:
        return FROM_URL if package.archive.url else FROM_PATH
    return ""
