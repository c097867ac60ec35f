"""Recognizes dependency manifests of Python and conda by their paths alone, in any case, and names the reader of each."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_FLAGS = re.DOTALL | re.IGNORECASE
# The keys are the modules in advisories.readers.
_LOCKS = {
    "pylock": r"pylock(\.[^.]+)?\.toml",
    "uv_lock": r"uv\.lock|.+\.py\.lock",
    "poetry_lock": r"poetry\.lock",
    "pdm_lock": r"pdm(\.[^.]+)?\.lock",
    "pipfile_lock": r"Pipfile\.lock",
    "conda_lock": r"(.+[-_.])?conda-lock\.ya?ml|pixi\.lock",
}
PROJECT_FILES = ("pyproject.toml", "setup.cfg", "setup.py")  # what makes a folder a project whose dependencies are read
_DECLARATIONS = {
    "pyproject": r"pyproject\.toml",
    "setup_cfg": r"setup\.cfg",
    "setup_py": r"setup\.py",
    "pipfile": r"Pipfile",
    "pixi": r"pixi\.toml",
}
_ENVIRONMENT = r"(.+[-_.])?(environment|env|conda)([-_.].*)?\.ya?ml"
_YAML_SUFFIXES = (".yml", ".yaml")
_REQUIREMENTS_SUFFIXES = (".txt", ".lock", ".pip")
_INPUT_SUFFIX = ".in"
_MANIFEST_NAMES = re.compile(
    "|".join((*_LOCKS.values(), *_DECLARATIONS.values(), _ENVIRONMENT, r".*\.(?:txt|lock|pip|in)")), _FLAGS
)
"""Matches all manifests and few other files: a cheap first check, since every file of the tree is checked."""
_REQUIREMENTS_NAME = re.compile(r"(^|[-_.])(requirements?|constraints?)([-_.]|$)", re.IGNORECASE)


def is_manifest(path: str) -> bool:
    """Whether a file lists dependencies."""
    if _MANIFEST_NAMES.fullmatch(path.rpartition("/")[2]) is None:
        return False
    return (
        is_requirements(path) or bool(lock_kind(path) or declaration_kind(path)) or is_requirements_in(path) or is_environment(path)
    )


def lock_kind(path: str) -> str:
    """The reader of a lock file, empty for any other file."""
    return _match_kind(path, _LOCKS)


def declaration_kind(path: str) -> str:
    """The reader of a file in which a project declares its dependencies, empty for any other file."""
    return _match_kind(path, _DECLARATIONS)


def is_requirements(path: str) -> bool:
    """Whether a file is a requirements or constraints file, by the usual names; rye's lock files are, too."""
    return path.lower().endswith(_REQUIREMENTS_SUFFIXES) and _has_requirements_name(path) and not lock_kind(path)


def is_requirements_in(path: str) -> bool:
    """Whether a file is an input of pip-compile."""
    return is_input(path) and _has_requirements_name(path)


def is_input(path: str) -> bool:
    """Whether a requirements file is an input of pip-compile rather than its output."""
    return path.lower().endswith(_INPUT_SUFFIX)


def is_environment(path: str) -> bool:
    """Whether a file may describe an environment of conda, by its name; its content decides."""
    return re.fullmatch(_ENVIRONMENT, path.rpartition("/")[2], _FLAGS) is not None and not lock_kind(path)


def is_yaml(path: str) -> bool:
    """Whether a file is written in YAML, so that it is no requirements file, but may describe an environment of conda."""
    return path.lower().endswith(_YAML_SUFFIXES)


def _has_requirements_name(path: str) -> bool:
    file = PurePosixPath(path)
    return bool(file.suffix) and (_REQUIREMENTS_NAME.search(file.stem) is not None or file.parent.name.lower() == "requirements")


def _match_kind(path: str, kinds: dict[str, str]) -> str:
    name = path.rpartition("/")[2]
    return next((kind for kind, pattern in kinds.items() if re.fullmatch(pattern, name, _FLAGS)), "")
