"""pip-audit: known vulnerabilities of what a repository depends on. Every pin comes back as clean, as findings, or as a gap.

What it does stands in `auditing`, which is imported where there is a manifest to read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from scangate.advisories.manifest_kinds import is_manifest
from scangate.advisories.paths import bundled_file, default_store_path
from scangate.globs import Glob
from scangate.model import FileAccounting, FileReport
from scangate.plugin import ScanContext, SourceFile
from scangate.tools.tool_version import find_installed_version

if TYPE_CHECKING:
    from scangate.advisories.manifest import Pin

NAME = "pip-audit"
ACCOUNTING = FileAccounting.PER_FILE
SPLITTABLE = False
IO_BOUND = True  # for services


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """The policy's block for pip-audit.

    ``advisories``: ``auto`` asks PyPI, then OSV, then the local store; ``local`` the store alone, and nothing leaves the machine.
    Where the store lies, only the environment says: a policy may come with the tree. ``max_age_days``: an answer of a store whose
    newest record is older counts as a gap; a lower number is the stricter one. ``seconds``: how long one answer of a service may
    take. ``internal``: packages that nobody outside is asked about. ``mirrors``: hosts of indexes that mirror PyPI; what a manifest
    takes from any other index is private, and only the store is asked about it. ``keep_days``: for how many days what the services
    answered may be used again for the same manifests; 0 asks each time. What the store answers holds as long as the store does.
    ``resolve``: pip resolves ranges without a lock, with wheels alone and from the user's own indexes; not with ``local``.
    """

    advisories: Literal["auto", "local"] = "auto"
    max_age_days: Annotated[Annotated[int, msgspec.Meta(ge=0)] | None, msgspec.Meta(extra={"tighter": "lower"})] = None
    seconds: int = 15
    internal: tuple[Glob, ...] = ()
    mirrors: tuple[str, ...] = ()
    resolve: Annotated[bool, msgspec.Meta(extra={"trusted only": True})] = False
    keep_days: Annotated[Annotated[int, msgspec.Meta(ge=0, le=30)], msgspec.Meta(extra={"tighter": "lower"})] = 1

    def is_private(self, pin: Pin) -> bool:
        """Whether a pin's name must not be told to a public service."""
        return bool(pin.index) and pin.index not in self.mirrors


def version() -> str:
    """The version of the installed pip-audit."""
    return find_installed_version("pip-audit")


def reads(path: str, options: Options) -> bool:
    """Manifests and lock files of Python projects, by their usual names."""
    del options
    return is_manifest(path)


def cache_key(options: Options, environ: Mapping[str, str], today: dt.date) -> str | None:
    """SHA-256 (hex) of all that a manifest's report depends on beside the texts of all manifests and the versions of the programs.

    None where nothing may be kept: the policy wants the services asked each time. What was kept under the same digest is as good as
    a new answer; only reports without a gap may be kept, since a service may be back the next minute.
    """
    if options.advisories == "auto" and not options.keep_days:
        return None
    bucket = today.toordinal() // options.keep_days if options.advisories == "auto" else 0
    told = (_store_state(options, environ, today), bundled_file().read_bytes(), options, bucket, _pip_settings(options, environ))
    return hashlib.sha256(msgspec.msgpack.encode(told, order="sorted")).hexdigest()


def _store_state(options: Options, environ: Mapping[str, str], today: dt.date) -> tuple[str, bool] | None:
    """What the store says of itself, None where there is none."""
    if not default_store_path(environ).exists():
        return None
    from scangate.tools import audit  # noqa: PLC0415 -- only where there is a store to open

    return audit.store_state(options, environ, today)


def _pip_settings(options: Options, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Where pip would look for releases."""
    if not options.resolve:
        return {}
    from scangate.tools.pip_resolver import pip_settings  # noqa: PLC0415 -- only where it may

    return pip_settings(environ)


def scan(files: Sequence[SourceFile], options: Options, context: ScanContext) -> Iterable[FileReport]:
    """Audits the pins of all ``files`` at once."""
    from scangate.tools import audit  # noqa: PLC0415 -- only where there is a manifest

    return audit.scan(files, options, context)
