"""Which files tell dependencies, and of what kind each is, going by their paths alone; it needs none of the readers."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

__all__ = ["declaration_kind", "is_lock", "is_manifest", "is_requirements", "is_requirements_in", "lock_kind"]

_LOCKS = {
    "pylock": r"pylock(\.[^.]+)?\.toml",
    "uv": r"uv\.lock|.+\.py\.lock",
    "poetry": r"poetry\.lock",
    "pdm": r"pdm(\.[^.]+)?\.lock",
    "pipfile-lock": r"Pipfile\.lock",
}
_DECLARATIONS = {"pyproject": r"pyproject\.toml", "setup-cfg": r"setup\.cfg", "setup-py": r"setup\.py", "pipfile": r"Pipfile"}
_MANIFEST_NAMES = re.compile("|".join((*_LOCKS.values(), *_DECLARATIONS.values(), r".*\.(?:txt|in)")), re.DOTALL)
"""The names of all manifests, and few others: most files of a tree are none, and each is asked about."""
_REQUIREMENTS_NAME = re.compile(r"(^|[-_.])(requirements?|constraints?)([-_.]|$)", re.IGNORECASE)


def is_manifest(path: str) -> bool:
    """Whether a file tells dependencies."""
    if _MANIFEST_NAMES.fullmatch(path.rpartition("/")[2]) is None:
        return False
    return is_requirements(path) or bool(lock_kind(path) or declaration_kind(path)) or is_requirements_in(path)


def is_lock(path: str) -> bool:
    """Whether a file is a lock: what it says may hold for projects in folders below its own."""
    return bool(lock_kind(path))


def lock_kind(path: str) -> str:
    """What kind of lock a file is, empty where it is none."""
    return _match_kind(path, _LOCKS)


def declaration_kind(path: str) -> str:
    """What kind of file it is that declares what a project needs, empty where it is none."""
    return _match_kind(path, _DECLARATIONS)


def is_requirements(path: str) -> bool:
    """A requirements or constraints file, by its usual names."""
    return path.endswith(".txt") and _has_requirements_name(path)


def is_requirements_in(path: str) -> bool:
    """What pip-compile makes a requirements file from."""
    return path.endswith(".in") and _has_requirements_name(path)


def _has_requirements_name(path: str) -> bool:
    file = PurePosixPath(path)
    return bool(file.suffix) and (_REQUIREMENTS_NAME.search(file.stem) is not None or file.parent.name == "requirements")


def _match_kind(path: str, kinds: dict[str, str]) -> str:
    name = path.rpartition("/")[2]
    return next((kind for kind, pattern in kinds.items() if re.fullmatch(pattern, name)), "")
