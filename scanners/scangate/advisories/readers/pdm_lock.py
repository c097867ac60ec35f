"""Reads pdm.lock. The direct dependencies are in the pyproject.toml next to it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

import msgspec

from scangate.advisories.declarations import find_local_origin
from scangate.advisories.lock_entries import LockEntry, build_manifest, convert_entries
from scangate.advisories.manifest import REGENERATE_HINT, UPGRADE_HINT, AuditGap, MalformedManifestError, Manifest
from scangate.advisories.origins import Origin, find_origin
from scangate.advisories.readers import pyproject
from scangate.advisories.toml_lines import Toml
from scangate.model import GapKind

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


class _Package(msgspec.Struct):
    name: str
    version: str = ""
    dependencies: list[str] = []
    extras: list[str] = []
    marker: str = ""
    git: str = ""
    hg: str = ""
    svn: str = ""
    url: str = ""
    path: str = ""


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    toml = Toml(files[path], "package")
    metadata = toml.data.get("metadata")
    version = str(metadata.get("lock_version", "")) if isinstance(metadata, dict) else ""
    if not version:
        toml.gaps.append(AuditGap(1, GapKind.UNPARSABLE, "no version of the lock file's format", REGENERATE_HINT))
    elif version.partition(".")[0] not in ("2", "3", "4"):
        line = toml.line_of_key("metadata", "lock_version")
        raise MalformedManifestError("unsupported lock file version", line, hint=UPGRADE_HINT)
    folder = posixpath.dirname(path)
    packages = convert_entries(toml, "package", _Package)
    entries = [package if isinstance(package, AuditGap) else _to_entry(package, line, folder, files) for package, line in packages]
    return build_manifest(path, entries, *pyproject.direct_names(folder, files))


def _to_entry(package: _Package, line: int, folder: str, files: Mapping[str, str]) -> LockEntry:
    names = (_NAME.match(text) for text in package.dependencies)
    origin = find_origin(vcs=package.git or package.hg or package.svn, url=package.url, path=package.path)
    if origin is Origin.PATH:
        origin = find_local_origin(folder, package.path, files)
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(name[1] for name in names if name),
        package.marker,
        tuple(package.extras),
        origin=origin,
        workspace_member=bool(package.path) and origin is Origin.INDEX,
    )
