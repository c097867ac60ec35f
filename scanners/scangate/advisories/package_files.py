"""Names the files outside Python that lock or declare dependencies, and reads all of a tree at once, by one table."""

from __future__ import annotations

import importlib
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scangate.advisories.declared_packages import Declaration
from scangate.advisories.ecosystems import CARGO, GO, HEX, MAVEN, NPM, NUGET, PACKAGIST, PUB, RUBYGEMS, Ecosystem
from scangate.advisories.internal_names import skip_internal
from scangate.advisories.manifest import UNEXPECTED_DATA, AuditGap, MalformedManifestError, Manifest, unexpected_form
from scangate.model import GapKind
from scangate.source_text import decode, normalize_newlines


class _Lock(NamedTuple):
    """A lock file: its name in lower case as a pattern, the module in ``readers`` that reads it, and its ecosystem.

    ``upgrade``: the command that raises one package, with the places ``{name}`` and ``{version}``. ``newer``: what the files of a
    newer version of the program contain, and its command.
    """

    name: str
    reader: str
    ecosystem: Ecosystem
    upgrade: str
    newer: tuple[bytes, str] | None = None


class _Declaration(NamedTuple):
    """A file that declares dependencies. ``reader`` reads them; without one, a match of ``line`` shows that there are some.

    ``locks``: the names of the files that lock it, in its folder or one above. ``command`` writes one.
    """

    name: str
    ecosystem: Ecosystem
    locks: tuple[str, ...]
    command: str = ""
    reader: str = ""
    line: str = ""


LOCKS = (
    _Lock(r"package-lock\.json|npm-shrinkwrap\.json", "npm_lock", NPM, "npm install {name}@{version}"),
    _Lock(r"yarn\.lock", "yarn_lock", NPM, "yarn upgrade {name}@{version}", (b"__metadata:", "yarn up {name}@{version}")),
    _Lock(r"pnpm-lock\.ya?ml", "pnpm_lock", NPM, "pnpm update {name}@{version}"),
    _Lock(r"bun\.lock", "bun_lock", NPM, "bun update {name}@{version}"),
    _Lock(r"go\.mod|go\.sum|go\.work|go\.work\.sum", "go_mod", GO, "go get {name}@v{version}"),
    _Lock(r"cargo\.lock", "cargo_lock", CARGO, "cargo update -p {name} --precise {version}"),
    _Lock(r"gemfile\.lock|gems\.locked", "gemfile_lock", RUBYGEMS, "bundle update --conservative {name}"),
    _Lock(r"composer\.lock", "composer_lock", PACKAGIST, "composer update {name} --with {name}:{version}"),
    _Lock(r"packages\.lock\.json", "nuget_lock", NUGET, "dotnet add package {name} --version {version}"),
    _Lock(r"gradle\.lockfile|buildscript-gradle\.lockfile", "gradle_lock", MAVEN, "gradle dependencies --update-locks {name}"),
    _Lock(r"pom\.xml", "maven_pom", MAVEN, ""),
    _Lock(r"pubspec\.lock", "pubspec_lock", PUB, "dart pub upgrade {name}"),
    _Lock(r"mix\.lock", "mix_lock", HEX, "mix deps.update {name}"),
)
_NPM_LOCKS = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock")
DECLARATIONS = (
    _Declaration(r"package\.json", NPM, _NPM_LOCKS, reader="package_json"),
    _Declaration(r"cargo\.toml", CARGO, ("Cargo.lock",), reader="cargo_toml"),
    _Declaration(r"composer\.json", PACKAGIST, ("composer.lock",), reader="composer_json"),
    _Declaration(r"gemfile|gems\.rb", RUBYGEMS, ("Gemfile.lock", "gems.locked"), "bundle lock", line=r"^\s*gem[\s(]"),
    _Declaration(
        r".+\.(?:cs|fs|vb)proj", NUGET, ("packages.lock.json",), "dotnet restore --use-lock-file", line=r"<PackageReference\b"
    ),
    _Declaration(r"pubspec\.ya?ml", PUB, ("pubspec.lock",), "dart pub get", line=r"^(?:dev_)?dependencies:"),
    _Declaration(r"mix\.exs", HEX, ("mix.lock",), "mix deps.get", line=r"\{:\w+, *(?:\"|~|git:|github:|path:)"),
)
_ALL = re.compile("|".join(row.name for row in (*LOCKS, *DECLARATIONS)), re.DOTALL)
_COMPILED = {row: re.compile(row.name, re.DOTALL) for row in (*LOCKS, *DECLARATIONS)}
UNLOCKED = "declared, and locked by no file of its project that was scanned"


