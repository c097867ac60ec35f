"""osv: known vulnerabilities of locked dependencies outside Python, by the advisories of OSV in the local store.

The work is done in `osv_audit`, which is imported only if there is a file to read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from scangate import __version__
from scangate.advisories.ecosystems import CARGO, GO, HEX, MAVEN, NPM, NUGET, PACKAGIST, PUB, RUBYGEMS, Ecosystem
from scangate.advisories.package_files import find_package_ecosystem, find_related, is_package_file
from scangate.advisories.store_paths import default_store_path
from scangate.model import FileReport
from scangate.plugin import Analysis, Coverage, FileFacts, ScanContext, SourceFile
from scangate.tools.osv_options import NAME, Options

__all__ = ["NAME", "Options", "also_reads", "cache_key", "coverage", "prepare", "reads", "scan", "version"]

READS_PIECES = False
FIXED_TEXTS = frozenset({"title", "message", "help_url"})
CONTENT_TYPES = {
    "bundler-manifest": RUBYGEMS,
    "cargo-manifest": CARGO,
    "composer-manifest": PACKAGIST,
    "dart-manifest": PUB,
    "go-manifest": GO,
    "hex-manifest": HEX,
    "maven-manifest": MAVEN,
    "npm-manifest": NPM,
    "nuget-manifest": NUGET,
}


class PreparedOptions(Options, frozen=True):
    """The options with the names of the ecosystems that the store has advisories for."""

    ecosystems: tuple[str, ...] = ()


def version() -> str:
    """The version of scangate: the scanner is a part of it."""
    return __version__


def prepare(options: Options, environ: Mapping[str, str]) -> PreparedOptions:
    """The options with what the store has: a file of any other ecosystem is not read, so that it is reported as not analyzed."""
    path = default_store_path(environ)
    names: tuple[str, ...] = ()
    if path.exists():
        from scangate.advisories.store import list_ecosystems  # noqa: PLC0415 -- only if there is a store to open

        names = list_ecosystems(path)
    return PreparedOptions(options.max_age_days, options.internal, names)


def reads(file: FileFacts, options: Options) -> bool:
    """Lock files of npm, Yarn, pnpm, Bun, Go, Cargo and others, and the files that declare what they lock."""
    ecosystem = CONTENT_TYPES.get(file.content_type)
    if ecosystem is None and is_package_file(file.path):
        ecosystem = find_package_ecosystem(file.path)
    return ecosystem is not None and _has(ecosystem, options)


def _has(ecosystem: Ecosystem, options: Options) -> bool:
    return not isinstance(options, PreparedOptions) or ecosystem.name in options.ecosystems


def also_reads(path: str, data: bytes, options: Options) -> Iterable[str]:
    """The file that locks what this one declares, or declares what it locks."""
    del options
    return find_related(path, data) if is_package_file(path) else ()


def coverage(options: Options) -> Iterable[Coverage]:
    """Dependencies of the ecosystems that there are advisories for."""
    return [Coverage(name, Analysis.DEPENDENCIES) for name, ecosystem in CONTENT_TYPES.items() if _has(ecosystem, options)]


def cache_key(options: Options, environ: Mapping[str, str], today: dt.date) -> str:
    """A digest of the state of the store. Reports with a gap are never reused."""
    if not default_store_path(environ).exists():
        return ""
    from scangate.tools import osv_audit  # noqa: PLC0415 -- only if there is a store to open

    return osv_audit.store_state(options, environ, today)


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Audits the releases of all ``files`` at once."""
    from scangate.tools import osv_audit  # noqa: PLC0415 -- only if there is a file

    return osv_audit.scan(files, options, context)
