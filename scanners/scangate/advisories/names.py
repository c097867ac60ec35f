"""Names and versions in the one spelling that advisories use; what has none is refused with a ValueError."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.utils import canonicalize_name
from packaging.version import Version

__all__ = ["canonical", "exact", "host", "release", "requirement"]

LONGEST = 250  # characters of a name or a version; a longer one is an attack
LONGEST_REQUIREMENT = 2000
PYPI = frozenset({"pypi.org", "pypi.python.org", "files.pythonhosted.org"})
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_VERSION = re.compile(r"[a-z0-9.!+]+")


def canonical(name: str) -> str:
    """The name as PEP 503 spells it. ValueError for what is no package's name."""
    spelled = canonicalize_name(name[: LONGEST + 1])
    if len(name) > LONGEST or not name.isascii() or not _NAME.fullmatch(spelled):
        raise ValueError("not the name of a package")
    return spelled


def release(version: str) -> str:
    """The version as PEP 440 spells it. ValueError for what is no version."""
    if len(version) > LONGEST:
        raise ValueError("a version of more characters than any has")
    spelled = str(Version(version))
    if not _VERSION.fullmatch(spelled):
        raise ValueError("not a version")
    return spelled


def requirement(text: str) -> Requirement:
    """A dependency as PEP 508 writes it. ValueError for anything else."""
    if len(text) > LONGEST_REQUIREMENT:
        raise ValueError("a requirement of more characters than any has")
    try:
        return Requirement(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def exact(specifiers: Iterable[Specifier]) -> str:
    """The one version that ``specifiers`` allow, or the empty text. ValueError for one that is no version, or two that differ."""
    try:
        told = {release(each.version) for each in specifiers if each.operator == "===" or _is_exact(each)}
    except ValueError:
        raise ValueError("pinned to something that is no version") from None
    if len(told) > 1:
        raise ValueError("pinned to two versions at once")
    return next(iter(told), "")


def _is_exact(specifier: Specifier) -> bool:
    return specifier.operator == "==" and not specifier.version.endswith(".*")


def host(url: str) -> str:
    """The host of an index, empty for PyPI itself: user names and tokens that an address may hold stay behind."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return "unknown"
    return "" if name in PYPI else name
