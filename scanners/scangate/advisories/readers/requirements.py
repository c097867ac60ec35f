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

from scangate.advisories.declared import Want, is_project, of_address, of_requirement
from scangate.advisories.graph import chains
from scangate.advisories.locked import LIMIT
from scangate.advisories.manifest import Hole, Manifest, Omitted, Pin
from scangate.advisories.names import LONGEST_REQUIREMENT, host
from scangate.advisories.places import OWN, PATH, elsewhere, is_archive, joined
from scangate.advisories.readers.via import parents
from scangate.model import GapKind

__all__ = ["Sheet", "read", "sheet"]

LOCK = "pin it: pip-compile, or uv pip compile, writes a file of pins"
CONSTRAINT = "a constraint: it installs nothing by itself"
ELSEWHERE = "\0"  # stands for places beside the index
FILES = 1_000  # that one installation may take in
_BLANKS = re.compile(r"[^\S\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]{2,}")  # blanks where str.splitlines does not cut
_HASH = re.compile(r"(?:^|(?<=\s))--hash(?:=|\s)\S+")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Include(msgspec.Struct, frozen=True):
    """Another file that a line takes in, by its repository path."""

    path: str
    constraint: bool


class Sheet(msgspec.Struct, frozen=True):
    """One file as it stands, before anything is made of what it includes."""

    wants: tuple[Want, ...] = ()
    holes: tuple[Hole, ...] = ()
    left_out: tuple[Omitted, ...] = ()
    includes: tuple[Include, ...] = ()
    above: tuple[tuple[int, tuple[str, ...] | None], ...] = ()
    index: str = ""
    own_index: bool = False


def read(paths: Iterable[str], files: Mapping[str, str]) -> dict[str, Manifest]:
    """The manifests of ``paths`` and of all the files of ``files`` that they include."""
    sheets = _sheets(paths, files)
    starts = _starts(sheets)
    uses: dict[str, list[_Use]] = {path: [] for path in sheets}
    for start in starts:
        use = _use(start, sheets)
        for path in use.asked | use.constraining:
            uses[path].append(use)
    return {path: _Told(path, sheets[path], uses[path]).manifest() for path in sorted(sheets)}


def _sheets(paths: Iterable[str], files: Mapping[str, str]) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {}
    rest = sorted(set(paths), reverse=True)
    while rest:
        path = rest.pop()
        if path not in sheets:
            sheets[path] = sheet(path, files)
            rest += [include.path for include in sheets[path].includes]
    return sheets


def _starts(sheets: Mapping[str, Sheet]) -> list[str]:
    """The files that begin an installation: those that no other includes, and one of each ring of files."""
    included = {include.path for path, each in sheets.items() for include in each.includes if include.path != path}
    starts = [path for path in sorted(sheets) if path not in included]
    reached: set[str] = set()
    for start in starts:
        _reach(start, sheets, reached)
    for path in sorted(sheets):
        if path not in reached:
            starts.append(path)
            _reach(path, sheets, reached)
    return starts


def _reach(start: str, sheets: Mapping[str, Sheet], reached: set[str]) -> None:
    rest = [start]
    while rest:
        path = rest.pop()
        if path not in reached:
            reached.add(path)
            rest += [include.path for include in sheets[path].includes]


class _Use(msgspec.Struct, frozen=True):
    """One installation: the files it takes in, the exact constraints it is under, and what it asks for."""

    asked: frozenset[str]
    constraining: frozenset[str]
    exact: Mapping[str, frozenset[str]]
    names: frozenset[str]
    pinned: frozenset[str]
    index: str
    own_index: bool


def _use(start: str, sheets: Mapping[str, Sheet]) -> _Use:
    seen: set[tuple[str, bool]] = set()
    rest = [(start, _is_constraints(start))]
    while rest and len(seen) < FILES:
        path, constraint = rest.pop()
        if (path, constraint) not in seen:
            seen.add((path, constraint))
            rest += [(include.path, include.constraint) for include in sheets[path].includes]
    asked = frozenset(path for path, constraint in seen if not constraint)
    constraining = frozenset(path for path, constraint in seen if constraint) - asked
    exact: dict[str, set[str]] = {}
    for path in constraining:
        for want in sheets[path].wants:
            if want.version:
                exact.setdefault(want.name, set()).add(want.version)
    wants = [want for path in asked for want in sheets[path].wants]
    return _Use(
        asked,
        constraining,
        {name: frozenset(versions) for name, versions in exact.items()},
        frozenset(want.name for want in wants),
        frozenset(want.name for want in wants if want.version),
        next((sheets[path].index for path in sorted(asked | constraining) if sheets[path].index), ""),
        any(sheets[path].own_index for path in asked | constraining),
    )


