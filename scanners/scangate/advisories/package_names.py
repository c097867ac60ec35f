"""Names and versions in the one spelling that advisories use; what has none is refused with a ValueError."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name
from packaging.version import Version

__all__ = ["exact_version", "index_host", "normalize_name", "normalize_version", "parse_requirement"]

MAX_LENGTH = 250  # characters of a name or a version; a longer one is an attack
MAX_REQUIREMENT_LENGTH = 2000
PYPI_HOSTS = frozenset({"pypi.org", "pypi.python.org", "files.pythonhosted.org"})
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_VERSION = re.compile(r"[a-z0-9.!+]+")


def normalize_name(name: str) -> str:
    """The name as PEP 503 spells it. ValueError for what is no package's name."""
    spelled = canonicalize_name(name[: MAX_LENGTH + 1])
    if len(name) > MAX_LENGTH or not name.isascii() or not _NAME.fullmatch(spelled):
        raise ValueError("not the name of a package")
    return spelled


def normalize_version(version: str) -> str:
    """The version as PEP 440 spells it. ValueError for what is no version."""
    if len(version) > MAX_LENGTH:
        raise ValueError("a version of more characters than any has")
    spelled = str(Version(version))
    if not _VERSION.fullmatch(spelled):
        raise ValueError("not a version")
    return spelled


def parse_requirement(text: str) -> Requirement:
    """A dependency as PEP 508 writes it. ValueError for anything else."""
    if len(text) > MAX_REQUIREMENT_LENGTH:
        raise ValueError("a requirement of more characters than any has")
    try:
        return Requirement(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def exact_version(specifiers: Iterable[Specifier]) -> str:
    """The one version that ``specifiers`` allow, or the empty text. ValueError for one that is no version, or two that differ."""
    try:
        told = {normalize_version(each.version) for each in specifiers if each.operator == "===" or _is_exact(each)}
    except ValueError:
        raise ValueError("pinned to something that is no version") from None
    if len(told) > 1:
        raise ValueError("pinned to two versions at once")
    return next(iter(told), "")


def _is_exact(specifier: Specifier) -> bool:
    return specifier.operator == "==" and not specifier.version.endswith(".*")


def index_host(url: str) -> str:
    """The host of an index, empty for PyPI itself: user names and tokens that an address may hold stay behind."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return "unknown"
    return "" if name in PYPI_HOSTS else name
