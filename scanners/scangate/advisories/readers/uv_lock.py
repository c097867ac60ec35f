"""Reads uv.lock and the lock files of single scripts. https://docs.astral.sh/uv/concepts/projects/layout/"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from scangate.advisories.lock_entries import LockEntry, build_manifest, check_version, convert_entry, read_entries
from scangate.advisories.manifest import Manifest
from scangate.advisories.origins import Origin, find_origin, is_archive
from scangate.advisories.package_names import index_host, normalize_or_empty
from scangate.advisories.toml_lines import Toml

_TABLES = ("package", "distribution")  # the latter before uv 0.4


class _Dependency(msgspec.Struct):
    name: str


class _Source(msgspec.Struct):
    registry: str = ""
    git: str = ""
    url: str = ""
    path: str = ""
    directory: str = ""
    editable: str = ""
    virtual: str = ""


class _Package(msgspec.Struct, rename="kebab"):
    name: str
    source: _Source
    version: str = ""
    dependencies: list[_Dependency] = []
    optional_dependencies: dict[str, list[_Dependency]] = {}
    dev_dependencies: dict[str, list[_Dependency]] = {}
    resolution_markers: list[str] = []


class _Manifest(msgspec.Struct):
    requirements: list[_Dependency] = []  # of a script


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file, its projects and workspace members marked as such. Raises MalformedManifestError."""
    toml = Toml(files[path], _TABLES[0])
    check_version(toml, "", "version", ("1",))
    entries = [entry for table in _TABLES for entry in read_entries(toml, table, _Package, _to_entry)]
    manifest = convert_entry(toml.data.get("manifest", {}), _Manifest, 1)
    script = [dependency.name for dependency in manifest.requirements] if isinstance(manifest, _Manifest) else []
    roots = [entry.name for entry in entries if isinstance(entry, LockEntry) and entry.local_path == "."]
    return build_manifest(path, files, entries, script or None, normalize_or_empty(roots[0]) if roots else "")


def _to_entry(package: _Package, line: int) -> LockEntry:
    source = package.source
    groups = [package.dependencies, *package.optional_dependencies.values(), *package.dev_dependencies.values()]
    local_path = source.virtual or source.editable or source.directory
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(dependency.name for group in groups for dependency in group),
        " or ".join(package.resolution_markers),
        index=index_host(source.registry),
        origin=_origin(source),
        local_path=local_path or None,
    )


def _origin(source: _Source) -> Origin:
    archive = source.registry if is_archive(source.registry) else ""
    origin = find_origin(vcs=source.git, url=source.url, path=source.path or archive)
    return Origin.UNKNOWN if origin is Origin.INDEX and not source.registry else origin
