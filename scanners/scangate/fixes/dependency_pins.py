"""Raises a pinned dependency to the nearest release without its vulnerabilities, with the hashes of a locked requirement."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from packaging.version import InvalidVersion, Version

from scangate.advisories.manifest_kinds import lock_kind
from scangate.advisories.package_files import find_upgrade_command
from scangate.advisories.readers.requirements import HASH_OPTION, parse_file
from scangate.fixes.change import Change, Unfixed
from scangate.model import PYTHON_PACKAGES, AffectedPackage, Finding
from scangate.tools.source_edits import Edit

Hashes = Sequence[str] | str
"""The digests of a release's files (``sha256:...``), or why they cannot be had."""
HashLookup = Callable[[str, str], Hashes]
"""Looks up the digests of a release by name and version."""

LOCK_COMMANDS = {
    "uv_lock": "uv lock --upgrade-package {name}=={version}",
    "poetry_lock": "poetry update {name}",
    "pdm_lock": "pdm update {name}",
    "pipfile_lock": "pipenv upgrade {name}=={version}",
    "pylock": "",
    "conda_lock": "",
}
"""What writes a lock file again, by the reader of the file; empty where the file does not say which program wrote it."""
LOCK_AGAIN = "pip-compile --generate-hashes --upgrade-package {name}=={version}, or the program that wrote the file"
_HASH = re.compile(HASH_OPTION.pattern.encode())
_LINE_END = re.compile(rb"\r\n|\n|\r")
_VERSION = rb"(?P<version>[^\s;,#'\"\\\])}]+)(?!\s*,\s*[<>=!~])"


def group_by_pin(findings: Iterable[Finding]) -> Mapping[tuple[str, int, str, str], Sequence[Finding]]:
    """The findings about dependencies, by path, line, name and version of the pin."""
    groups: dict[tuple[str, int, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        package = finding.affected_package
        if package is not None and finding.location.line:
            groups[finding.location.path, finding.location.line, package.name, package.version].append(finding)
    return groups


def nearest_fixed_release(packages: Sequence[AffectedPackage]) -> str:
    """The nearest release without a vulnerability as the advisories' source knows it, else the first that fixes all; or empty."""
    upgrades = Counter(package.upgrade for package in packages if package.upgrade)
    if upgrades:
        return max(upgrades, key=lambda version: (upgrades[version], Version(version)))
    first = [_first_fix(package) for package in packages]
    return str(max(version for version in first if version is not None)) if first and None not in first else ""


def _first_fix(package: AffectedPackage) -> Version | None:
    """The first fixed release after the pinned one."""
    try:
        pinned = Version(package.version)
        return min((fixed for fixed in map(Version, package.fixed_in) if fixed > pinned), default=None)
    except InvalidVersion:
        return None


def plan_upgrade(data: bytes, findings: Sequence[Finding], find_hashes: HashLookup) -> Change | Unfixed | None:
    """The change of the file ``data`` that raises the one pin which ``findings`` are about; None if no release fixes them all."""
    packages = [finding.affected_package for finding in findings if finding.affected_package is not None]
    is_python = packages[0].kind == PYTHON_PACKAGES
    release = nearest_fixed_release(packages) if is_python else packages[0].upgrade
    if not release:
        return None
    name, version = packages[0].name, packages[0].version
    path, line = findings[0].location.path, findings[0].location.line
    summary = f"{name} {version} -> {release}"
    if not is_python:
        command = find_upgrade_command(path, data).format(name=name, version=release)
        return Unfixed(path, line, summary, "the program that wrote a lock file has to resolve it again", command)
    if kind := lock_kind(path):
        hint = LOCK_COMMANDS[kind].format(name=name, version=release)
        return Unfixed(path, line, summary, "the program that wrote a lock file has to resolve it again", hint)
    start, end = find_requirement(data, line)
    pins = [match for match in _pin_pattern(name).finditer(data, start, end) if _is_version(match["version"], version)]
    if len(pins) != 1:
        return Unfixed(path, line, summary, f"the line does not pin {name}=={version} and nothing else", "change it by hand")
    edits = [Edit(*pins[0].span("version"), release.encode())]
    hashes = list(_HASH.finditer(data, pins[0].end(), end))
    if hashes:
        replaced = _replace_hashes(data, hashes, path, lambda: find_hashes(name, release))
        if isinstance(replaced, str):
            hint = LOCK_AGAIN.format(name=name, version=release)
            return Unfixed(path, line, summary, f"the line has hashes, and {replaced}", hint)
        edits.append(replaced)
    return Change(path, line, summary, tuple(edits), tuple(findings))


def find_requirement(data: bytes, line: int) -> tuple[int, int]:
    """The offsets of a line (from 1) and of those that a backslash at its end continues, without the last line end."""
    starts = [0, *(match.end() for match in _LINE_END.finditer(data)), len(data)]
    ends = [*(match.start() for match in _LINE_END.finditer(data)), len(data)]
    first = last = min(line, len(ends)) - 1
    while last + 1 < len(ends) and data[starts[last] : ends[last]].endswith(b"\\"):
        last += 1
    return starts[first], ends[last]


def _pin_pattern(name: str) -> re.Pattern[bytes]:
    """``name[extra] == version``, ``name (== version)``, and ``name = "== version"`` of a Pipfile."""
    spelled = re.escape(name).replace(r"\-", "[-_.]+").encode()
    between = rb"(?:\s*\[[^\]\n]*\])?(?:['\"]?\s*=\s*['\"]|\s*\(?)\s*===?\s*"
    return re.compile(rb"(?<![\w.-])" + spelled + between + _VERSION, re.IGNORECASE)


def _is_version(text: bytes, version: str) -> bool:
    try:
        return Version(text.decode()) == Version(version)
    except ValueError:
        return False


def _replace_hashes(data: bytes, hashes: Sequence[re.Match[bytes]], path: str, find_hashes: Callable[[], Hashes]) -> Edit | str:
    """The new hashes where the old ones are, separated as those are; or why there are none."""
    if parse_file(path, {path: data.decode("utf-8-sig", "replace")}).custom_index:
        return "the file names an index of its own"
    start, end = hashes[0].start(), hashes[-1].end()
    if _HASH.sub(b"", data[start:end]).strip(b"\\ \t\r\n"):
        return "something else is between them"
    found = find_hashes()
    if isinstance(found, str):
        return found
    separator = data[hashes[0].end() : hashes[1].start()] if len(hashes) > 1 else b" "
    return Edit(start, end, separator.join(f"--hash={digest}".encode() for digest in found))
