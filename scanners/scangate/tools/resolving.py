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

from scangate.advisories.graph import chains
from scangate.advisories.internal import is_internal
from scangate.advisories.manifest import Hole, Manifest, Pin
from scangate.advisories.names import canonical, host, release
from scangate.errors import Unreadable
from scangate.model import INTERNAL, GapKind
from scangate.scan.plugin import Run, fields, parse

__all__ = ["indexes", "resolved"]

TOOL = "pip"
FLAGS = (
    *("--dry-run", "--ignore-installed", "--only-binary", ":all:", "--report", "-", "--quiet", "--quiet", "--quiet"),
    *("--no-input", "--no-cache-dir", "--disable-pip-version-check", "--no-color"),
)
SETTINGS = (
    *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_TRUSTED_HOST", "PIP_CERT", "PIP_CLIENT_CERT"),
    *("PIP_PROXY", "PIP_DEFAULT_TIMEOUT", "PIP_CONFIG_FILE"),
)
HINT = "lock the project, and commit the lock; to see what pip says: pip install --dry-run --only-binary :all: REQUIREMENT"
LOCAL = "localhost"  # where a release comes from that lies in a folder of this machine

Answer = tuple[Pin, ...] | str
"""The releases, or why there are none."""


def indexes(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's own settings for pip, as variables; a configuration file of the user's is named in them."""
    found = {name: environ[name] for name in SETTINGS if environ.get(name)}
    folder = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '')}/.config"
    file = Path(folder) / "pip" / "pip.conf"
    return (
        found
        if "PIP_CONFIG_FILE" in found or not (file.is_absolute() and file.is_file())
        else found | {"PIP_CONFIG_FILE": str(file)}
    )


def resolved(manifest: Manifest, route: Literal["auto", "local"], internal: tuple[str, ...], run: Run) -> Manifest:
    """The manifest with its ranges resolved where they can be; the others stay gaps, which tell why."""
    wanted = {hole: hole.want for hole in manifest.holes if hole.want}
    if not wanted:
        return manifest
    answer: Answer = (
        "`advisories: local` lets no name leave the machine" if route == "local" else _asked(manifest, wanted, internal, run)
    )
    if isinstance(answer, str):
        return msgspec.structs.replace(manifest, holes=tuple(_told(hole, answer) for hole in manifest.holes))
    names = {pin.name for pin in answer}
    unused = f"its marker is false for Python {platform.python_version()} on this machine"
    held = {(pin.name, pin.version) for pin in manifest.pins}
    return msgspec.structs.replace(
        manifest,
        pins=(*manifest.pins, *(pin for pin in answer if (pin.name, pin.version) not in held)),
        holes=tuple(_told(hole, unused) for hole in manifest.holes if hole not in wanted or hole.name not in names),
    )


def _told(hole: Hole, why: str) -> Hole:
    return msgspec.structs.replace(hole, reason=f"{hole.reason}; not resolved: {why}", hint=HINT) if hole.want else hole


def _asked(manifest: Manifest, wanted: Mapping[Hole, str], internal: tuple[str, ...], run: Run) -> Answer:
    lines = {hole: _line(want) for hole, want in wanted.items()}
    if not all(lines.values()):
        return "one of its ranges is none that pip reads"
    ranges, pins = run.folder / "ranges.txt", run.folder / "constraints.txt"
    ranges.write_text("".join(f"{line}\n" for line in lines.values()), "utf-8")
    releases: dict[str, set[str]] = {}
    for pin in manifest.pins:
        releases.setdefault(pin.name, set()).add(pin.version)
    only = {name: min(versions) for name, versions in releases.items() if len(versions) == 1}
    pins.write_text("".join(f"{name}=={version}\n" for name, version in only.items()), "utf-8")
    try:
        argv = [run.script(TOOL), "install", *FLAGS, "--requirement", str(ranges), "--constraint", str(pins)]
        output = run.start(argv, network=True, env=indexes(run.environ), codes=(0, 1, 2))
        if output.code:  # its own words may name the user's index, with a password
            return "pip finds no set of wheels for all of its ranges, or cannot reach an index"
        return _releases(parse(output.stdout, TOOL), {hole.name: hole.line for hole in wanted}, internal)
    except Unreadable as fault:
        if fault.kind is GapKind.INTERRUPTED:
            raise
        return fault.reason


def _line(want: str) -> str:
    """The range in our own spelling: a name, extras, specifiers and a marker; empty where it is anything else."""
    try:
        told = Requirement(want)
        name = canonical(told.name)
    except (InvalidRequirement, ValueError):
        return ""
    extras = f"[{','.join(sorted(told.extras))}]" if told.extras else ""
    line = f"{name}{extras}{told.specifier}" + (f" ; {told.marker}" if told.marker else "")
    return line if told.url is None and line.isascii() and line.isprintable() and "${" not in line else ""


def _releases(report: Any, lines: Mapping[str, int], internal: tuple[str, ...]) -> Answer:
    """The releases in pip's report, each on the line of the range that brings it in."""
    (installs,) = fields(report, "install")
    found: dict[str, tuple[str, str]] = {}
    needs: dict[str, set[str]] = {}
    for entry in installs:
        metadata, download = fields(entry, "metadata", "download_info")
        name, version = map(str, fields(metadata, "name", "version"))
        (url,) = fields(download, "url")
        try:
            name, version = canonical(name), release(version)
        except ValueError:
            raise Unreadable(GapKind.GARBAGE, "pip resolved something that is no release") from None
        found[name] = version, _index(str(url))
        needs[name] = {_needed(text) for text in metadata.get("requires_dist", ())}
    if is_internal(internal, found):
        return f"it leads to a name that is {INTERNAL}, which no index is believed about"
    direct = lines.keys() & found.keys()
    above = chains(direct, {name: needs[name] & found.keys() for name in found})
    if found.keys() - above.keys():
        return "pip resolved more than these ranges ask for"
    return tuple(
        Pin(name, version, lines[(*above[name], name)[0]], name in direct, above[name], index=index, resolved=True)
        for name, (version, index) in sorted(found.items())
    )


def _needed(text: str) -> str:
    try:
        return canonical(Requirement(str(text)).name)
    except (InvalidRequirement, ValueError):
        return ""


def _index(url: str) -> str:
    return host(url) if urlsplit(url).scheme in ("http", "https") else LOCAL
