"""Reads all manifests of a tree at once: a pure function of their texts that turns malformed files into gaps.

Each reader is imported when a file needs it: the libraries that the readers use are slow to import.
"""

from __future__ import annotations

import importlib
import posixpath
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeGuard

from scangate.advisories.declarations import ProjectDeclarations
from scangate.advisories.internal_names import skip_internal
from scangate.advisories.lock_coverage import LockCoverage
from scangate.advisories.manifest import UNEXPECTED_DATA, AuditGap, MalformedManifestError, Manifest, unexpected_form
from scangate.advisories.manifest_kinds import declaration_kind, is_input, lock_kind
from scangate.source_text import normalize_newlines

_Declared = ProjectDeclarations | AuditGap


def read_manifests(
    files: Mapping[str, str], internal: Sequence[str] = (), scripts: Mapping[str, str] = MappingProxyType({})
) -> Mapping[str, Manifest]:
    """Every manifest in ``files``, and every file that one includes; by repository path, sorted.

    ``files`` maps repository paths to texts: included files and lock files are looked up there and nowhere else; a file of unknown
    name is read as a requirements file. ``internal`` are globs over normalized names. ``scripts``: for each path whose text is the
    header of a script, the path of the script. Raises ValueError for an invalid glob.
    """
    texts = {path: normalize_newlines(text) for path, text in files.items()}
    script_locks = {f"{script}.lock" for script in scripts.values()}
    kinds = {path: "uv_lock" if path in script_locks else lock_kind(path) for path in texts if path not in scripts}
    locks: dict[str, Manifest] = {path: _manifest(_read(kind, path, texts), path) for path, kind in kinds.items() if kind}
    kinds = {path: "script_header" if path in scripts else declaration_kind(path) for path in texts}
    declared: dict[str, _Declared] = {path: _read(kind, path, texts) for path, kind in kinds.items() if kind}
    includers = _read_inputs(filter(is_input, texts), texts, declared)
    declarations = [each for each in declared.values() if isinstance(each, ProjectDeclarations)]
    included = [path for each in declarations for path in each.includes]
    constraints = {path for each in declarations for path in each.constraints}
    paths = [path for path in dict.fromkeys((*texts, *included)) if path not in locks and path not in declared]
    requirements: Mapping[str, Manifest] = _reader("requirements").parse_all(paths, texts, constraints) if paths else {}
    coverage = LockCoverage(locks.values(), requirements.values(), scripts)
    found = {**requirements, **locks}
    projects = {posixpath.dirname(path): each.project for path, each in declared.items() if _names_project(each)}
    for path, each in declared.items():
        # a requirements file may include a .in file: then the constraints of that installation apply to it
        if path not in requirements:
            found[path] = (
                coverage.uncovered(path, each, includers.get(path, ()), projects)
                if isinstance(each, ProjectDeclarations)
                else _manifest(each, path)
            )
    return {path: skip_internal(found[path], internal) for path in sorted(found)}


def _read_inputs(paths: Iterable[str], texts: Mapping[str, str], declared: dict[str, _Declared]) -> Mapping[str, set[str]]:
    """Reads the inputs of pip-compile at ``paths`` into ``declared``, and those that they include; by path, what includes each."""
    includers: dict[str, set[str]] = {}
    rest = [(path, frozenset[str]()) for path in sorted(paths)]
    while rest:
        path, above = rest.pop()
        if path not in declared:
            declared[path] = _read("requirements", path, texts)
        elif above <= includers.get(path, set()):
            continue
        includers.setdefault(path, set()).update(above)
        each = declared[path]
        names = each.includes if isinstance(each, ProjectDeclarations) else ()
        rest += [(name, above | {path}) for name in names if is_input(name)]
    return includers


def _names_project(each: _Declared) -> TypeGuard[ProjectDeclarations]:
    return isinstance(each, ProjectDeclarations) and bool(each.project)


def _reader(module: str) -> Any:
    return importlib.import_module(f"{__package__}.readers.{module}")


def _read(module: str, path: str, texts: Mapping[str, str]) -> Any:
    """What a reader returns; its error as an AuditGap."""
    try:
        return _reader(module).parse(path, texts)
    except MalformedManifestError as error:
        return error.gap
    except UNEXPECTED_DATA:
        return unexpected_form()


def _manifest(read: Manifest | AuditGap, path: str) -> Manifest:
    return read if isinstance(read, Manifest) else Manifest(path, gaps=(read,), malformed=True)
