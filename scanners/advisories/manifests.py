"""The front: which files are manifests, and all read at once; a pure function of their texts that raises for none of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

from scanners.advisories.cover import Locks
from scanners.advisories.declared import Declared
from scanners.advisories.fault import Malformed
from scanners.advisories.internal import without
from scanners.advisories.manifest import Hole, Manifest, Omitted, Pin
from scanners.advisories.readers import (
    pdm_lock,
    pipfile,
    pipfile_lock,
    poetry_lock,
    pylock,
    pyproject,
    requirements,
    requirements_in,
    setup_cfg,
    setup_py,
    uv_lock,
)

__all__ = ["Hole", "Manifest", "Omitted", "Pin", "is_lock", "is_manifest", "look", "read_all", "unified"]

T = TypeVar("T")
Reader = Callable[[str, Mapping[str, str]], T]

_LOCKS: tuple[tuple[str, Reader[Manifest]], ...] = (
    (r"pylock(\.[^.]+)?\.toml", pylock.read),
    (r"uv\.lock|.+\.py\.lock", uv_lock.read),
    (r"poetry\.lock", poetry_lock.read),
    (r"pdm(\.[^.]+)?\.lock", pdm_lock.read),
    (r"Pipfile\.lock", pipfile_lock.read),
)
_DECLARED: tuple[tuple[str, Reader[Declared]], ...] = (
    (r"pyproject\.toml", pyproject.declared),
    (r"setup\.cfg", setup_cfg.declared),
    (r"setup\.py", setup_py.declared),
    (r"Pipfile", pipfile.declared),
)
_LIST_NAME = re.compile(r"(^|[-_.])(requirements?|constraints?)([-_.]|$)", re.IGNORECASE)


def is_manifest(path: str) -> bool:
    """Whether a file tells dependencies, going by its path."""
    return _is_list(path) or _reader(path, _LOCKS) is not None or _reader(path, _DECLARED) is not None or _is_source(path)


def is_lock(path: str) -> bool:
    """Whether a file is a lock, going by its path: what it says may hold for projects in folders below its own."""
    return _reader(path, _LOCKS) is not None


def unified(text: str) -> str:
    """The text with one kind of line end, as every reader gets it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def look(path: str, files: Mapping[str, str]) -> None:
    """Reads one manifest of ``files`` by itself, for what it asks of the others; what it says is for ``read_all`` to tell."""
    reader: Reader[object] | None = _reader(path, _LOCKS) or _reader(path, _DECLARED)
    _read(path, files, reader or requirements.sheet)


def read_all(files: Mapping[str, str], internal: Sequence[str] = ()) -> Mapping[str, Manifest]:
    """What every manifest of ``files`` says, and every file of it that a manifest includes; by repository path, sorted.

    ``files`` is repository paths to texts: what a file includes or a lock covers is looked for there and nowhere else.
    ``internal`` is globs over canonical names; raises ValueError for one that is none.
    """
    texts = {path: unified(text) for path, text in files.items()}
    found: dict[str, Manifest] = {}
    locks = {path: _read(path, texts, reader) for path in texts if (reader := _reader(path, _LOCKS))}
    found |= {path: _whole(path, lock) for path, lock in locks.items()}
    declared: dict[str, Declared | Hole] = {
        path: _read(path, texts, teller) for path in texts if (teller := _reader(path, _DECLARED))
    }
    declared |= {path: requirements_in.declared(path, texts) for path in texts if _is_source(path)}
    named = [include for told in declared.values() if isinstance(told, Declared) for include in told.includes]
    lists = requirements.read([*filter(_is_list, texts), *named], texts)
    beside = Locks(found.values(), lists.values())
    found |= lists
    for path, told in declared.items():
        if path not in lists:  # a list that is installed may include a source of pip-compile: then its constraints hold
            found[path] = beside.manifest(path, told) if isinstance(told, Declared) else _broken(path, told)
    sifted = without(internal)
    return {path: sifted(found[path]) for path in sorted(found)}


def _is_list(path: str) -> bool:
    """A requirements or constraints file, by its usual names."""
    file = PurePosixPath(path)
    return file.suffix == ".txt" and (_LIST_NAME.search(file.stem) is not None or file.parent.name == "requirements")


def _is_source(path: str) -> bool:
    """What pip-compile makes a requirements file from."""
    file = PurePosixPath(path)
    return file.suffix == ".in" and (_LIST_NAME.search(file.stem) is not None or file.parent.name == "requirements")


def _reader(path: str, readers: tuple[tuple[str, Reader[T]], ...]) -> Reader[T] | None:
    name = PurePosixPath(path).name
    return next((reader for pattern, reader in readers if re.fullmatch(pattern, name)), None)


def _read(path: str, texts: Mapping[str, str], reader: Reader[T]) -> T | Hole:
    try:
        return reader(path, texts)
    except Malformed as fault:
        return fault.hole


def _whole(path: str, told: Manifest | Hole) -> Manifest:
    return told if isinstance(told, Manifest) else _broken(path, told)


def _broken(path: str, hole: Hole) -> Manifest:
    return Manifest(path, holes=(hole,))
