"""Reads requirements and constraints files: includes and constraints determine the version of a range.

pip-requirements-parser, pip's own grammar, splits the lines, and packaging parses each requirement. A file is parsed once and then
resolved for every installation that includes it: one starts at each file that no other file includes. A range counts as pinned if
each of these installations constrains it to one version; a constraint is then reported at the line of the requirement only.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from optparse import OptionParser, Values

import msgspec
from pip_requirements_parser import CommentLine, OptionParsingError, break_args_options, build_parser, preprocess

from scangate.advisories.declarations import DeclaredDependency, ProjectDeclarations, is_project, parse_dependency, url_origin
from scangate.advisories.dependency_graph import shortest_chains
from scangate.advisories.lock_entries import MAX_PACKAGES
from scangate.advisories.manifest import UNEXPECTED_DATA, AuditGap, Manifest, Pin, SkippedDependency, select, unexpected_form
from scangate.advisories.manifest_kinds import declaration_kind, is_environment, is_yaml, lock_kind
from scangate.advisories.origins import Origin, is_archive, resolve_path, unauditable_gap
from scangate.advisories.package_names import MAX_REQUIREMENT_LENGTH, index_host, normalize_or_empty
from scangate.model import (
    GapKind,
    SkipReason,
)
from scangate.printable import replace_unprintable
from scangate.tree_files import TreeFiles

PIN_HINT = "pin it: pip-compile, or uv pip compile, writes a file of pins"
NEWER_OPTIONS = (("-C", "--config-settings", "--config-setting"), ("--all-releases",), ("--only-final",), ("--uploaded-prior-to",))
"""What pip allows and pip-requirements-parser does not know, each with a value; none of it says what is installed."""
MISSING_HINT = "commit the file; if the policy excludes it, its dependencies are not audited"
TEMPLATE_HINT = "scan what it produces, or exclude the file with a reason"
MAX_MALFORMED = 50  # gaps for lines of one file that are no requirements
MAX_FILES = 1_000  # in one installation
_BLANK_RUNS = re.compile(r"[^\S\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]{2,}")  # blanks at which str.splitlines does not split
HASH_OPTION = re.compile(r"(?:^|(?<=\s))--hash(?:=|\s)\S+")
_TEMPLATE = re.compile(r"\{[{%]|<%")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")  # of Windows
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Include(msgspec.Struct, frozen=True):
    """Another file that a line includes, by the repository path that the line means; there may be no such file."""

    path: str
    constraint: bool
    line: int = 0


class Index(msgspec.Struct, frozen=True):
    """The host of an index that a line names, empty for PyPI; ``additional``: one to be used as well, or a package location."""

    host: str = ""
    additional: bool = False


class LocalProject(msgspec.Struct, frozen=True):
    """A project of this tree that a line installs, by its folder."""

    folder: str


Item = DeclaredDependency | AuditGap | SkippedDependency
Line = Item | Include | Index | LocalProject


class RequirementsFile(msgspec.Struct, frozen=True, dict=True):
    """One parsed file, before its includes are resolved. ``parents`` is the content of its `# via` comments."""

    lines: tuple[Line, ...] = ()
    parents: tuple[tuple[int, tuple[str, ...] | None], ...] = ()

    @cached_property
    def declared(self) -> tuple[Item, ...]:
        """Its dependencies, gaps and skipped dependencies."""
        return tuple(line for line in self.lines if not isinstance(line, (Include, Index, LocalProject)))

    @cached_property
    def dependencies(self) -> tuple[DeclaredDependency, ...]:
        """The dependencies that it declares."""
        return select(DeclaredDependency, self.lines)

    @cached_property
    def includes(self) -> tuple[Include, ...]:
        """The files that it includes."""
        return select(Include, self.lines)

    @cached_property
    def index(self) -> str:
        """The host of the index that it names, empty for PyPI or none."""
        return next((index.host for index in select(Index, self.lines) if not index.additional), "")

    @cached_property
    def custom_index(self) -> bool:
        """Whether it names an index other than PyPI or a package location."""
        return any(index.host or index.additional for index in select(Index, self.lines))


def parse(path: str, files: Mapping[str, str]) -> ProjectDeclarations:
    """A requirements.in, which pip-compile pins: its own declarations, and the files that it includes."""
    file = _resolve_includes(parse_file(path, files), TreeFiles(files))
    includes = tuple(include.path for include in file.includes)
    constraints = tuple(include.path for include in file.includes if include.constraint)
    return ProjectDeclarations(
        "pip-compile", file.declared, includes=includes, constraints=constraints, custom_index=file.custom_index
    )


def parse_all(paths: Iterable[str], files: Mapping[str, str], constraints: Collection[str] = ()) -> dict[str, Manifest]:
    """The manifests of ``paths`` and of all ``files`` that they include; those in ``constraints`` install nothing."""
    parsed = _load_files(paths, files)
    installations: dict[str, list[_Installation]] = {path: [] for path in parsed}
    for root in _find_roots(parsed):
        installation = _collect_installation(root, parsed, is_constraint=root in constraints or _is_constraints(root))
        for path in installation.requirement_files | installation.constraint_files:
            installations[path].append(installation)
    return {path: _ResolvedFile(path, parsed[path], installations[path]).manifest() for path in sorted(parsed)}


def _load_files(roots: Iterable[str], files: Mapping[str, str]) -> dict[str, RequirementsFile]:
    parsed: dict[str, RequirementsFile] = {}
    tree = TreeFiles(files)
    rest = sorted(set(roots), reverse=True)
    while rest:
        path = rest.pop()
        if path not in parsed:
            parsed[path] = _resolve_includes(_parse_any(path, files), tree)
            rest += [include.path for include in parsed[path].includes]
    return parsed


def _parse_any(path: str, files: Mapping[str, str]) -> RequirementsFile:
    try:
        if is_yaml(path):
            from scangate.advisories.readers import environment  # noqa: PLC0415 -- it uses this module

            found = environment.parse_file(path, files)
            if found is not None or is_environment(path):  # pip reads a file of any name that another one includes
                return found or RequirementsFile()
        return parse_file(path, files)
    except UNEXPECTED_DATA:
        return RequirementsFile((unexpected_form(),))


def _resolve_includes(file: RequirementsFile, tree: TreeFiles) -> RequirementsFile:
    """The file with each include of a file that the tree has; any other include is a gap. A lock file is read as what it is."""
    lines: list[Line] = []
    for line in file.lines:
        path = tree.find(line.path) if isinstance(line, Include) else None
        if not isinstance(line, Include):
            lines.append(line)
        elif path is None:
            reason = f"includes {replace_unprintable(line.path)}, which is not among the scanned files"
            lines.append(AuditGap(line.line, GapKind.UNREADABLE, reason, MISSING_HINT))
        elif declaration_kind(path):
            reason = f"includes {replace_unprintable(path)}, which is not a requirements file"
            lines.append(AuditGap(line.line, GapKind.UNPARSABLE, reason, "remove the line"))
        elif not lock_kind(path):
            lines.append(msgspec.structs.replace(line, path=path))
    return RequirementsFile(tuple(lines), file.parents)


def _find_roots(parsed: Mapping[str, RequirementsFile]) -> list[str]:
    """The files that start an installation: those that no other includes, and one of each cycle."""
    included = {include.path for path, file in parsed.items() for include in file.includes if include.path != path}
    roots = [path for path in sorted(parsed) if path not in included]
    reached: set[str] = set()
    for root in roots:
        _mark_reachable(root, parsed, reached)
    for path in sorted(parsed):
        if path not in reached:
            roots.append(path)
            _mark_reachable(path, parsed, reached)
    return roots


def _mark_reachable(root: str, parsed: Mapping[str, RequirementsFile], reached: set[str]) -> None:
    rest = [root]
    while rest:
        path = rest.pop()
        if path not in reached:
            reached.add(path)
            rest += [include.path for include in parsed[path].includes]


class _Installation(msgspec.Struct, frozen=True):
    """One installation: its files, its exact constraints, and the names that it requires and pins."""

    requirement_files: frozenset[str]
    constraint_files: frozenset[str]
    exact_constraints: Mapping[str, frozenset[str]]
    names: frozenset[str]
    pinned: frozenset[str]
    index: str
    custom_index: bool


def _collect_installation(root: str, parsed: Mapping[str, RequirementsFile], *, is_constraint: bool) -> _Installation:
    seen: set[tuple[str, bool]] = set()
    rest = [(root, is_constraint)]
    while rest and len(seen) < MAX_FILES:
        path, constraint = rest.pop()
        if (path, constraint) not in seen:
            seen.add((path, constraint))
            rest += [(include.path, include.constraint) for include in parsed[path].includes]
    requirement_files = frozenset(path for path, constraint in seen if not constraint)
    constraint_files = frozenset(path for path, constraint in seen if constraint) - requirement_files
    exact: dict[str, set[str]] = {}
    for path in constraint_files:
        for dependency in parsed[path].dependencies:
            if dependency.version:
                exact.setdefault(dependency.name, set()).add(dependency.version)
    dependencies = [dependency for path in requirement_files for dependency in parsed[path].dependencies]
    all_files = [parsed[path] for path in sorted(requirement_files | constraint_files)]
    return _Installation(
        requirement_files,
        constraint_files,
        {name: frozenset(versions) for name, versions in exact.items()},
        frozenset(dependency.name for dependency in dependencies),
        frozenset(dependency.name for dependency in dependencies if dependency.version),
        next((file.index for file in all_files if file.index), ""),
        any(file.custom_index for file in all_files),
    )


def _is_constraints(path: str) -> bool:
    return re.search(r"(^|[-_.])constraints?([-_.]|$)", posixpath.basename(path).rpartition(".")[0], re.IGNORECASE) is not None


class _ResolvedFile:
    """One file, resolved for all installations that include it."""

    def __init__(self, path: str, file: RequirementsFile, installations: Sequence[_Installation]) -> None:
        self._path = path
        self._file = file
        self._requiring = [each for each in installations if path in each.requirement_files]
        self._constraining = [each for each in installations if path in each.constraint_files]
        self._chains = _via_chains(file)
        # pip uses an index that one file names for all files of the installation
        self._index = file.index or next((each.index for each in installations if each.index), "")
        self._custom_index = file.custom_index or any(each.custom_index for each in installations)

    def manifest(self) -> Manifest:
        """The manifest of the file."""
        resolve = self._requirement if self._requiring or not self._constraining else self._constraint
        items = [*self._file.declared, *(item for dependency in self._file.dependencies for item in resolve(dependency))]
        return Manifest(
            self._path,
            select(Pin, items),
            select(AuditGap, items),
            select(SkippedDependency, items),
            project_folders=frozenset(project.folder for project in select(LocalProject, self._file.lines)),
        )

    def _requirement(self, dependency: DeclaredDependency) -> Iterator[Pin | AuditGap | SkippedDependency]:
        name, line = dependency.name, dependency.line
        if dependency.origin is not Origin.INDEX:
            yield unauditable_gap(dependency.origin, line, name)
        elif dependency.version:
            yield self._pin(dependency, dependency.version)
        else:
            constraints = [each.exact_constraints.get(name, frozenset()) for each in self._requiring if name not in each.pinned]
            yield from (self._pin(dependency, version) for version in sorted(frozenset().union(*constraints)))
            if not self._requiring or not all(constraints):
                requirement = "" if self._custom_index else dependency.requirement
                yield AuditGap(line, GapKind.UNPINNED, "not pinned to one version", PIN_HINT, name, requirement)

    def _constraint(self, dependency: DeclaredDependency) -> Iterator[Pin | AuditGap | SkippedDependency]:
        name, line = dependency.name, dependency.line
        if dependency.origin is not Origin.INDEX:
            yield unauditable_gap(dependency.origin, line, name)
        elif not dependency.version:
            yield SkippedDependency(name, SkipReason.CONSTRAINT, line)
        elif any(name in each.names for each in self._constraining):
            yield SkippedDependency(name, SkipReason.CONSTRAINT_OF_REQUIREMENT, line)
        else:
            yield self._pin(dependency, dependency.version)

    def _pin(self, dependency: DeclaredDependency, version: str) -> Pin:
        direct, via = self._chains.get(dependency.name, (True, ()))
        return Pin(dependency.name, version, dependency.line, direct, via, dependency.marker, dependency.extras, self._index)


def _via_chains(file: RequirementsFile) -> Mapping[str, tuple[bool, tuple[str, ...]]]:
    """For each name, whether it is a direct dependency, and its chain, for files with `# via` comments."""
    name_at = {dependency.line: dependency.name for dependency in file.dependencies}
    listed = frozenset(name_at.values())
    parents = {name_at[line]: names for line, names in file.parents if line in name_at}
    # a parent that is not in the list is the project itself
    direct = {name for name in listed if (names := parents.get(name)) is None or not listed.issuperset(names)}
    edges: dict[str, set[str]] = {}
    for name, names in parents.items():
        for parent in names or ():
            edges.setdefault(parent, set()).add(name)
    chains = shortest_chains(direct, edges)
    return {name: (name in direct, chains.get(name, ())) for name in listed}


def parse_file(path: str, files: Mapping[str, str]) -> RequirementsFile:
    """Parses one file without what it includes; each include is an item of its own."""
    text = files[path]
    lines = list(preprocess(_BLANK_RUNS.sub(" ", text)))
    if len(lines) > MAX_PACKAGES:
        return RequirementsFile((AuditGap(1, GapKind.TOO_LARGE, f"more than {MAX_PACKAGES:,} lines", "split the file"),))
    line_of = _line_mapper(text)
    found: list[Line] = []
    comments: list[tuple[int, str]] = []
    current = 0
    for line in lines:
        if isinstance(line, CommentLine):
            comments.append((current, line.line))
            continue
        current = line_of(line.line_number)
        found += parse_line(line.line, current, path, files)
    return RequirementsFile(_bound_malformed(found), _parse_via_comments(comments))


def _bound_malformed(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with at most MAX_MALFORMED gaps for lines that are no requirements: the file may be something else altogether."""
    malformed = [line for line in lines if isinstance(line, AuditGap) and line.kind is GapKind.UNPARSABLE]
    if len(malformed) <= MAX_MALFORMED:
        return tuple(lines)
    rest = frozenset(malformed[MAX_MALFORMED:])
    reason = f"{len(malformed) - MAX_MALFORMED} more lines from here on are not requirements"
    first = malformed[MAX_MALFORMED]
    return (*(line for line in lines if line not in rest), AuditGap(first.line, first.kind, reason, "fix the lines"))


