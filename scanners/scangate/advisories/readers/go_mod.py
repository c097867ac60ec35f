"""Reads go.mod, which names the selected version of each module since Go 1.17, and go.sum, which has those of older ones.

https://go.dev/ref/mod#go-mod-file, https://go.dev/ref/mod#go-sum-files
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from scangate.advisories.ecosystems import GO
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import AuditGap, Manifest
from scangate.advisories.origins import Origin
from scangate.model import GapKind

STANDARD_LIBRARY = "stdlib"
_WORD = re.compile(r'"[^"]*"|`[^`]*`|[^\s"`]+')
_BRACKET = re.compile(r"[()]")
_COMPLETE = (1, 17)  # from here on, go.mod lists what other modules bring in
_NO_RELEASE = "go.mod names no release of Go, so its standard library was not audited"
_RELEASE_HINT = "name one: go get toolchain@go1.N.N"


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every module of go.mod. Of go.sum those of which it has the source, if there is no go.mod that says more."""
    folder = posixpath.dirname(path)
    if posixpath.basename(path).lower() == "go.mod":
        return _read_module(path, files[path], files.get(posixpath.join(folder, "go.sum"), ""))
    if posixpath.join(folder, "go.mod") in files or posixpath.basename(path).lower() != "go.sum":
        return Manifest(path)
    return build_locked(path, GO, list(_newest(files[path])), has_direct=False)


def _read_module(path: str, text: str, sums: str) -> Manifest:
    directives = list(_directives(text))
    replaced = {words[0]: words for verb, words, _, _ in directives if verb == "replace" and "=>" in words}
    packages = [
        _module(words[0], words[1], line, replaced, is_indirect=is_indirect)
        for verb, words, line, is_indirect in directives
        if verb == "require" and len(words) > 1
    ]
    gaps: list[AuditGap] = []
    stated = {
        verb: (words[0].removeprefix("go"), line) for verb, words, line, _ in directives if words and verb in ("go", "toolchain")
    }
    version, line = stated.get("toolchain") or stated.get("go") or ("", 1)
    if version.count(".") == 2:
        packages.append(LockedPackage(STANDARD_LIBRARY, STANDARD_LIBRARY, version.partition("-")[0], line, direct=True))
    else:
        gaps.append(AuditGap(line, GapKind.UNPINNED, _NO_RELEASE, _RELEASE_HINT, STANDARD_LIBRARY))
    if _numbers(stated.get("go", ("", 1))[0]) < _COMPLETE:
        known = {package.name for package in packages} | set(replaced)
        packages += [package for package in _newest(sums, at_line=1) if package.name not in known]
    return build_locked(path, GO, packages, gaps)


def _module(name: str, version: str, line: int, replaced: Mapping[str, list[str]], *, is_indirect: bool) -> LockedPackage:
    words = replaced.get(name, [])
    target = words[words.index("=>") + 1 :] if words and (words[1] in ("=>", version)) else []
    origin = Origin.PATH if len(target) == 1 else Origin.INDEX
    if len(target) > 1:
        name, version = target[0], target[1]
    return LockedPackage(name, name, version, line, direct=not is_indirect, origin=origin)


def _directives(text: str) -> Iterator[tuple[str, list[str], int, bool]]:
    """Each directive, its words, its line, and whether its comment says that other modules bring it in."""
    block = ""
    for number, line in enumerate(text.split("\n"), start=1):
        code, _, comment = line.partition("//")
        words = [word.strip('"`') for word in _WORD.findall(_BRACKET.sub(r" \g<0> ", code))]
        if not words:
            continue
        if words[-1] == "(":
            block = words[0]
        elif words == [")"]:
            block = ""
        elif block:
            yield block, words, number, "indirect" in comment
        else:
            yield words[0], words[1:], number, "indirect" in comment


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d{1,6}", version)[:2])


def _newest(sums: str, at_line: int = 0) -> Iterator[LockedPackage]:
    """The newest version of each module of which go.sum has the source: older ones are only listed for their requirements."""
    found: dict[str, LockedPackage] = {}
    for number, line in enumerate(sums.split("\n"), start=1):
        words = line.split()
        if len(words) != 3 or words[1].endswith("/go.mod"):
            continue
        name, version = words[0], words[1]
        before = found.get(name)
        mine, others = GO.parse_version(version), GO.parse_version(before.version) if before is not None else None
        if others is None or (mine is not None and mine > others):
            found[name] = LockedPackage(name, name, version, at_line or number)
    yield from found.values()
