"""Reads packages.lock.json of NuGet.

https://learn.microsoft.com/en-us/nuget/consume-packages/package-references-in-project-files#locking-dependencies
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scangate.advisories.ecosystems import NUGET
from scangate.advisories.json_objects import find_lines, parse_json, require_object
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import UPGRADE_HINT, MalformedManifestError, Manifest


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package, for each framework. Raises MalformedManifestError."""
    data = parse_json(files[path])
    if not isinstance(data, dict) or not isinstance(data.get("dependencies"), dict):
        raise MalformedManifestError("not a packages.lock.json: no object with `dependencies`")
    if data.get("version", 1) not in (1, 2):
        raise MalformedManifestError("unsupported lock file version, supported is 1 or 2", hint=UPGRADE_HINT)
    return build_locked(path, NUGET, list(_packages(data["dependencies"], find_lines(files[path], 3))))


def _packages(frameworks: Mapping[str, Any], lines: Mapping[tuple[str, ...], int]) -> Iterator[LockedPackage]:
    for framework in frameworks:
        for name, entry in require_object(frameworks, framework).items():
            values = entry if isinstance(entry, dict) else {}
            kind, requires = str(values.get("type", "")).lower(), values.get("dependencies")
            yield LockedPackage(
                f"{framework}:{name.lower()}",
                name,
                str(values.get("resolved", "")),
                lines.get(("dependencies", framework, name), 1),
                tuple(f"{framework}:{each.lower()}" for each in requires) if isinstance(requires, dict) else (),
                kind in ("direct", "centraldirect"),
                member=kind == "project",
            )