def _line_mapper(text: str) -> Callable[[int], int]:
    """Maps pip's line numbers to the usual ones: pip also splits lines at form feeds and the like."""
    starts = [1]
    for piece in text.splitlines(keepends=True):
        starts.append(starts[-1] + piece.endswith(("\n", "\r")))
    return lambda number: starts[min(number, len(starts)) - 1]


def parse_line(text: str, line: int, path: str, files: Mapping[str, str]) -> Iterator[Line]:
    """What one line says; pip's continuation lines are joined."""
    bare = HASH_OPTION.sub("", text).strip()
    if len(bare) > MAX_REQUIREMENT_LENGTH:
        yield AuditGap(line, GapKind.UNPARSABLE, f"a line of more than {MAX_REQUIREMENT_LENGTH:,} characters", "fix the line")
    elif _TEMPLATE.search(bare):
        yield AuditGap(line, GapKind.UNPARSABLE, "for a template engine, which scangate does not run", TEMPLATE_HINT)
    elif not bare.startswith("-") and " -" not in bare:
        yield from _parse_requirement(bare, line, path, files)
    else:
        yield from _parse_with_options(bare, line, path, files)


def _parse_with_options(text: str, line: int, path: str, files: Mapping[str, str]) -> Iterator[Line]:
    try:
        requirement, options, rest = _parse_options(text)
    except (OptionParsingError, ValueError):
        yield AuditGap(line, GapKind.UNPARSABLE, "an unknown option of pip, or a malformed one", "fix the line")
        return
    if rest:
        yield AuditGap(line, GapKind.UNPARSABLE, "not a requirement", "fix the line")
    for name in options.requirements:
        yield _parse_include(name.lstrip("="), line, path, constraint=False)
    for name in options.constraints:
        yield _parse_include(name.lstrip("="), line, path, constraint=True)
    if options.index_url:
        yield Index(index_host(options.index_url.lstrip("=")))
    if options.extra_index_urls or options.find_links or options.no_index:
        yield Index(additional=True)
    for target in (*options.editables, *([requirement] if requirement else [])):
        yield from _parse_requirement(target.lstrip("="), line, path, files)


