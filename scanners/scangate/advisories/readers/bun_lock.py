"""Reads bun.lock, which is JSON with comments and trailing commas (https://bun.com/docs/pm/lockfile)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scangate.advisories.ecosystems import NPM
from scangate.advisories.json_objects import find_lines, parse_json
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import MalformedManifestError, Manifest
from scangate.advisories.npm_sources import find_npm_origin
from scangate.advisories.origins import Origin
from scangate.advisories.readers.package_json import DEVELOPMENT, PRODUCTION

_EXTRA = re.compile(r'("(?:[^"\\\n]|\\.)*+")|,(?=\s*[}\]])|//[^\n]*|/\*.*?\*/', re.DOTALL)


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    text = _EXTRA.sub(lambda match: match[1] or "\n" * match[0].count("\n"), files[path])
    data = parse_json(text)
    if not isinstance(data, dict) or not isinstance(data.get("packages", {}), dict) or "lockfileVersion" not in data:
        raise MalformedManifestError("not a lock file of Bun: no object with `lockfileVersion`")
    roots: dict[str, bool] = {}
    for section in (DEVELOPMENT, *PRODUCTION):
        for project in _objects(data.get("workspaces")):
            roots |= dict.fromkeys(_names(project.get(section)), section == DEVELOPMENT)
    return build_locked(path, NPM, list(_packages(data.get("packages", {}), roots, find_lines(text, 2))))


def _packages(
    packages: Mapping[str, Any], roots: Mapping[str, bool], lines: Mapping[tuple[str, ...], int]
) -> Iterator[LockedPackage]:
    for key, entry in packages.items():
        line = lines.get(("packages", key), 1)
        parts = entry if isinstance(entry, list) and entry and isinstance(entry[0], str) else [key]
        name, _, version = parts[0][1:].partition("@")
        facts = next((part for part in parts if isinstance(part, dict)), {})
        names = [each for section in (*PRODUCTION, "peerDependencies") for each in _names(facts.get(section))]
        origin = find_npm_origin(version)
        is_member = version.startswith("workspace:")
        if ":" in version and origin is Origin.INDEX and not is_member:
            origin = Origin.URL
        yield LockedPackage(
            key,
            parts[0][:1] + name,
            version,
            line,
            tuple(filter(None, (_resolve(key, each, packages) for each in names))),
            key in roots,
            roots.get(key) or None,
            origin=origin,
            member=is_member,
        )


def _resolve(key: str, name: str, packages: Mapping[str, Any]) -> str:
    """The key of ``name`` as ``key`` sees it: below itself, or below what it is below of."""
    parts = key.split("/")
    for end in range(len(parts), -1, -1):
        found = "/".join((*parts[:end], name))
        if found in packages:
            return found
    return ""


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value.values() if isinstance(each, dict)] if isinstance(value, dict) else []


def _names(section: Any) -> list[str]:
    return list(section) if isinstance(section, dict) else []
