"""Asks pip which releases the ranges of a manifest come to, from wheels alone; nothing is built or installed.

pip gets lines that our readers wrote, never the manifest: no option, address, repository or path can be in them. Its indexes are
the user's own (their variables and their configuration); ranges of a tree that names one itself are not resolved.
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
from scangate.model import INTERNAL, GapKind
from scangate.plugin import ScanContext, parse_json, require_fields

__all__ = ["pip_settings", "resolve_ranges"]

TOOL = "pip"
FLAGS = (
    *("--dry-run", "--ignore-installed", "--only-binary", ":all:", "--report", "-", "--quiet", "--quiet", "--quiet"),
    *("--no-input", "--no-cache-dir", "--disable-pip-version-check", "--no-color"),
)
PIP_VARIABLES = (
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_TRUSTED_HOST", "PIP_CERT", "PIP_CLIENT_CERT"),
    *("PIP_PROXY", "PIP_DEFAULT_TIMEOUT", "PIP_CONFIG_FILE"),
)
HINT = "lock the project, and commit the lock; to see what pip says: pip install --dry-run --only-binary :all: REQUIREMENT"
LOCAL_INDEX = "localhost"  # where a release comes from that lies in a folder of this machine

Resolution = tuple[Pin, ...] | str
"""The releases, or why there are none."""


def pip_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's own settings for pip, as variables; a configuration file of the user's is named in them."""
    found = {name: environ[name] for name in PIP_VARIABLES if environ.get(name)}
    folder = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config"
    file = Path(folder) / "pip" / "pip.conf"
    return (
        found
        if "PIP_CONFIG_FILE" in found or not (file.is_absolute() and file.is_file())
        else found | {"PIP_CONFIG_FILE": str(file)}
    )


def resolve_ranges(manifest: Manifest, mode: Literal["auto", "local"], internal: tuple[str, ...], context: ScanContext) -> Manifest:
    """The manifest with its ranges resolved where they can be; the others stay gaps, which tell why."""
    wanted = {hole: hole.requirement for hole in manifest.gaps if hole.requirement}
    if not wanted:
        return manifest
    answer: Resolution = (
        "`advisories: local` lets no name leave the machine" if mode == "local" else _run_pip(manifest, wanted, internal, context)
    )
    if isinstance(answer, str):
        return msgspec.structs.replace(manifest, gaps=tuple(_unresolved(hole, answer) for hole in manifest.gaps))
    names = {pin.name for pin in answer}
    unused = f"its marker is false for Python {platform.python_version()} on this machine"
    held = {(pin.name, pin.version) for pin in manifest.pins}
    return msgspec.structs.replace(
        manifest,
        pins=(*manifest.pins, *(pin for pin in answer if (pin.name, pin.version) not in held)),
        gaps=tuple(_unresolved(hole, unused) for hole in manifest.gaps if hole not in wanted or hole.name not in names),
    )


def _unresolved(hole: AuditGap, reason: str) -> AuditGap:
    return msgspec.structs.replace(hole, reason=f"{hole.reason}; not resolved: {reason}", hint=HINT) if hole.requirement else hole


def _run_pip(manifest: Manifest, wanted: Mapping[AuditGap, str], internal: tuple[str, ...], context: ScanContext) -> Resolution:
    lines = {hole: _requirement_line(want) for hole, want in wanted.items()}
    if not all(lines.values()):
        return "one of its ranges is none that pip reads"
    ranges, pins = context.temp_folder / "ranges.txt", context.temp_folder / "constraints.txt"
    ranges.write_text("".join(f"{line}\n" for line in lines.values()), "utf-8")
    releases: dict[str, set[str]] = {}
    for pin in manifest.pins:
        releases.setdefault(pin.name, set()).add(pin.version)
    only = {name: min(versions) for name, versions in releases.items() if len(versions) == 1}
    pins.write_text("".join(f"{name}=={version}\n" for name, version in only.items()), "utf-8")
    try:
        argv = [context.find_console_script(TOOL), "install", *FLAGS, "--requirement", str(ranges), "--constraint", str(pins)]
        output = context.run_program(argv, network=True, env=pip_settings(context.environ), exit_codes=(0, 1, 2))
        if output.exit_code:  # its own words may name the user's index, with a password
            return "pip finds no set of wheels for all of its ranges, or cannot reach an index"
        return _parse_report(parse_json(output.stdout, TOOL), {hole.name: hole.line for hole in wanted}, internal)
    except ScanError as fault:
        if fault.kind is GapKind.INTERRUPTED:
            raise
        return fault.reason


def _requirement_line(want: str) -> str:
    """The range in our own spelling: a name, extras, specifiers and a marker; empty where it is anything else."""
    try:
        told = Requirement(want)
        name = normalize_name(told.name)
    except (InvalidRequirement, ValueError):
        return ""
    extras = f"[{','.join(sorted(told.extras))}]" if told.extras else ""
    line = f"{name}{extras}{told.specifier}" + (f" ; {told.marker}" if told.marker else "")
    return line if told.url is None and line.isascii() and line.isprintable() and "${" not in line else ""


def _parse_report(report: Any, lines: Mapping[str, int], internal: tuple[str, ...]) -> Resolution:
    """The releases in pip's report, each on the line of the range that brings it in."""
    (installs,) = require_fields(report, "install")
    found: dict[str, tuple[str, str]] = {}
    needs: dict[str, set[str]] = {}
    for entry in installs:
        metadata, download = require_fields(entry, "metadata", "download_info")
        name, version = map(str, require_fields(metadata, "name", "version"))
        (url,) = require_fields(download, "url")
        try:
            name, version = normalize_name(name), normalize_version(version)
        except ValueError:
            raise ScanError(GapKind.GARBAGE, "pip resolved something that is no release") from None
        found[name] = version, _index_host(str(url))
        needs[name] = {_requirement_name(text) for text in metadata.get("requires_dist", ())}
    if is_internal(internal, found):
        return f"it leads to a name that is {INTERNAL}, which no index is believed about"
    direct = lines.keys() & found.keys()
    above = shortest_chains(direct, {name: needs[name] & found.keys() for name in found})
    if found.keys() - above.keys():
        return "pip resolved more than these ranges ask for"
    return tuple(
        Pin(name, version, lines[(*above[name], name)[0]], name in direct, above[name], index=index, resolved=True)
        for name, (version, index) in sorted(found.items())
    )


def _requirement_name(text: str) -> str:
    try:
        return normalize_name(Requirement(str(text)).name)
    except (InvalidRequirement, ValueError):
        return ""


def _index_host(url: str) -> str:
    return index_host(url) if urlsplit(url).scheme in ("http", "https") else LOCAL_INDEX
