"""Normalizes package names and versions to the one spelling that advisories use; rejects anything else with a ValueError."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name
from packaging.version import Version

MAX_LENGTH = 250  # characters of a name or a version; anything longer is an attack
MAX_REQUIREMENT_LENGTH = 2000
PYPI_HOSTS = frozenset({"pypi.org", "pypi.python.org", "files.pythonhosted.org"})
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_VERSION = re.compile(r"[a-z0-9.!+]+")


def normalize_name(name: str) -> str:
    """The name as PEP 503 spells it. Raises ValueError if it is not a package name."""
    normalized = canonicalize_name(name[: MAX_LENGTH + 1])
    if len(name) > MAX_LENGTH or not name.isascii() or not _NAME.fullmatch(normalized):
        raise ValueError("not a package name")
    return normalized


def normalize_or_empty(name: str) -> str:
    """The normalized name, or the empty string if it is not a package name."""
    try:
        return normalize_name(name)
    except ValueError:
        return ""


def normalize_version(version: str) -> str:
    """The version as PEP 440 spells it. Raises ValueError if it is not a version."""
    if len(version) > MAX_LENGTH:
        raise ValueError(f"a version of more than {MAX_LENGTH} characters")
    normalized = str(Version(version))
    if not _VERSION.fullmatch(normalized):
        raise ValueError("not a version")
    return normalized


def parse_requirement(text: str) -> Requirement:
    """Parses a PEP 508 requirement. Raises ValueError for anything else."""
    if len(text) > MAX_REQUIREMENT_LENGTH:
        raise ValueError(f"a requirement of more than {MAX_REQUIREMENT_LENGTH} characters")
    try:
        return Requirement(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def exact_version(specifiers: Iterable[Specifier]) -> str:
    """The one version that ``specifiers`` allow, or the empty string. Raises ValueError if it is invalid, or if two differ."""
    try:
        versions = {normalize_version(each.version) for each in specifiers if each.operator == "===" or _is_exact(each)}
    except ValueError:
        raise ValueError("pinned to an invalid version") from None
    if len(versions) > 1:
        raise ValueError("pinned to two different versions")
    return next(iter(versions), "")


def _is_exact(specifier: Specifier) -> bool:
    return specifier.operator == "==" and not specifier.version.endswith(".*")


def index_host(url: str) -> str:
    """The host of an index, empty for PyPI and for no index. User names and tokens in the URL are dropped.

    An index without a host is a folder of this machine, or one that an environment variable names: packages from it are private.
    """
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return "unknown"
    if not name and url.strip():
        return "localhost" if url.lower().startswith(("file:", "/", ".")) else "unknown"
    return "" if name in PYPI_HOSTS else name
