"""Recognizes dependency manifests by their paths alone, and names the reader of each."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

# The keys are the modules in advisories.readers.
_LOCKS = {
    "pylock": r"pylock(\.[^.]+)?\.toml",
    "uv_lock": r"uv\.lock|.+\.py\.lock",
    "poetry_lock": r"poetry\.lock",
    "pdm_lock": r"pdm(\.[^.]+)?\.lock",
    "pipfile_lock": r"Pipfile\.lock",
}
_DECLARATIONS = {"pyproject": r"pyproject\.toml", "setup_cfg": r"setup\.cfg", "setup_py": r"setup\.py", "pipfile": r"Pipfile"}
_MANIFEST_NAMES = re.compile("|".join((*_LOCKS.values(), *_DECLARATIONS.values(), r".*\.(?:txt|in)")), re.DOTALL)
"""Matches all manifests and few other files: a cheap first check, since every file of the tree is checked."""
_REQUIREMENTS_NAME = re.compile(r"(^|[-_.])(requirements?|constraints?)([-_.]|$)", re.IGNORECASE)


def is_manifest(path: str) -> bool:
    """Whether a file lists dependencies."""
    if _MANIFEST_NAMES.fullmatch(path.rpartition("/")[2]) is None:
        return False
    return is_requirements(path) or bool(lock_kind(path) or declaration_kind(path)) or is_requirements_in(path)


def lock_kind(path: str) -> str:
    """The reader of a lock file, empty for any other file."""
    return _match_kind(path, _LOCKS)


def declaration_kind(path: str) -> str:
    """The reader of a file in which a project declares its dependencies, empty for any other file."""
    return _match_kind(path, _DECLARATIONS)


def is_requirements(path: str) -> bool:
    """Whether a file is a requirements or constraints file, by the usual names."""
    return path.endswith(".txt") and _has_requirements_name(path)


def is_requirements_in(path: str) -> bool:
    """Whether a file is an input of pip-compile."""
    return path.endswith(".in") and _has_requirements_name(path)


def _has_requirements_name(path: str) -> bool:
    file = PurePosixPath(path)
    return bool(file.suffix) and (_REQUIREMENTS_NAME.search(file.stem) is not None or file.parent.name == "requirements")


def _match_kind(path: str, kinds: dict[str, str]) -> str:
    name = path.rpartition("/")[2]
    return next((kind for kind, pattern in kinds.items() if re.fullmatch(pattern, name)), "")