@lru_cache(maxsize=1)
def _option_parser() -> OptionParser:
    parser: OptionParser = build_parser()
    for names in NEWER_OPTIONS:
        parser.add_option(*names, action="append", default=[], dest="newer")
    parser.add_option("--no-require-hashes", action="store_true", dest="no_require_hashes")
    return parser


def _parse_options(text: str) -> tuple[str, Values, list[str]]:
    requirement, options = break_args_options(text)
    parser = _option_parser()
    defaults = {name: list(value) if isinstance(value, list) else value for name, value in parser.defaults.items()}
    values, rest = parser.parse_args(shlex.split(options), Values(defaults))
    return requirement.strip(), values, rest


def _parse_include(name: str, line: int, path: str, *, constraint: bool) -> Include | AuditGap:
    hint = "keep the file in the repository"
    if "${" in name:
        return AuditGap(line, GapKind.UNREADABLE, "includes a file that an environment variable names", hint)
    if _ADDRESS.match(name) and not name.lower().startswith("file:") and not _DRIVE.match(name):
        return AuditGap(line, GapKind.UNREADABLE, "includes a file from a URL, which scangate does not fetch", hint)
    name = name[5:] if name.lower().startswith("file:") and not name[5:].startswith("/") else name
    target = None if _DRIVE.match(name) else resolve_path(posixpath.dirname(path), name)
    if target is None:
        return AuditGap(line, GapKind.UNREADABLE, "includes a file outside the scanned tree", hint)
    return Include(target, constraint, line)


