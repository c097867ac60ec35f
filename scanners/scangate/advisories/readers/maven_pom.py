"""Reads pom.xml of Maven: what a project and its parents in the tree declare, with their properties and managed versions.

A pom.xml names direct dependencies alone, so what these bring in is a gap. https://maven.apache.org/pom.html
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from scangate.advisories.ecosystems import MAVEN
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import AuditGap, MalformedManifestError, Manifest
from scangate.model import GapKind

MAX_PARENTS = 10
MAX_ELEMENTS = 200_000
MAX_DEPTH = 100
MAX_LENGTH = 1000  # of a value with its properties
_PROPERTY = re.compile(r"\$\{([^{}]+)\}")
_EXACT = re.compile(r"[^\s\[\](),${}]+")
_DEVELOPMENT = {"test"}
_TRANSITIVE = "pom.xml does not name what its dependencies bring in, so that was not audited"
_TRANSITIVE_HINT = "audit an SBOM of the build as well, or lock the build with Gradle"
_RANGE = "its version is no exact one, or is set outside the tree"


class _Element:
    """An element: its text, its children in order, and its line."""

    def __init__(self, name: str, line: int) -> None:
        self.name = name
        self.line = line
        self.text = ""
        self.children: list[_Element] = []

    def find(self, *names: str) -> _Element | None:
        """The first element on a path of names."""
        found: _Element | None = self
        for name in names:
            found = next((child for child in found.children if child.name == name), None) if found is not None else None
        return found

    def value(self, *names: str) -> str:
        """The text of the element on a path of names; empty if there is none."""
        found = self.find(*names)
        return found.text.strip() if found is not None else ""


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every direct dependency with an exact version. Raises MalformedManifestError."""
    chain = list(_with_parents(path, files))
    properties = _properties(chain)
    managed = {
        (_fill(each.value("groupId"), properties), _fill(each.value("artifactId"), properties)): each
        for project in reversed(chain)
        for each in _dependencies(project.find("dependencyManagement"))
    }
    packages: list[LockedPackage] = []
    gaps: list[AuditGap] = []
    for each in _dependencies(chain[0]):
        group, artifact = _fill(each.value("groupId"), properties), _fill(each.value("artifactId"), properties)
        central = managed.get((group, artifact))
        version = _fill(each.value("version") or (central.value("version") if central is not None else ""), properties)
        name = f"{group}:{artifact}"
        scope = each.value("scope") or (central.value("scope") if central is not None else "")
        if _EXACT.fullmatch(version):
            packages.append(LockedPackage(name, name, version, each.line, direct=True, development=scope in _DEVELOPMENT))
        else:
            gaps.append(AuditGap(each.line, GapKind.UNPINNED, _RANGE, "write an exact version in the pom.xml", name))
    if packages or gaps:
        gaps.append(AuditGap(1, GapKind.UNPINNED, _TRANSITIVE, _TRANSITIVE_HINT))
    return build_locked(path, MAVEN, packages, gaps)


def find_parent(path: str, text: str) -> str | None:
    """The path of the parent's pom.xml in the tree; None if it is not there (https://maven.apache.org/pom.html#inheritance)."""
    try:
        parent = _read(text).find("parent")
    except MalformedManifestError:
        return None
    if parent is None:
        return None
    place = parent.find("relativePath")
    relative = "../pom.xml" if place is None else place.text.strip()
    if not relative:
        return None
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
    return found if found.endswith(".xml") else posixpath.join(found, "pom.xml")


def _with_parents(path: str, files: Mapping[str, str]) -> Iterator[_Element]:
    """The project and its parents that were scanned, the project first."""
    yield _read(files[path])
    above = find_parent(path, files[path])
    for _ in range(MAX_PARENTS):
        if above is None or above not in files:
            return
        try:
            yield _read(files[above])
        except MalformedManifestError:
            return
        above = find_parent(above, files[above])


def _dependencies(project: _Element | None) -> list[_Element]:
    section = project.find("dependencies") if project is not None else None
    return [child for child in section.children if child.name == "dependency"] if section is not None else []


def _properties(chain: list[_Element]) -> Mapping[str, str]:
    """The properties of all projects, those of the nearest last, and the coordinates of the project."""
    found: dict[str, str] = {}
    for project in reversed(chain):
        section = project.find("properties")
        found |= {child.name: child.text.strip() for child in section.children} if section is not None else {}
    for name in ("groupId", "artifactId", "version"):
        value = chain[0].value(name) or chain[0].value("parent", name)
        found |= {f"project.{name}": value, f"pom.{name}": value, f"project.parent.{name}": chain[0].value("parent", name)}
    return found


def _fill(text: str, properties: Mapping[str, str]) -> str:
    """The text with its properties, also those within others; one that is unknown stays."""
    for _ in range(MAX_PARENTS):
        filled = _PROPERTY.sub(lambda match: properties.get(match[1], match[0]), text)
        if filled == text or len(filled) > MAX_LENGTH:
            break
        text = filled
    return text


def _read(text: str) -> _Element:
    """The root element. Raises MalformedManifestError for what is not XML, or has entities of its own."""
    parser = expat.ParserCreate()
    root = _Element("", 1)
    stack, count = [root], 0

    def start(name: str, _: object) -> None:
        nonlocal count
        count += 1
        if count > MAX_ELEMENTS or len(stack) > MAX_DEPTH:
            raise MalformedManifestError("too many elements", parser.CurrentLineNumber, kind=GapKind.TOO_LARGE)
        element = _Element(name.rpartition(":")[2], parser.CurrentLineNumber)
        stack[-1].children.append(element)
        stack.append(element)

    def end(_: str) -> None:
        stack.pop()

    def data(value: str) -> None:
        stack[-1].text += value

    def refuse(*_: object) -> None:
        raise MalformedManifestError("a document type with entities of its own", parser.CurrentLineNumber)

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise MalformedManifestError("not XML", error.lineno) from None
    project = root.find("project")
    if project is None:
        raise MalformedManifestError("not a pom.xml: no `project`")
    return project
