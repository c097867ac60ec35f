"""pip-audit: known vulnerabilities of the dependencies. Every pin is reported as clean, as findings or as a gap.

The work is done in `audit`, which is imported only if there is a manifest to read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from scangate.advisories.manifest_kinds import is_manifest
from scangate.advisories.manifest_references import find_references
from scangate.advisories.store_paths import bundled_file, default_store_path
from scangate.content.catalog import SCRIPT_HEADER
from scangate.model import FileReport
from scangate.plugin import Analysis, Coverage, FileFacts, ScanContext, SourceFile
from scangate.tools.pip_audit_options import NAME, Options
from scangate.tools.tool_version import find_installed_version

__all__ = ["IO_BOUND", "NAME", "Options", "also_reads", "cache_key", "coverage", "reads", "scan", "version"]

IO_BOUND = True
FIXED_TEXTS = frozenset({"title", "message", "help_url"})
CONTENT_TYPES = ("python-manifest", SCRIPT_HEADER)


def version() -> str:
    """The version of the installed pip-audit."""
    return find_installed_version("pip-audit")


def reads(file: FileFacts, options: Options) -> bool:
    """Manifests and lock files of Python projects, by name or content, and the headers of scripts."""
    del options
    return file.content_type in CONTENT_TYPES or is_manifest(file.path)


def also_reads(path: str, data: bytes, options: Options) -> Iterable[str]:
    """The files that a manifest includes, whatever their names, and those that lock it."""
    del options
    return find_references(path, data)


def coverage(options: Options) -> Iterable[Coverage]:
    """Dependencies of Python projects and scripts."""
    del options
    return [Coverage(content_type, Analysis.DEPENDENCIES) for content_type in CONTENT_TYPES]


def cache_key(options: Options, environ: Mapping[str, str], today: dt.date) -> str | None:
    """SHA-256 (hex) of the state of the store, the bundled advisories, the options and, for public services, the period.

    None if ``keep_days`` is 0. Reports with a gap are never reused, since a service may be back the next minute.
    """
    if options.advisories == "auto" and not options.keep_days:
        return None
    period = today.toordinal() // options.keep_days if options.advisories == "auto" else 0
    state = (_store_state(options, environ, today), bundled_file().read_bytes(), options, period, _pip_settings(options, environ))
    return hashlib.sha256(msgspec.msgpack.encode(state, order="sorted")).hexdigest()


def _store_state(options: Options, environ: Mapping[str, str], today: dt.date) -> tuple[str, bool] | None:
    if not default_store_path(environ).exists():
        return None
    from scangate.tools import audit  # noqa: PLC0415 -- only if there is a store to open

    return audit.store_state(options, environ, today)


def _pip_settings(options: Options, environ: Mapping[str, str]) -> Mapping[str, str]:
    if not options.resolve:
        return {}
    from scangate.tools.pip_resolver import pip_settings  # noqa: PLC0415 -- only if the policy allows it

    return pip_settings(environ)


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Audits the pins of all ``files`` at once."""
    from scangate.tools import audit  # noqa: PLC0415 -- only if there is a manifest

    return audit.scan(files, options, context)