def _parse_requirement(text: str, line: int, path: str, files: Mapping[str, str]) -> Iterator[Line]:
    parsed = parse_dependency(text, line)
    target = text.partition(" ;")[0].partition(" #")[0].strip()
    if not isinstance(parsed, AuditGap) or parsed.name:
        yield parsed
    elif "${" in text:
        yield AuditGap(line, GapKind.UNPINNED, "set by an environment variable", PIN_HINT)
    elif _ADDRESS.match(target) and not target.lower().startswith("file:"):
        yield unauditable_gap(url_origin(target), line)
    else:
        yield from _parse_local(target.partition("#")[0], line, path, files) or [parsed]


def _parse_local(target: str, line: int, path: str, files: Mapping[str, str]) -> list[Line]:
    """The items for a local path, or nothing if ``target`` is none."""
    is_address = target.lower().startswith("file:")
    target = target[5:] if is_address and not target[5:].startswith("/") else target
    name = target[: target.rfind("[")] if target.endswith("]") and "[" in target else target
    if is_archive(target) or target.lower().startswith("file:"):
        return [unauditable_gap(Origin.PATH, line)]
    if not is_address and name != "." and "/" not in name:
        return []
    # pip resolves the path against its working directory, usually the root
    folders = [resolve_path(base, name) for base in ("", posixpath.dirname(path))]
    projects = [folder for folder in folders if folder is not None and is_project(folder, files)]
    if projects:
        return [SkippedDependency(name, SkipReason.WORKSPACE_MEMBER, line), *map(LocalProject, projects)]
    return [unauditable_gap(Origin.PATH if None in folders else Origin.ABSENT, line)]


def _parse_via_comments(comments: Iterable[tuple[int, str]]) -> tuple[tuple[int, tuple[str, ...] | None], ...]:
    """For each pin's line with comments of pip-compile or uv (`# via flask`): its parents, or None if the project is one.

    ``comments`` are texts with the line of the pin that they follow.
    """
    parents: dict[int, list[str]] = {}
    listing = -1  # the pin whose parents follow, one per line
    for line, comment in comments:
        text = comment[1:].strip()
        if text == "via" or text.startswith("via "):
            parents.setdefault(line, []).extend(text[3:].split(","))
            listing = line if text == "via" else -1
        elif line == listing:
            parents[line].append(text)
    return tuple((line, _parent_names(texts)) for line, texts in parents.items())


def _parent_names(texts: Iterable[str]) -> tuple[str, ...] | None:
    names: list[str] = []
    for text in map(str.strip, texts):
        if text.startswith("-r") or "(" in text:
            return None
        names.append(normalize_or_empty(text))  # empty: `-c constraints.txt`, or an unrelated comment
    return tuple(filter(None, names))