def _is_constraints(path: str) -> bool:
    return re.search(r"(^|[-_.])constraints?([-_.]|$)", posixpath.basename(path).rpartition(".")[0], re.IGNORECASE) is not None


class _Told:
    """What one file comes to in the light of all installations that take it in."""

    def __init__(self, path: str, told: Sheet, uses: Sequence[_Use]) -> None:
        self._path = path
        self._sheet = told
        self._asking = [use for use in uses if path in use.asked]
        self._constraining = [use for use in uses if path in use.constraining]
        self._above = _chains(self._sheet)
        # pip takes an index that one file names for all files of the installation
        self._index = told.index or next((use.index for use in uses if use.index), "")
        self._own_index = told.own_index or any(use.own_index for use in uses)

    def manifest(self) -> Manifest:
        """All that the file says."""
        told = self._requirement if self._asking or not self._constraining else self._constraint
        lines = list(dict.fromkeys(line for want in self._sheet.wants for line in told(want)))
        return Manifest(
            self._path,
            tuple(line for line in lines if isinstance(line, Pin)),
            (*self._sheet.holes, *(line for line in lines if isinstance(line, Hole))),
            (*self._sheet.left_out, *(line for line in lines if isinstance(line, Omitted))),
        )

    def _requirement(self, want: Want) -> Iterator[Pin | Hole | Omitted]:
        if want.elsewhere:
            yield elsewhere(want.elsewhere, want.line, want.name)
        elif want.version:
            yield self._pin(want, want.version)
        else:
            under = [use.exact.get(want.name, frozenset()) for use in self._asking if want.name not in use.pinned]
            yield from (self._pin(want, version) for version in sorted(frozenset().union(*under)))
            if not self._asking or not all(under):
                text = "" if self._own_index else want.text
                yield Hole(want.line, GapKind.UNPINNED, "not pinned to one version", LOCK, want.name, text)

    def _constraint(self, want: Want) -> Iterator[Pin | Hole | Omitted]:
        if want.elsewhere:
            yield elsewhere(want.elsewhere, want.line, want.name)
        elif not want.version:
            yield Omitted(want.name, CONSTRAINT, want.line)
        elif any(want.name in use.names for use in self._constraining):
            yield Omitted(want.name, "a constraint: what it comes to is told where the requirement stands", want.line)
        else:
            yield self._pin(want, want.version)

    def _pin(self, want: Want, version: str) -> Pin:
        direct, via = self._above.get(want.name, (True, ()))
        return Pin(want.name, version, want.line, direct, via, want.marker, want.extras, self._index)


def _chains(told: Sheet) -> Mapping[str, tuple[bool, tuple[str, ...]]]:
    """Who is direct and who is brought in by whom, for files whose comments say so."""
    names = {want.line: want.name for want in told.wants}
    listed = frozenset(names.values())
    above = {names[line]: asking for line, asking in told.above if line in names}
    # whoever is not in the list is the project itself, by its name
    direct = {name for name in listed if (asking := above.get(name)) is None or not listed.issuperset(asking)}
    edges: dict[str, set[str]] = {}
    for name, asking in above.items():
        for each in asking or ():
            edges.setdefault(each, set()).add(name)
    found = chains(direct, edges)
    return {name: (name in direct, found.get(name, ())) for name in listed}


def sheet(path: str, files: Mapping[str, str]) -> Sheet:
    """One file as it stands."""
    text = files[path]
    lines = list(preprocess(_BLANKS.sub(" ", text)))
    if len(lines) > LIMIT:
        return Sheet(holes=(Hole(1, GapKind.TOO_LARGE, f"more than {LIMIT:,} lines", "split the file"),))
    number = _numbers(text)
    found: list[Want | Hole | Omitted | Include | str] = []
    comments: list[tuple[int, str]] = []
    current = 0
    for each in lines:
        if isinstance(each, CommentLine):
            comments.append((current, each.line))
            continue
        current = number(each.line_number)
        found += _line(each.line, current, path, files)
    return Sheet(
        tuple(line for line in found if isinstance(line, Want)),
        tuple(line for line in found if isinstance(line, Hole)),
        tuple(line for line in found if isinstance(line, Omitted)),
        tuple(line for line in found if isinstance(line, Include)),
        parents(comments),
        next((line for line in found if isinstance(line, str) and line != ELSEWHERE), ""),
        any(isinstance(line, str) and line for line in found),
    )


