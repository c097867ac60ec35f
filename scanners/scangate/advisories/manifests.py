"""The front: all manifests read at once; a pure function of their texts that raises for none of them.

A reader is imported where there is a file for it: most of what a reader costs is the library that it stands on.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from scangate.advisories.cover import Locks
from scangate.advisories.declared import Declared
from scangate.advisories.fault import Malformed
from scangate.advisories.internal import without
from scangate.advisories.kinds import is_list, is_lock, is_manifest, is_source, kind_of_declaration, kind_of_lock
from scangate.advisories.manifest import Hole, Manifest, Omitted, Pin

__all__ = ["Hole", "Manifest", "Omitted", "Pin", "is_lock", "is_manifest", "look", "read_all", "unified"]

T = TypeVar("T")
Reader = Callable[[Any, Mapping[str, str]], T]

_LOCKS = {"pylock": "pylock", "uv": "uv_lock", "poetry": "poetry_lock", "pdm": "pdm_lock", "pipfile-lock": "pipfile_lock"}
_DECLARED = {"pyproject": "pyproject", "setup-cfg": "setup_cfg", "setup-py": "setup_py", "pipfile": "pipfile"}


def _reader(module: str, name: str) -> Reader[Any]:
    """What a module of the readers offers under a name."""
    reader: Reader[Any] = getattr(importlib.import_module(f"{__package__}.readers.{module}"), name)
    return reader


def _lock_reader(path: str) -> Reader[Manifest] | None:
    module = _LOCKS.get(kind_of_lock(path))
    return _reader(module, "read") if module else None


def _teller(path: str) -> Reader[Declared] | None:
    module = _DECLARED.get(kind_of_declaration(path))
    return _reader(module, "declared") if module else None


def unified(text: str) -> str:
    """The text with one kind of line end, as every reader gets it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def look(path: str, files: Mapping[str, str]) -> None:
    """Reads one manifest of ``files`` by itself, for what it asks of the others; what it says is for ``read_all`` to tell."""
    reader: Reader[object] | None = _lock_reader(path) or _teller(path)
    _read(path, files, reader or _reader("requirements", "sheet"))


def read_all(files: Mapping[str, str], internal: Sequence[str] = ()) -> Mapping[str, Manifest]:
    """What every manifest of ``files`` says, and every file of it that a manifest includes; by repository path, sorted.

    ``files`` is repository paths to texts: what a file includes or a lock covers is looked for there and nowhere else.
    ``internal`` is globs over canonical names; raises ValueError for one that is none.
    """
    texts = {path: unified(text) for path, text in files.items()}
    found: dict[str, Manifest] = {}
    locks = {path: _read(path, texts, reader) for path in texts if (reader := _lock_reader(path))}
    found |= {path: _whole(path, lock) for path, lock in locks.items()}
    declared: dict[str, Declared | Hole] = {path: _read(path, texts, teller) for path in texts if (teller := _teller(path))}
    declared |= {path: _reader("requirements_in", "declared")(path, texts) for path in texts if is_source(path)}
    named = [include for told in declared.values() if isinstance(told, Declared) for include in told.includes]
    listed = [*filter(is_list, texts), *named]
    lists: Mapping[str, Manifest] = _reader("requirements", "read")(listed, texts) if listed else {}
    beside = Locks(found.values(), lists.values())
    found |= lists
    for path, told in declared.items():
        if path not in lists:  # a list that is installed may include a source of pip-compile: then its constraints hold
            found[path] = beside.manifest(path, told) if isinstance(told, Declared) else _broken(path, told)
    sifted = without(internal)
    return {path: sifted(found[path]) for path in sorted(found)}


def _read(path: str, texts: Mapping[str, str], reader: Reader[T]) -> T | Hole:
    try:
        return reader(path, texts)
    except Malformed as fault:
        return fault.hole


def _whole(path: str, told: Manifest | Hole) -> Manifest:
    return told if isinstance(told, Manifest) else _broken(path, told)


def _broken(path: str, hole: Hole) -> Manifest:
    return Manifest(path, holes=(hole,))
