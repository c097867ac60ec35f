"""Requirements and constraints files, as one tree: what includes what decides what a range or a constraint comes to.

pip's own grammar cuts the lines (pip-requirements-parser) and packaging reads each requirement. A file is read once, in the light
of every file that starts an installation with it: one that no other includes, or the file itself. A range is pinned where each of
those brings an exact constraint; a constraint that is used so is told at the requirement's line alone.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from optparse import OptionParser, Values
from typing import Any

import msgspec
from pip_requirements_parser import CommentLine, OptionParsingError, break_args_options, build_parser, preprocess

from scangate.advisories.declarations import DeclaredDependency, is_project, parse_dependency, url_origin
from scangate.advisories.dependency_graph import shortest_chains
from scangate.advisories.lock_entries import MAX_PACKAGES
from scangate.advisories.manifest import AuditGap, Manifest, Pin, SkippedDependency
from scangate.advisories.origins import FROM_PATH, WORKSPACE_MEMBER, is_archive, resolve_path, unauditable_gap
from scangate.advisories.package_names import MAX_REQUIREMENT_LENGTH, index_host
from scangate.advisories.readers.via_comments import parse_via_comments
from scangate.model import GapKind

__all__ = ["RequirementsFile", "parse_all", "parse_file"]

LOCK_HINT = "pin it: pip-compile, or uv pip compile, writes a file of pins"
CONSTRAINT_REASON = "a constraint: it installs nothing by itself"
CUSTOM_INDEX = "\0"  # stands for places beside the index
MAX_FILES = 1_000  # that one installation may take in
_BLANK_RUNS = re.compile(r"[^\S\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]{2,}")  # blanks where str.splitlines does not cut
_HASH = re.compile(r"(?:^|(?<=\s))--hash(?:=|\s)\S+")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Include(msgspec.Struct, frozen=True):
    """Another file that a line takes in, by its repository path."""

    path: str
    constraint: bool


class RequirementsFile(msgspec.Struct, frozen=True):
    """One file as it stands, before anything is made of what it includes."""

    dependencies: tuple[DeclaredDependency, ...] = ()
    gaps: tuple[AuditGap, ...] = ()
    skipped: tuple[SkippedDependency, ...] = ()
    includes: tuple[Include, ...] = ()
    parents: tuple[tuple[int, tuple[str, ...] | None], ...] = ()
    index: str = ""
    custom_index: bool = False


def parse_all(paths: Iterable[str], files: Mapping[str, str]) -> dict[str, Manifest]:
    """The manifests of ``paths`` and of all the files of ``files`` that they include."""
    sheets = _load_files(paths, files)
    starts = _find_roots(sheets)
    uses: dict[str, list[_Installation]] = {path: [] for path in sheets}
    for start in starts:
        use = _collect_installation(start, sheets)
        for path in use.requirement_files | use.constraint_files:
            uses[path].append(use)
    return {path: _ResolvedFile(path, sheets[path], uses[path]).manifest() for path in sorted(sheets)}


def _load_files(roots: Iterable[str], files: Mapping[str, str]) -> dict[str, RequirementsFile]:
    sheets: dict[str, RequirementsFile] = {}
    rest = sorted(set(roots), reverse=True)
    while rest:
        path = rest.pop()
        if path not in sheets:
            sheets[path] = parse_file(path, files)
            rest += [include.path for include in sheets[path].includes]
    return sheets


def _find_roots(sheets: Mapping[str, RequirementsFile]) -> list[str]:
    """The files that begin an installation: those that no other includes, and one of each ring of files."""
    included = {include.path for path, each in sheets.items() for include in each.includes if include.path != path}
    starts = [path for path in sorted(sheets) if path not in included]
    reached: set[str] = set()
    for start in starts:
        _mark_reachable(start, sheets, reached)
    for path in sorted(sheets):
        if path not in reached:
            starts.append(path)
            _mark_reachable(path, sheets, reached)
    return starts


def _mark_reachable(start: str, sheets: Mapping[str, RequirementsFile], reached: set[str]) -> None:
    rest = [start]
    while rest:
        path = rest.pop()
        if path not in reached:
            reached.add(path)
            rest += [include.path for include in sheets[path].includes]


class _Installation(msgspec.Struct, frozen=True):
    """One installation: the files it takes in, the exact constraints it is under, and what it asks for."""

    requirement_files: frozenset[str]
    constraint_files: frozenset[str]
    exact_constraints: Mapping[str, frozenset[str]]
    names: frozenset[str]
    pinned: frozenset[str]
    index: str
    custom_index: bool


def _collect_installation(start: str, sheets: Mapping[str, RequirementsFile]) -> _Installation:
    seen: set[tuple[str, bool]] = set()
    rest = [(start, _is_constraints(start))]
    while rest and len(seen) < MAX_FILES:
        path, constraint = rest.pop()
        if (path, constraint) not in seen:
            seen.add((path, constraint))
            rest += [(include.path, include.constraint) for include in sheets[path].includes]
    asked = frozenset(path for path, constraint in seen if not constraint)
    constraining = frozenset(path for path, constraint in seen if constraint) - asked
    exact: dict[str, set[str]] = {}
    for path in constraining:
        for want in sheets[path].dependencies:
            if want.version:
                exact.setdefault(want.name, set()).add(want.version)
    wants = [want for path in asked for want in sheets[path].dependencies]
    return _Installation(
        asked,
        constraining,
        {name: frozenset(versions) for name, versions in exact.items()},
        frozenset(want.name for want in wants),
        frozenset(want.name for want in wants if want.version),
        next((sheets[path].index for path in sorted(asked | constraining) if sheets[path].index), ""),
        any(sheets[path].custom_index for path in asked | constraining),
    )


def _is_constraints(path: str) -> bool:
    return re.search(r"(^|[-_.])constraints?([-_.]|$)", posixpath.basename(path).rpartition(".")[0], re.IGNORECASE) is not None


class _ResolvedFile:
    """What one file comes to in the light of all installations that take it in."""

    def __init__(self, path: str, told: RequirementsFile, uses: Sequence[_Installation]) -> None:
        self._path = path
        self._sheet = told
        self._asking = [use for use in uses if path in use.requirement_files]
        self._constraining = [use for use in uses if path in use.constraint_files]
        self._above = _via_chains(self._sheet)
        # pip takes an index that one file names for all files of the installation
        self._index = told.index or next((use.index for use in uses if use.index), "")
        self._own_index = told.custom_index or any(use.custom_index for use in uses)

    def manifest(self) -> Manifest:
        """All that the file says."""
        told = self._requirement if self._asking or not self._constraining else self._constraint
        lines = list(dict.fromkeys(line for want in self._sheet.dependencies for line in told(want)))
        return Manifest(
            self._path,
            tuple(line for line in lines if isinstance(line, Pin)),
            (*self._sheet.gaps, *(line for line in lines if isinstance(line, AuditGap))),
            (*self._sheet.skipped, *(line for line in lines if isinstance(line, SkippedDependency))),
        )

    def _requirement(self, want: DeclaredDependency) -> Iterator[Pin | AuditGap | SkippedDependency]:
        if want.unauditable:
            yield unauditable_gap(want.unauditable, want.line, want.name)
        elif want.version:
            yield self._pin(want, want.version)
        else:
            under = [use.exact_constraints.get(want.name, frozenset()) for use in self._asking if want.name not in use.pinned]
            yield from (self._pin(want, version) for version in sorted(frozenset().union(*under)))
            if not self._asking or not all(under):
                text = "" if self._own_index else want.requirement
                yield AuditGap(want.line, GapKind.UNPINNED, "not pinned to one version", LOCK_HINT, want.name, text)

    def _constraint(self, want: DeclaredDependency) -> Iterator[Pin | AuditGap | SkippedDependency]:
        if want.unauditable:
            yield unauditable_gap(want.unauditable, want.line, want.name)
        elif not want.version:
            yield SkippedDependency(want.name, CONSTRAINT_REASON, want.line)
        elif any(want.name in use.names for use in self._constraining):
            yield SkippedDependency(want.name, "a constraint: what it comes to is told where the requirement stands", want.line)
        else:
            yield self._pin(want, want.version)

    def _pin(self, want: DeclaredDependency, version: str) -> Pin:
        direct, via = self._above.get(want.name, (True, ()))
        return Pin(want.name, version, want.line, direct, via, want.marker, want.extras, self._index)


def _via_chains(told: RequirementsFile) -> Mapping[str, tuple[bool, tuple[str, ...]]]:
    """Who is direct and who is brought in by whom, for files whose comments say so."""
    names = {want.line: want.name for want in told.dependencies}
    listed = frozenset(names.values())
    above = {names[line]: asking for line, asking in told.parents if line in names}
    # whoever is not in the list is the project itself, by its name
    direct = {name for name in listed if (asking := above.get(name)) is None or not listed.issuperset(asking)}
    edges: dict[str, set[str]] = {}
    for name, asking in above.items():
        for each in asking or ():
            edges.setdefault(each, set()).add(name)
    found = shortest_chains(direct, edges)
    return {name: (name in direct, found.get(name, ())) for name in listed}


def parse_file(path: str, files: Mapping[str, str]) -> RequirementsFile:
    """One file as it stands."""
    text = files[path]
    lines = list(preprocess(_BLANK_RUNS.sub(" ", text)))
    if len(lines) > MAX_PACKAGES:
        return RequirementsFile(gaps=(AuditGap(1, GapKind.TOO_LARGE, f"more than {MAX_PACKAGES:,} lines", "split the file"),))
    number = _line_mapper(text)
    found: list[DeclaredDependency | AuditGap | SkippedDependency | Include | str] = []
    comments: list[tuple[int, str]] = []
    current = 0
    for each in lines:
        if isinstance(each, CommentLine):
            comments.append((current, each.line))
            continue
        current = number(each.line_number)
        found += _parse_line(each.line, current, path, files)
    return RequirementsFile(
        tuple(line for line in found if isinstance(line, DeclaredDependency)),
        tuple(line for line in found if isinstance(line, AuditGap)),
        tuple(line for line in found if isinstance(line, SkippedDependency)),
        tuple(line for line in found if isinstance(line, Include)),
        parse_via_comments(comments),
        next((line for line in found if isinstance(line, str) and line != CUSTOM_INDEX), ""),
        any(isinstance(line, str) and line for line in found),
    )


def _line_mapper(text: str) -> Any:
    """From pip's line numbers to everybody's: pip cuts lines at form feeds and the like, too."""
    starts = [1]
    for piece in text.splitlines(keepends=True):
        starts.append(starts[-1] + piece.endswith(("\n", "\r")))
    return lambda number: starts[min(number, len(starts)) - 1]


def _parse_line(
    text: str, line: int, path: str, files: Mapping[str, str]
) -> Iterator[DeclaredDependency | AuditGap | SkippedDependency | Include | str]:
    bare = _HASH.sub("", text).strip()
    if len(bare) > MAX_REQUIREMENT_LENGTH:
        yield AuditGap(line, GapKind.UNPARSABLE, f"a line of more than {MAX_REQUIREMENT_LENGTH:,} characters", "mend the line")
        return
    if not bare.startswith("-") and " -" not in bare:
        yield _parse_requirement(bare, line, path, files)
        return
    try:
        requirement, options, rest = _parse_options(bare)
    except (OptionParsingError, ValueError):
        yield AuditGap(line, GapKind.UNPARSABLE, "not an option that a requirements file may hold", "mend the line")
        return
    if rest:
        yield AuditGap(line, GapKind.UNPARSABLE, "not a requirement", "mend the line")
    for name in options.requirements:
        yield _parse_include(name.lstrip("="), line, path, files, constraint=False)
    for name in options.constraints:
        yield _parse_include(name.lstrip("="), line, path, files, constraint=True)
    if options.index_url:
        yield index_host(options.index_url.lstrip("="))
    if options.extra_index_urls or options.find_links or options.no_index:
        yield CUSTOM_INDEX
    for place in (*options.editables, *([requirement] if requirement else [])):
        yield _parse_requirement(place.lstrip("="), line, path, files)


@lru_cache(maxsize=1)
def _option_parser() -> OptionParser:
    parser: OptionParser = build_parser()
    return parser


def _parse_options(text: str) -> tuple[str, Any, list[str]]:
    requirement, options = break_args_options(text)
    parser = _option_parser()
    fresh = {name: list(value) if isinstance(value, list) else value for name, value in parser.defaults.items()}
    values, rest = parser.parse_args(shlex.split(options), Values(fresh))
    return requirement.strip(), values, rest


def _parse_include(name: str, line: int, path: str, files: Mapping[str, str], *, constraint: bool) -> Include | AuditGap:
    if _ADDRESS.match(name):
        return AuditGap(
            line, GapKind.UNREADABLE, "includes a file from an address, which is not fetched", "keep the file in the tree"
        )
    target = resolve_path(posixpath.dirname(path), name)
    if target is None:
        return AuditGap(
            line, GapKind.UNREADABLE, "includes a file outside of the tree, which is refused", "keep the file in the tree"
        )
    if target not in files:
        what = "constraints" if constraint else "requirements"
        reason = f"includes {what} that are not read: the file is not a requirements file of this tree by its name"
        return AuditGap(line, GapKind.UNREADABLE, reason, "name it like requirements-dev.txt")
    return Include(target, constraint)


def _parse_requirement(
    text: str, line: int, path: str, files: Mapping[str, str]
) -> DeclaredDependency | AuditGap | SkippedDependency:
    told = parse_dependency(text, line)
    if not isinstance(told, AuditGap) or told.name:
        return told
    if "${" in text:
        return AuditGap(line, GapKind.UNPINNED, "is told by a variable of the environment", LOCK_HINT)
    place = text.partition(" ;")[0].partition(" #")[0].strip()
    if _ADDRESS.match(place) and not place.lower().startswith("file:"):
        return unauditable_gap(url_origin(place), line)
    place = place.partition("#")[0]
    folder = place[: place.rfind("[")] if place.endswith("]") and "[" in place else place
    if is_archive(place) or place.lower().startswith("file:"):
        return unauditable_gap(FROM_PATH, line)
    if folder == "." or "/" in folder:
        # pip tells such a path from where it is started, which most often is the root
        own = any(is_project(resolve_path(start, folder), files) for start in ("", posixpath.dirname(path)))
        return SkippedDependency(folder, WORKSPACE_MEMBER, line) if own else unauditable_gap(FROM_PATH, line)
    return told
