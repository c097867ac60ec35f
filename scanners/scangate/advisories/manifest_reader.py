"""The front: all manifests read at once; a pure function of their texts that raises for none of them.

A reader is imported where there is a file for it: most of what a reader costs is the library that it stands on.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from scangate.advisories.declarations import ProjectDeclarations
from scangate.advisories.errors import MalformedManifestError
from scangate.advisories.internal_names import internal_name_filter
from scangate.advisories.lock_coverage import LockCoverage
from scangate.advisories.manifest import AuditGap, Manifest, Pin, SkippedDependency
from scangate.advisories.manifest_kinds import (
    declaration_kind,
    is_lock,
    is_manifest,
    is_requirements,
    is_requirements_in,
    lock_kind,
)

__all__ = [
    "AuditGap",
    "Manifest",
    "Pin",
    "SkippedDependency",
    "is_lock",
    "is_manifest",
    "normalize_newlines",
    "read_manifests",
    "read_one",
]

T = TypeVar("T")
Reader = Callable[[Any, Mapping[str, str]], T]

_LOCK_READERS = {"pylock": "pylock", "uv": "uv_lock", "poetry": "poetry_lock", "pdm": "pdm_lock", "pipfile-lock": "pipfile_lock"}
_DECLARATION_READERS = {"pyproject": "pyproject", "setup-cfg": "setup_cfg", "setup-py": "setup_py", "pipfile": "pipfile"}


def _load_reader(module: str, name: str) -> Reader[Any]:
    """What a module of the readers offers under a name."""
    reader: Reader[Any] = getattr(importlib.import_module(f"{__package__}.readers.{module}"), name)
    return reader


def _lock_reader(path: str) -> Reader[Manifest] | None:
    module = _LOCK_READERS.get(lock_kind(path))
    return _load_reader(module, "parse") if module else None


def _declaration_reader(path: str) -> Reader[ProjectDeclarations] | None:
    module = _DECLARATION_READERS.get(declaration_kind(path))
    return _load_reader(module, "parse") if module else None


def normalize_newlines(text: str) -> str:
    """The text with one kind of line end, as every reader gets it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_one(path: str, files: Mapping[str, str]) -> None:
    """Reads one manifest of ``files`` by itself, for what it asks of the others; what it says is for ``read_all`` to tell."""
    reader: Reader[object] | None = _lock_reader(path) or _declaration_reader(path)
    _read_or_gap(path, files, reader or _load_reader("requirements", "parse_file"))


def read_manifests(files: Mapping[str, str], internal: Sequence[str] = ()) -> Mapping[str, Manifest]:
    """What every manifest of ``files`` says, and every file of it that a manifest includes; by repository path, sorted.

    ``files`` is repository paths to texts: what a file includes or a lock covers is looked for there and nowhere else.
    ``internal`` is globs over canonical names; raises ValueError for one that is none.
    """
    texts = {path: normalize_newlines(text) for path, text in files.items()}
    found: dict[str, Manifest] = {}
    locks = {path: _read_or_gap(path, texts, reader) for path in texts if (reader := _lock_reader(path))}
    found |= {path: _to_manifest(path, lock) for path, lock in locks.items()}
    declared: dict[str, ProjectDeclarations | AuditGap] = {
        path: _read_or_gap(path, texts, teller) for path in texts if (teller := _declaration_reader(path))
    }
    declared |= {path: _load_reader("requirements_in", "parse")(path, texts) for path in texts if is_requirements_in(path)}
    named = [include for told in declared.values() if isinstance(told, ProjectDeclarations) for include in told.includes]
    listed = [*filter(is_requirements, texts), *named]
    lists: Mapping[str, Manifest] = _load_reader("requirements", "parse_all")(listed, texts) if listed else {}
    beside = LockCoverage(found.values(), lists.values())
    found |= lists
    for path, told in declared.items():
        if path not in lists:  # a list that is installed may include a source of pip-compile: then its constraints hold
            found[path] = beside.uncovered(path, told) if isinstance(told, ProjectDeclarations) else _gap_manifest(path, told)
    sifted = internal_name_filter(internal)
    return {path: sifted(found[path]) for path in sorted(found)}


def _read_or_gap(path: str, texts: Mapping[str, str], reader: Reader[T]) -> T | AuditGap:
    try:
        return reader(path, texts)
    except MalformedManifestError as fault:
        return fault.gap


def _to_manifest(path: str, told: Manifest | AuditGap) -> Manifest:
    return told if isinstance(told, Manifest) else _gap_manifest(path, told)


def _gap_manifest(path: str, gap: AuditGap) -> Manifest:
    return Manifest(path, gaps=(gap,))
