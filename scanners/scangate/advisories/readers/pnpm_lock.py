"""Reads pnpm-lock.yaml, of the versions 5 to 9 of its format (https://github.com/pnpm/spec/tree/master/lockfile)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import yaml

from scangate.advisories.ecosystems import NPM
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import UPGRADE_HINT, MalformedManifestError, Manifest
from scangate.advisories.npm_sources import find_index, find_npm_origin
from scangate.advisories.origins import Origin
from scangate.advisories.yaml_nodes import compose, fields, line_of, require_mapping, text_of

_OLD_KEY = re.compile(r"(.+)/(\d[^/_]*)(?:_.*)?", re.DOTALL)
_OLD_VERSION = re.compile(r"(\d[^_]*)_.*", re.DOTALL)
_SECTIONS = ("devDependencies", "dependencies", "optionalDependencies")
_VERSIONS = ("5", "6", "7", "9")


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    root = fields(compose(files[path]))
    version = text_of(root.get("lockfileVersion"))
    if not version:
        raise MalformedManifestError("not a lock file of pnpm: no `lockfileVersion`")
    if version.partition(".")[0] not in _VERSIONS:
        raise MalformedManifestError("unsupported lock file version, supported is 5 to 9", hint=UPGRADE_HINT)
    importers = [fields(node) for node in fields(root.get("importers")).values()] if "importers" in root else [root]
    roots: dict[str, bool] = {}
    for section in _SECTIONS:  # what production needs counts last
        for importer in importers:
            for name, value in fields(importer.get(section)).items():
                chosen = text_of(fields(value).get("version")) or text_of(value)
                roots[_key(name, chosen)] = section == "devDependencies"
    return build_locked(path, NPM, list(_packages(root, roots)))


def _packages(root: Mapping[str, yaml.Node], roots: Mapping[str, bool]) -> Iterator[LockedPackage]:
    snapshots = require_mapping(root.get("snapshots"), "snapshots")
    required: dict[str, set[str]] = {}
    for key, node in snapshots.items():
        required.setdefault(_without_peers(key), set()).update(_requires(node))
    for key, node in require_mapping(root.get("packages"), "packages").items():
        values = fields(node)
        plain = _without_peers(key.removeprefix("/"))
        name, version = _split(plain)
        resolution = fields(values.get("resolution"))
        source = text_of(resolution.get("tarball"))
        origin = Origin.VCS if text_of(resolution.get("type")) == "git" or "repo" in resolution else find_npm_origin(source)
        name = text_of(values.get("name")) or name
        version = text_of(values.get("version")) or version
        if origin is Origin.INDEX and ":" in version:
            origin = find_npm_origin(version) if find_npm_origin(version) is not Origin.INDEX else Origin.URL
        flag = text_of(values.get("dev"))
        yield LockedPackage(
            plain,
            name,
            version,
            line_of(node),
            tuple(sorted(required.get(plain, set()) | set(_requires(node)))),
            plain in roots,
            flag == "true" if flag else roots.get(plain) or None,
            find_index(source),
            origin,
        )


def _requires(node: yaml.Node) -> Iterator[str]:
    values = fields(node)
    for section in ("dependencies", "optionalDependencies"):
        for name, chosen in fields(values.get(section)).items():
            yield _key(name, text_of(chosen))


def _key(name: str, chosen: str) -> str:
    """The key of the package that ``name`` is resolved to; an alias is written as the key itself."""
    plain = _without_peers(chosen)
    if plain.startswith("/"):
        return plain[1:]
    if re.match(r"@?[A-Za-z][^@:]*@", plain):
        return plain
    return f"{name}@{plain}"


def _without_peers(key: str) -> str:
    """A key or version without the versions of its peers; a key in the form ``name@version``: version 5 writes ``name/version``."""
    plain = key.removeprefix("/").partition("(")[0]
    if old := _OLD_KEY.fullmatch(plain):
        return f"{old[1]}@{old[2]}"
    bare = _OLD_VERSION.fullmatch(plain)
    return bare[1] if bare is not None else plain


def _split(key: str) -> tuple[str, str]:
    name, _, version = key[1:].partition("@")
    return key[:1] + name, version
