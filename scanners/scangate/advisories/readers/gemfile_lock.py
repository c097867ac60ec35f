"""Reads Gemfile.lock and gems.locked, which Bundler writes (https://bundler.io/guides/rationale.html)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from scangate.advisories.ecosystems import RUBYGEMS
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import MalformedManifestError, Manifest
from scangate.advisories.origins import Origin

_SPEC = re.compile(r"    (\S+) \(([^()\s]+)\)")
_REQUIREMENT = re.compile(r"      (\S+)(?: \(.*\))?")
_DIRECT = re.compile(r"  (\S+?)!?(?: \(.*\))?")
_ORIGINS = {"GEM": Origin.INDEX, "GIT": Origin.VCS, "PATH": Origin.PATH, "PLUGIN SOURCE": Origin.URL}
_PUBLIC_HOSTS = {"rubygems.org", "www.rubygems.org"}


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every gem of the lock file. Raises MalformedManifestError."""
    lines = files[path].split("\n")
    if not any(line.rstrip() in {*_ORIGINS, "DEPENDENCIES"} for line in lines):
        raise MalformedManifestError("not a lock file of Bundler: it has no section GEM")
    return build_locked(path, RUBYGEMS, list(_gems(lines)))


def _gems(lines: Sequence[str]) -> Iterator[LockedPackage]:
    direct = {match[1] for section, line, _ in _sections(lines) if section == "DEPENDENCIES" and (match := _DIRECT.fullmatch(line))}
    index = ""
    current: tuple[str, str, int, str, str] | None = None
    requires: list[str] = []
    for section, line, number in [*_sections(lines), ("", "", 0)]:
        if line.startswith("  remote:"):
            index = _index(line.partition(":")[2].strip())
        requirement = _REQUIREMENT.fullmatch(line)
        if current is not None and requirement is None:
            name, version, at, where, host = current
            release = version.partition("-")[0]  # what follows is the platform
            origin = _ORIGINS[where]
            yield LockedPackage(name, name, release, at, tuple(requires), name in direct, None, host, origin)
            current, requires = None, []
        elif requirement is not None:
            requires.append(requirement[1].removesuffix("!"))
        if section in _ORIGINS and (spec := _SPEC.fullmatch(line)):
            current = (spec[1], spec[2], number, section, index if section == "GEM" else "")


def _sections(lines: Sequence[str]) -> Iterator[tuple[str, str, int]]:
    """Each indented line with its section and number."""
    section = ""
    for number, line in enumerate(lines, start=1):
        text = line.rstrip()
        if text and not text.startswith(" "):
            section = text
        elif text:
            yield section, text, number


def _index(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return "unknown"
    return "" if host in _PUBLIC_HOSTS else host
