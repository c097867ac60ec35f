"""Reads package.json, in which a project of npm, Yarn, pnpm or Bun declares what it depends on.

https://docs.npmjs.com/cli/v10/configuring-npm/package-json
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from scangate.advisories.declared_packages import Declaration, Declared
from scangate.advisories.json_objects import find_lines, parse_json
from scangate.advisories.manifest import MalformedManifestError

FILE = "package.json"
PRODUCTION = ("dependencies", "optionalDependencies")
DEVELOPMENT = "devDependencies"
LOCK_COMMANDS = {"yarn": "yarn install --mode=update-lockfile", "pnpm": "pnpm install --lockfile-only", "bun": "bun install"}


def parse(path: str, files: Mapping[str, str]) -> Declaration:
    """What it declares. Raises MalformedManifestError."""
    data = _load(files[path])
    lines = find_lines(files[path], 2)
    manager = data.get("packageManager")
    word = manager.partition("@")[0] if isinstance(manager, str) else "npm"
    found = tuple(
        Declared(name, str(wanted), lines.get((section, name), 1), development)
        for section, name, wanted, development in _sections(data)
    )
    return Declaration(found, LOCK_COMMANDS.get(word, "npm install --package-lock-only"))


def read_wanted(folder: str, files: Mapping[str, str]) -> Mapping[tuple[str, str], bool] | None:
    """The name and range of each dependency of the project in ``folder``, and whether it is for development; None if unknown."""
    text = files.get(posixpath.join(folder, FILE))
    if text is None:
        return None
    try:
        return {(name, str(wanted)): development for _, name, wanted, development in _sections(_load(text))}
    except MalformedManifestError:
        return None


def _load(text: str) -> Mapping[str, Any]:
    data = parse_json(text)
    if not isinstance(data, dict):
        raise MalformedManifestError("not a package.json: no object")
    return data


def _sections(data: Mapping[str, Any]) -> Iterator[tuple[str, str, Any, bool]]:
    for section in (DEVELOPMENT, *PRODUCTION):
        wanted = data.get(section)
        if isinstance(wanted, dict):
            yield from ((section, name, value, section == DEVELOPMENT) for name, value in wanted.items())
