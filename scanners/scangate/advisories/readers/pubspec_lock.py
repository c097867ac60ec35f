"""Reads pubspec.lock of Dart and Flutter (https://dart.dev/tools/pub/glossary#lockfile). It holds no graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import yaml

from scangate.advisories.ecosystems import PUB
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import MalformedManifestError, Manifest
from scangate.advisories.origins import Origin
from scangate.advisories.yaml_nodes import compose, fields, line_of, require_mapping, text_of

_ORIGINS = {"git": Origin.VCS, "path": Origin.PATH, "hosted": Origin.INDEX}
_PUBLIC_HOSTS = {"pub.dev", "pub.dartlang.org"}


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package but the parts of the SDK. Raises MalformedManifestError."""
    root = fields(compose(files[path]))
    if "packages" not in root:
        raise MalformedManifestError("not a pubspec.lock: no `packages`")
    return build_locked(path, PUB, list(_packages(root["packages"])))


def _packages(node: yaml.Node) -> Iterator[LockedPackage]:
    for name, entry in require_mapping(node, "packages").items():
        values = fields(entry)
        source, kind = text_of(values.get("source")), text_of(values.get("dependency"))
        if source == "sdk":
            continue
        description = fields(values.get("description"))
        yield LockedPackage(
            name,
            text_of(description.get("name")) or name,
            text_of(values.get("version")),
            max(line_of(entry) - 1, 1),
            direct=kind.startswith("direct"),
            development=kind == "direct dev",
            index=_index(text_of(description.get("url"))) if source == "hosted" else "",
            origin=_ORIGINS.get(source, Origin.UNKNOWN),
        )


def _index(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return "unknown"
    return "" if host in _PUBLIC_HOSTS else host
