"""Resolves the ranges of a manifest with pip, from wheels only; nothing is built or installed.

pip gets lines that our readers wrote, never the manifest: they contain no option, URL, repository or path. It uses the indexes of
the user's environment and configuration; ranges of a manifest that names an index are not resolved.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from packaging.requirements import InvalidRequirement, Requirement

from scangate.advisories.dependency_graph import shortest_chains
from scangate.advisories.internal_names import is_internal
from scangate.advisories.manifest import AuditGap, Manifest, Pin
from scangate.advisories.package_names import index_host, normalize_name, normalize_version
from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.plugin import ScanContext, parse_json, require_fields

TOOL = "pip"
FLAGS = (
    *("--dry-run", "--ignore-installed", "--only-binary", ":all:", "--report", "-", "--quiet", "--quiet", "--quiet"),
    *("--no-input", "--no-cache-dir", "--disable-pip-version-check", "--no-color"),
)
PIP_VARIABLES = (
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_TRUSTED_HOST", "PIP_CERT", "PIP_CLIENT_CERT"),
    *("PIP_PROXY", "PIP_DEFAULT_TIMEOUT", "PIP_CONFIG_FILE"),
)
HINT = "commit a lock file; to see pip's reason: pip install --dry-run --only-binary :all: REQUIREMENT"
LOCAL_INDEX = "localhost"  # the index of a release from a local folder

Resolution = tuple[Pin, ...] | str
"""The releases, or why they could not be resolved."""


def pip_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's pip settings as environment variables, including the path of their configuration file."""
    found = {name: environ[name] for name in PIP_VARIABLES if environ.get(name)}
    folder = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config"
    file = Path(folder) / "pip" / "pip.conf"
    return {"PIP_CONFIG_FILE": str(file), **found} if file.is_absolute() and file.is_file() else found


def resolve_ranges(manifest: Manifest, mode: Literal["auto", "local"], internal: tuple[str, ...], context: ScanContext) -> Manifest:
    """The manifest with its ranges resolved; those that cannot be resolved stay gaps, with the reason."""
    wanted = {gap: gap.requirement for gap in manifest.gaps if gap.requirement}
    if not wanted:
        return manifest
    resolution: Resolution = "`advisories: local` does not allow requests to an index"
    if mode != "local":
        resolution = _run_pip(manifest, wanted, internal, context)
    if isinstance(resolution, str):
        return msgspec.structs.replace(manifest, gaps=tuple(_unresolved(gap, resolution) for gap in manifest.gaps))
    names = {pin.name for pin in resolution}
    unused = f"its marker is false for Python {platform.python_version()} on this machine"
    pinned = {(pin.name, pin.version) for pin in manifest.pins}
    return msgspec.structs.replace(
        manifest,
        pins=(*manifest.pins, *(pin for pin in resolution if (pin.name, pin.version) not in pinned)),
        gaps=tuple(_unresolved(gap, unused) for gap in manifest.gaps if gap not in wanted or gap.name not in names),
    )


def _unresolved(gap: AuditGap, reason: str) -> AuditGap:
    return msgspec.structs.replace(gap, reason=f"{gap.reason}; not resolved: {reason}", hint=HINT) if gap.requirement else gap


def _run_pip(manifest: Manifest, wanted: Mapping[AuditGap, str], internal: tuple[str, ...], context: ScanContext) -> Resolution:
    lines = {gap: _requirement_line(requirement) for gap, requirement in wanted.items()}
    if not all(lines.values()):
        return "pip rejects one of its ranges as invalid"
    ranges, constraints = context.temp_folder / "ranges.txt", context.temp_folder / "constraints.txt"
    ranges.write_text("".join(f"{line}\n" for line in lines.values()), "utf-8")
    versions: dict[str, set[str]] = {}
    for pin in manifest.pins:
        versions.setdefault(pin.name, set()).add(pin.version)
    pins = [f"{name}=={min(found)}\n" for name, found in versions.items() if len(found) == 1]
    constraints.write_text("".join(pins), "utf-8")
    try:
        argv = [context.find_console_script(TOOL), "install", *FLAGS]
        argv += ["--requirement", str(ranges), "--constraint", str(constraints)]
        output = context.run_program(argv, network=True, env=pip_settings(context.environ), exit_codes=(0, 1, 2))
        if output.exit_code:  # pip's message may contain the URL of the user's index, with a password
            return "pip cannot resolve its ranges with wheels only, or cannot reach an index"
        return _parse_report(parse_json(output.stdout, TOOL), {gap.name: gap.line for gap in wanted}, internal)
    except ScanError as error:
        if error.kind is GapKind.INTERRUPTED:
            raise
        return error.reason


def _requirement_line(text: str) -> str:
    """The requirement in our spelling: name, extras, specifiers and marker; empty if it is or contains anything else."""
    try:
        requirement = Requirement(text)
        name = normalize_name(requirement.name)
    except (InvalidRequirement, ValueError):
        return ""
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    line = f"{name}{extras}{requirement.specifier}" + (f" ; {requirement.marker}" if requirement.marker else "")
    return line if requirement.url is None and line.isascii() and line.isprintable() and "${" not in line else ""


def _parse_report(report: Any, lines: Mapping[str, int], internal: tuple[str, ...]) -> Resolution:
    """The releases in pip's report, each on the line of the range that requires it."""
    (installs,) = require_fields(report, "install")
    found: dict[str, tuple[str, str]] = {}
    dependencies: dict[str, set[str]] = {}
    for entry in installs:
        metadata, download = require_fields(entry, "metadata", "download_info")
        name, version = map(str, require_fields(metadata, "name", "version"))
        (url,) = map(str, require_fields(download, "url"))
        try:
            name, version = normalize_name(name), normalize_version(version)
        except ValueError:
            raise ScanError(GapKind.GARBAGE, "unexpected output format: an invalid name or version") from None
        found[name] = version, index_host(url) if urlsplit(url).scheme in ("http", "https") else LOCAL_INDEX
        dependencies[name] = {_requirement_name(text) for text in metadata.get("requires_dist", ())}
    if is_internal(internal, found):
        return "it requires a package that the policy declares internal, and internal packages are not looked up in an index"
    direct = lines.keys() & found.keys()
    chains = shortest_chains(direct, {name: dependencies[name] & found.keys() for name in found})
    if found.keys() - chains.keys():
        return "pip resolved packages that these ranges do not require"
    return tuple(
        Pin(name, version, lines[(*chains[name], name)[0]], name in direct, chains[name], index=index, resolved=True)
        for name, (version, index) in sorted(found.items())
    )


def _requirement_name(text: str) -> str:
    try:
        return normalize_name(Requirement(str(text)).name)
    except (InvalidRequirement, ValueError):
        return ""
