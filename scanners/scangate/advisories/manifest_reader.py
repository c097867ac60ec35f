"""Reads all manifests of a tree at once: a pure function of their texts that turns malformed files into gaps.

Each reader is imported when a file needs it: the libraries that the readers use are slow to import.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

from scangate.advisories.declarations import ProjectDeclarations
from scangate.advisories.internal_names import skip_internal
from scangate.advisories.lock_coverage import LockCoverage
from scangate.advisories.manifest import AuditGap, MalformedManifestError, Manifest
from scangate.advisories.manifest_kinds import declaration_kind, is_requirements, is_requirements_in, lock_kind


def normalize_newlines(text: str) -> str:
    """The text with line feeds as its only line ends, as every reader expects it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_manifests(files: Mapping[str, str], internal: Sequence[str] = ()) -> Mapping[str, Manifest]:
    """Every manifest in ``files``, and every file that one includes; by repository path, sorted.

    ``files`` maps repository paths to texts: included files and lock files are looked up there and nowhere else.
    ``internal`` are globs over normalized names. Raises ValueError for an invalid glob.
    """
    texts = {path: normalize_newlines(text) for path, text in files.items()}
    locks: dict[str, Manifest] = {path: _manifest(_read(kind, path, texts), path) for path in texts if (kind := lock_kind(path))}
    declared: dict[str, ProjectDeclarations | AuditGap] = {
        path: _read(kind, path, texts) for path in texts if (kind := declaration_kind(path))
    }
    declared |= {path: _read("requirements", path, texts) for path in texts if is_requirements_in(path)}
    included = [path for each in declared.values() if isinstance(each, ProjectDeclarations) for path in each.includes]
    paths = [*filter(is_requirements, texts), *included]
    requirements: Mapping[str, Manifest] = _reader("requirements").parse_all(paths, texts) if paths else {}
    coverage = LockCoverage(locks.values(), requirements.values())
    found = {**locks, **requirements}
    for path, each in declared.items():
        # a requirements file may include a .in file: then the constraints of that installation apply to it
        if path not in requirements:
            found[path] = coverage.uncovered(path, each) if isinstance(each, ProjectDeclarations) else _manifest(each, path)
    return {path: skip_internal(found[path], internal) for path in sorted(found)}


def _reader(module: str) -> Any:
    return importlib.import_module(f"{__package__}.readers.{module}")


def _read(module: str, path: str, texts: Mapping[str, str]) -> Any:
    """What a reader returns; its error as an AuditGap."""
    try:
        return _reader(module).parse(path, texts)
    except MalformedManifestError as error:
        return error.gap


def _manifest(read: Manifest | AuditGap, path: str) -> Manifest:
    return read if isinstance(read, Manifest) else Manifest(path, gaps=(read,))
