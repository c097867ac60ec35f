"""Reads conda-lock.yml and pixi.lock: the packages of pip in them; conda's own packages are one gap.

https://conda.github.io/conda-lock/output/ and https://pixi.prefix.dev/latest/workspace/lockfile/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
import yaml

from scangate.advisories.conda_packages import conda_gap
from scangate.advisories.declarations import url_origin
from scangate.advisories.lock_entries import LockEntry, build_manifest
from scangate.advisories.manifest import REGENERATE_HINT, AuditGap, MalformedManifestError, Manifest
from scangate.advisories.origins import Origin, is_archive
from scangate.advisories.package_names import index_host
from scangate.advisories.yaml_nodes import compose, fields, items, line_of, recover_items, text_of
from scangate.model import GapKind

_KEYS = ("packages", "package")  # of pixi, of conda-lock


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package that pip installs. Raises MalformedManifestError."""
    conda: dict[str, int] = {}
    entries = list(_entries(_packages(files[path]), conda))
    if conda:
        entries.append(conda_gap(path, min(conda.values()), len(conda), is_pinned=True))
    has_graph = any(isinstance(entry, LockEntry) and entry.dependencies for entry in entries)
    return build_manifest(path, files, entries, None if has_graph else ())


def _packages(text: str) -> list[tuple[yaml.Node | None, int]]:
    """The packages with their lines; None for one that is not YAML. Raises MalformedManifestError."""
    try:
        root = fields(compose(text))
    except MalformedManifestError:
        recovered = [(node, before + 1) for node, before in recover_items(text, _KEYS)]
        if not any(node is not None for node, _ in recovered):
            raise
        return recovered
    packages = next((root[key] for key in _KEYS if key in root), None)
    if not isinstance(packages, yaml.SequenceNode):
        raise MalformedManifestError("not a lock file of conda: no list of packages")
    return [(node, line_of(node)) for node in items(packages)]


def _entries(packages: list[tuple[yaml.Node | None, int]], conda: dict[str, int]) -> Iterator[LockEntry | AuditGap]:
    """The packages of pip; those of conda go into ``conda``, by name or address, with their lines."""
    for node, line in packages:
        package = {name: text_of(value) for name, value in fields(node).items()}
        address = package.get("pypi", package.get("url", package.get("path", "")))
        manager = package.get("manager") or package.get("kind") or ("pypi" if "pypi" in package else "")
        if manager == "conda" or "conda" in package:
            conda.setdefault(package.get("name") or _name_in_address(package.get("conda", "")), line)
        elif manager in ("pip", "pypi"):
            dependencies = tuple(fields(fields(node).get("dependencies")))
            yield msgspec.structs.replace(_to_entry(package, address, line), dependencies=dependencies)
        else:
            yield AuditGap(line, GapKind.UNPARSABLE, "malformed entry: neither of pip nor of conda", REGENERATE_HINT)


def _name_in_address(address: str) -> str:
    """The name of a package of conda, whose files are called NAME-VERSION-BUILD.SUFFIX."""
    return address.rpartition("/")[2].rsplit("-", 2)[0]


def _to_entry(package: Mapping[str, str], address: str, line: int) -> LockEntry:
    origin = url_origin(address) if address else Origin.INDEX
    if origin is Origin.URL and is_archive(address.partition("#")[0]):
        origin = Origin.INDEX  # the file of a release on an index
    host = index_host(address) if "://" in address and origin is Origin.INDEX else ""
    local_path = address if origin is Origin.PATH else None
    return LockEntry(package.get("name", ""), package.get("version", ""), line, index=host, origin=origin, local_path=local_path)
