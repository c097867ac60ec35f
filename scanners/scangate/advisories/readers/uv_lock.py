"""Reads uv.lock and the lock files of single scripts. https://docs.astral.sh/uv/concepts/projects/layout/"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

import msgspec

from scangate.advisories.declarations import find_local_origin
from scangate.advisories.lock_entries import LockEntry, build_manifest, convert_entries, convert_entry
from scangate.advisories.manifest import REGENERATE_HINT, UPGRADE_HINT, AuditGap, MalformedManifestError, Manifest
from scangate.advisories.origins import Origin, find_origin, is_archive
from scangate.advisories.package_names import index_host, normalize_or_empty
from scangate.advisories.toml_lines import Toml
from scangate.model import GapKind

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
    version = toml.data.get("version")
    if version is None:
        toml.gaps.append(AuditGap(1, GapKind.UNPARSABLE, "no version of the lock file's format", REGENERATE_HINT))
    elif version != 1:
        reason = "unsupported lock file version, supported is 1"
        raise MalformedManifestError(reason, toml.line_of_key("", "version"), hint=UPGRADE_HINT)
    folder = posixpath.dirname(path)
    packages = [entry for table in _TABLES for entry in convert_entries(toml, table, _Package)]
    entries = [package if isinstance(package, AuditGap) else _to_entry(package, line, folder, files) for package, line in packages]
    manifest = convert_entry(toml.data.get("manifest", {}), _Manifest, 1)
    script = [dependency.name for dependency in manifest.requirements] if isinstance(manifest, _Manifest) else []
    roots = [each.name for each, _ in packages if isinstance(each, _Package) and "." in (each.source.virtual, each.source.editable)]
    return build_manifest(path, entries, script or None, normalize_or_empty(roots[0]) if roots else "")


def _to_entry(package: _Package, line: int, folder: str, files: Mapping[str, str]) -> LockEntry:
    source = package.source
    groups = [package.dependencies, *package.optional_dependencies.values(), *package.dev_dependencies.values()]
    local_path = source.virtual or source.editable or source.directory
    local = find_local_origin(folder, local_path, files) if local_path else Origin.PATH
    return LockEntry(
        package.name,
        package.version,
        line,
        tuple(dependency.name for group in groups for dependency in group),
        " or ".join(package.resolution_markers),
        index=index_host(source.registry),
        origin=local if local_path else _origin(source),
        workspace_member=bool(local_path) and local is Origin.INDEX,
    )


def _origin(source: _Source) -> Origin:
    archive = source.registry if is_archive(source.registry) else ""
    origin = find_origin(vcs=source.git, url=source.url, path=source.path or archive)
    return Origin.UNKNOWN if origin is Origin.INDEX and not source.registry else origin
