"""Reads mix.lock of Elixir, an Elixir map with one entry on a line, without running it.

https://hexdocs.pm/mix/Mix.Tasks.Deps.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from scangate.advisories.ecosystems import HEX
from scangate.advisories.locked_packages import LockedPackage, build_locked
from scangate.advisories.manifest import REGENERATE_HINT, AuditGap, MalformedManifestError, Manifest, select
from scangate.advisories.origins import Origin
from scangate.model import GapKind

_HEX = re.compile(r'"([^"]+)": \{:hex, :"?([A-Za-z0-9_]+)"?, "([^"]+)"')
_OTHER = re.compile(r'"([^"]+)": \{:(git|path)\b')
_ENTRY = re.compile(r'"[^"]+": \{:')
_REQUIREMENT = re.compile(r'\{:"?([A-Za-z0-9_]+)"?, (?:"|~|>|\[)')
_REPOSITORY = re.compile(r'\], "([A-Za-z0-9_:.-]+)"(?:, "[^"]*")?\},?\s*$')


def parse(path: str, files: Mapping[str, str]) -> Manifest:
    """Every package of the lock file. Raises MalformedManifestError."""
    text = files[path]
    if text.strip() and not text.lstrip().startswith("%{"):
        raise MalformedManifestError("not a mix.lock: it does not begin with %{")
    found = list(_entries(text.split("\n")))
    return build_locked(path, HEX, select(LockedPackage, found), select(AuditGap, found), has_direct=False)


def _entries(lines: Sequence[str]) -> Iterator[LockedPackage | AuditGap]:
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.strip() in ("%{", "}", "%{}"):
            continue
        entry, other = _HEX.search(line), _OTHER.search(line)
        if len(_ENTRY.findall(line)) > 1:
            yield AuditGap(number, GapKind.UNPARSABLE, "several entries on one line", REGENERATE_HINT)
        elif entry is not None:
            requires = tuple(_REQUIREMENT.findall(line[entry.end() :]))
            repository = _REPOSITORY.search(line)
            index = repository[1] if repository is not None and repository[1] != "hexpm" else ""
            yield LockedPackage(entry[1], entry[2], entry[3], number, requires, index=index)
        elif other is not None:
            yield LockedPackage(other[1], other[1], "", number, origin=Origin.VCS if other[2] == "git" else Origin.PATH)
        else:
            yield AuditGap(number, GapKind.UNPARSABLE, "not an entry of the form name: {:hex, ...}", REGENERATE_HINT)