def is_package_file(path: str) -> bool:
    """Whether a file locks or declares dependencies in a form that is read here."""
    return _ALL.fullmatch(posixpath.basename(path).lower()) is not None


def find_package_ecosystem(path: str) -> Ecosystem:
    """The ecosystem of a file that `is_package_file`."""
    return _row(path).ecosystem


def find_upgrade_command(path: str, data: bytes = b"") -> str:
    """The command that raises one package of the lock file ``data``, with places for ``{name}`` and ``{version}``; or empty."""
    row = _row(path) if is_package_file(path) else None
    if not isinstance(row, _Lock):
        return ""
    return row.newer[1] if row.newer is not None and row.newer[0] in data else row.upgrade


def find_related(path: str, data: bytes = b"") -> Iterator[str]:
    """The paths of the files that are read together with the one at ``path``, whose content is ``data``.

    They are what locks it, or what it locks, and the parent of a project of Maven.
    """
    folder, row = posixpath.dirname(path), _row(path)
    if isinstance(row, _Declaration):
        yield from (posixpath.join(place, name) for place in _upwards(folder) for name in row.locks)
        return
    names = {each.reader: _USUAL[each.reader] for each in DECLARATIONS if each.ecosystem is row.ecosystem and each.reader}
    yield from (posixpath.join(folder, name) for name in names.values())
    if row.ecosystem is MAVEN and row.reader == "maven_pom":
        parent = _reader(row.reader).find_parent(path, decode(data)[0])
        yield from [parent] if parent is not None and not parent.startswith("../") else []
    if row.ecosystem is GO:
        yield from (posixpath.join(folder, name) for name in ("go.mod", "go.sum"))


_USUAL = {"package_json": "package.json", "cargo_toml": "Cargo.toml", "composer_json": "composer.json"}


def read_package_files(files: Mapping[str, str], internal: Sequence[str] = ()) -> Mapping[str, Manifest]:
    """The manifest of each of ``files``, which maps repository paths to texts, by path. A malformed file is a gap.

    ``internal`` are globs over names. Raises ValueError for an invalid one.
    """
    texts = {path: normalize_newlines(text) for path, text in files.items()}
    return {path: skip_internal(_read(path, texts), internal) for path in sorted(texts)}


def _read(path: str, texts: Mapping[str, str]) -> Manifest:
    row = _row(path)
    try:
        if isinstance(row, _Lock):
            manifest: Manifest = _reader(row.reader).parse(path, texts)
            return manifest
        return Manifest(path, gaps=tuple(_unlocked(row, path, texts)))
    except MalformedManifestError as error:
        return Manifest(path, gaps=(error.gap,), malformed=True)
    except UNEXPECTED_DATA:
        return Manifest(path, gaps=(unexpected_form(),), malformed=True)


def _row(path: str) -> _Lock | _Declaration:
    name = posixpath.basename(path).lower()
    return next(row for row, pattern in _COMPILED.items() if pattern.fullmatch(name))


def _reader(module: str) -> Any:
    return importlib.import_module(f"{__package__}.readers.{module}")


def _unlocked(row: _Declaration, path: str, texts: Mapping[str, str]) -> Iterator[AuditGap]:
    """A gap for what a file declares and no other one locks."""
    if row.reader:
        declaration: Declaration = _reader(row.reader).parse(path, texts)
        lines, command = [each.line for each in declaration.dependencies], declaration.lock_command
    else:
        found = re.search(row.line, texts[path], re.MULTILINE)
        lines, command = [texts[path].count("\n", 0, found.start()) + 1] if found is not None else [], row.command
    folders = list(_upwards(posixpath.dirname(path)))
    if lines and not any(posixpath.join(folder, name) in texts for folder in folders for name in row.locks):
        hint = f"run `{command}`, and commit the file it writes"
        yield AuditGap(min(lines), GapKind.UNPINNED, UNLOCKED, hint)


def _upwards(folder: str) -> Iterator[str]:
    """A folder and all above it, up to the root of the repository."""
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""
