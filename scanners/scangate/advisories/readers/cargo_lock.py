"""Reads Cargo.lock; packages without a source are the project's own.

https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import msgspec

from scangate.advisories.ecosystems import CARGO
from scangate.advisories.lock_entries import convert_entries
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import AuditGap, MalformedManifestError, Manifest
from scangate.advisories.origins import Origin
from scangate.advisories.readers.cargo_toml import read_development
from scangate.advisories.toml_lines import Toml

_PUBLIC = ("registry+https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io")


class _Package(msgspec.Struct):
    name: str
    version: str
    source: str = ""
    dependencies: list[str] = []


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    toml = Toml(files[path], "package")
    if not toml.data.keys() & {"package", "version", "root", "metadata"}:
        raise MalformedManifestError("not a Cargo.lock: no package")
    read = list(convert_entries(toml, "package", _Package))
    gaps = [package for package, _ in read if isinstance(package, AuditGap)]
    packages = [(package, line) for package, line in read if isinstance(package, _Package)]
    return build_locked(path, CARGO, list(_packages(packages, read_development(posixpath.dirname(path), files))), gaps)


def _packages(packages: list[tuple[_Package, int]], development: frozenset[str]) -> Iterator[LockedPackage]:
    versions: dict[str, list[str]] = {}
    for package, _ in packages:
        versions.setdefault(package.name, []).append(package.version)
    members = {_key(package.name, package.version) for package, _ in packages if not package.source}
    direct = {_find(text, versions) for package, _ in packages if not package.source for text in package.dependencies}
    for package, line in packages:
        key = _key(package.name, package.version)
        yield LockedPackage(
            key,
            package.name,
            package.version,
            line,
            tuple(filter(None, (_find(text, versions) for text in package.dependencies))),
            key in direct,
            (package.name in development or None) if key in direct else None,
            "" if package.source.startswith(_PUBLIC) else _host(package.source),
            Origin.VCS if package.source.startswith("git+") else Origin.INDEX,
            key in members,
        )


def _find(text: str, versions: Mapping[str, list[str]]) -> str:
    """The key of a dependency: the name, followed by the version where several are in the file."""
    name, _, rest = text.partition(" ")
    version = rest.partition(" ")[0] or next(iter(versions.get(name, ())), "")
    return _key(name, version) if version in versions.get(name, ()) else ""


def _key(name: str, version: str) -> str:
    return f"{name} {version}"


def _host(source: str) -> str:
    try:
        return urlsplit(source.partition("+")[2]).hostname or ""
    except ValueError:
        return "unknown"
