"""Reads the lock files of Gradle (https://docs.gradle.org/current/userguide/dependency_locking.html). They hold no graph."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from scangate.advisories.ecosystems import MAVEN
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import REGENERATE_HINT, AuditGap, Manifest, select
from scangate.model import GapKind

_ENTRY = re.compile(r"([^\s:=#]+:[^\s:=]+):([^\s:=]+)(?:=(.*))?")
_DEVELOPMENT = re.compile(
    r"(?:android|debug|release|integration|functional)?test|annotationprocessor|kotlincompiler|ktlint|detekt|jacoco"
)


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every module of the lock file."""
    is_build = posixpath.basename(path).lower().startswith("buildscript")
    found = list(_entries(files[path].split("\n"), is_build=is_build))
    return build_locked(path, MAVEN, select(LockedPackage, found), select(AuditGap, found))


def _entries(lines: Sequence[str], *, is_build: bool) -> Iterator[LockedPackage | AuditGap]:
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith(("#", "empty=")):
            continue
        match = _ENTRY.fullmatch(text)
        if match is None:
            yield AuditGap(number, GapKind.UNPARSABLE, "not an entry of the form group:name:version", REGENERATE_HINT)
            continue
        uses = [each for each in (match[3] or "").lower().split(",") if each]
        development = is_build or (bool(uses) and all(map(_DEVELOPMENT.match, uses)))
        yield LockedPackage(match[1], match[1], match[2], number, development=development)
