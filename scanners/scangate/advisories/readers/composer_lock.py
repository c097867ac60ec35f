"""Reads composer.lock (https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from scangate.advisories.ecosystems import PACKAGIST
from scangate.advisories.json_objects import find_lines, parse_json
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import MalformedManifestError, Manifest
from scangate.advisories.origins import Origin
from scangate.advisories.readers.composer_json import read_required

_SECTIONS = {"packages": False, "packages-dev": True}


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    data = parse_json(files[path])
    sections = [data[section] for section in _SECTIONS if section in data] if isinstance(data, dict) else []
    if not sections or not all(isinstance(section, list) for section in sections):
        raise MalformedManifestError("not a composer.lock: no object with lists in `packages` and `packages-dev`")
    required = read_required(posixpath.dirname(path), files)
    packages = list(_packages(data, find_lines(files[path], 3), required or frozenset()))
    return build_locked(path, PACKAGIST, packages, has_direct=required is not None)


def _packages(data: Mapping[str, Any], lines: Mapping[tuple[str, ...], int], direct: frozenset[str]) -> Iterator[LockedPackage]:
    for section, development in _SECTIONS.items():
        entries = data.get(section)
        for number, entry in enumerate(entries if isinstance(entries, list) else []):
            fields = entry if isinstance(entry, dict) else {}
            name, version, requires = str(fields.get("name", "")), str(fields.get("version", "")), fields.get("require")
            path = (section, str(number))
            line = lines.get((*path, "name")) or lines.get(path, 1)
            is_branch = version.startswith("dev-") or version.endswith("-dev")
            names = tuple(map(str.lower, requires)) if isinstance(requires, dict) else ()
            dist = fields.get("dist")
            is_path = isinstance(dist, dict) and dist.get("type") == "path"
            origin = Origin.PATH if is_path else Origin.VCS if is_branch else Origin.INDEX
            yield LockedPackage(name.lower(), name, version, line, names, name.lower() in direct, development, origin=origin)
