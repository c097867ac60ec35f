"""Which files tell dependencies, and of what kind each is, going by their paths alone; it needs none of the readers."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

__all__ = ["is_list", "is_lock", "is_manifest", "is_source", "kind_of_declaration", "kind_of_lock"]

_LOCKS = {
    "pylock": r"pylock(\.[^.]+)?\.toml",
    "uv": r"uv\.lock|.+\.py\.lock",
    "poetry": r"poetry\.lock",
    "pdm": r"pdm(\.[^.]+)?\.lock",
    "pipfile-lock": r"Pipfile\.lock",
}
_DECLARATIONS = {"pyproject": r"pyproject\.toml", "setup-cfg": r"setup\.cfg", "setup-py": r"setup\.py", "pipfile": r"Pipfile"}
_POSSIBLE = re.compile("|".join((*_LOCKS.values(), *_DECLARATIONS.values(), r".*\.(?:txt|in)")), re.DOTALL)
"""The names of all manifests, and few others: most files of a tree are none, and each is asked about."""
_LIST_NAME = re.compile(r"(^|[-_.])(requirements?|constraints?)([-_.]|$)", re.IGNORECASE)


def is_manifest(path: str) -> bool:
    """Whether a file tells dependencies."""
    if _POSSIBLE.fullmatch(path.rpartition("/")[2]) is None:
        return False
    return is_list(path) or bool(kind_of_lock(path) or kind_of_declaration(path)) or is_source(path)


def is_lock(path: str) -> bool:
    """Whether a file is a lock: what it says may hold for projects in folders below its own."""
    return bool(kind_of_lock(path))


def kind_of_lock(path: str) -> str:
    """What kind of lock a file is, empty where it is none."""
    return _kind(path, _LOCKS)


def kind_of_declaration(path: str) -> str:
    """What kind of file it is that declares what a project needs, empty where it is none."""
    return _kind(path, _DECLARATIONS)


def is_list(path: str) -> bool:
    """A requirements or constraints file, by its usual names."""
    return path.endswith(".txt") and _is_named_so(path)


def is_source(path: str) -> bool:
    """What pip-compile makes a requirements file from."""
    return path.endswith(".in") and _is_named_so(path)


def _is_named_so(path: str) -> bool:
    file = PurePosixPath(path)
    return bool(file.suffix) and (_LIST_NAME.search(file.stem) is not None or file.parent.name == "requirements")


def _kind(path: str, kinds: dict[str, str]) -> str:
    name = path.rpartition("/")[2]
    return next((kind for kind, pattern in kinds.items() if re.fullmatch(pattern, name)), "")