def _numbers(text: str) -> Any:
    """From pip's line numbers to everybody's: pip cuts lines at form feeds and the like, too."""
    starts = [1]
    for piece in text.splitlines(keepends=True):
        starts.append(starts[-1] + piece.endswith(("\n", "\r")))
    return lambda number: starts[min(number, len(starts)) - 1]


def _line(text: str, line: int, path: str, files: Mapping[str, str]) -> Iterator[Want | Hole | Omitted | Include | str]:
    bare = _HASH.sub("", text).strip()
    if len(bare) > LONGEST_REQUIREMENT:
        yield Hole(line, GapKind.UNPARSABLE, f"a line of more than {LONGEST_REQUIREMENT:,} characters", "mend the line")
        return
    if not bare.startswith("-") and " -" not in bare:
        yield _requirement(bare, line, path, files)
        return
    try:
        requirement, options, rest = _options(bare)
    except (OptionParsingError, ValueError):
        yield Hole(line, GapKind.UNPARSABLE, "not an option that a requirements file may hold", "mend the line")
        return
    if rest:
        yield Hole(line, GapKind.UNPARSABLE, "not a requirement", "mend the line")
    for name in options.requirements:
        yield _include(name.lstrip("="), line, path, files, constraint=False)
    for name in options.constraints:
        yield _include(name.lstrip("="), line, path, files, constraint=True)
    if options.index_url:
        yield host(options.index_url.lstrip("="))
    if options.extra_index_urls or options.find_links or options.no_index:
        yield ELSEWHERE
    for place in (*options.editables, *([requirement] if requirement else [])):
        yield _requirement(place.lstrip("="), line, path, files)


@lru_cache(maxsize=1)
def _parser() -> OptionParser:
    parser: OptionParser = build_parser()
    return parser


def _options(text: str) -> tuple[str, Any, list[str]]:
    requirement, options = break_args_options(text)
    parser = _parser()
    fresh = {name: list(value) if isinstance(value, list) else value for name, value in parser.defaults.items()}
    values, rest = parser.parse_args(shlex.split(options), Values(fresh))
    return requirement.strip(), values, rest


def _include(name: str, line: int, path: str, files: Mapping[str, str], *, constraint: bool) -> Include | Hole:
    if _ADDRESS.match(name):
        return Hole(line, GapKind.UNREADABLE, "includes a file from an address, which is not fetched", "keep the file in the tree")
    target = joined(posixpath.dirname(path), name)
    if target is None:
        return Hole(line, GapKind.UNREADABLE, "includes a file outside of the tree, which is refused", "keep the file in the tree")
    if target not in files:
        what = "constraints" if constraint else "requirements"
        reason = f"includes {what} that are not read: the file is not a requirements file of this tree by its name"
        return Hole(line, GapKind.UNREADABLE, reason, "name it like requirements-dev.txt")
    return Include(target, constraint)


def _requirement(text: str, line: int, path: str, files: Mapping[str, str]) -> Want | Hole | Omitted:
    told = of_requirement(text, line)
    if not isinstance(told, Hole) or told.name:
        return told
    if "${" in text:
        return Hole(line, GapKind.UNPINNED, "is told by a variable of the environment", LOCK)
    place = text.partition(" ;")[0].partition(" #")[0].strip()
    if _ADDRESS.match(place) and not place.lower().startswith("file:"):
        return elsewhere(of_address(place), line)
    place = place.partition("#")[0]
    folder = place[: place.rfind("[")] if place.endswith("]") and "[" in place else place
    if is_archive(place) or place.lower().startswith("file:"):
        return elsewhere(PATH, line)
    if folder == "." or "/" in folder:
        # pip tells such a path from where it is started, which most often is the root
        own = any(is_project(joined(start, folder), files) for start in ("", posixpath.dirname(path)))
        return Omitted(folder, OWN, line) if own else elsewhere(PATH, line)
    return told
