"""Answers from the few advisories that come with the package: better than silence, and never taken for an answer of the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from scangate.advisories.files import starter_file
from scangate.advisories.groups import Advisory, advisories, upgrade
from scangate.advisories.osv import Interval, Record
from scangate.model import STARTER_SET

__all__ = ["SOURCE", "StarterSet"]

SOURCE = STARTER_SET


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the file: the record's own id first; ``affected`` in signs (``>=1.8,<1.8.13``, ``*`` for all)."""

    package: str
    ids: tuple[str, ...]
    affected: tuple[str, ...]
    published: str
    modified: str
    cvss: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    about: str
    until: str
    advisories: tuple[_Entry, ...]


class StarterSet:
    """The advisories that come with the package. What it does not name may well be affected: it covers nothing."""

    def __init__(self, until: str, records: Mapping[str, tuple[Record, ...]]) -> None:
        self.until = until
        self._records = records

    @classmethod
    def bundled(cls) -> StarterSet:
        """The set of this installation."""
        return cls.load(starter_file())

    @classmethod
    def load(cls, file: Path) -> StarterSet:
        """A set in the form of the bundled one."""
        content = msgspec.json.decode(file.read_bytes(), type=_File)
        records: defaultdict[str, list[Record]] = defaultdict(list)
        for entry in content.advisories:
            records[entry.package].append(_record(entry))
        return cls(content.until, {package: tuple(entries) for package, entries in records.items()})

    def __len__(self) -> int:
        return sum(map(len, self._records.values()))

    def names(self) -> frozenset[str]:
        """The packages that it has something to say of."""
        return frozenset(self._records)

    def query(self, name: str) -> tuple[Record, ...]:
        """All it has of a package, however its name is spelled."""
        return self._records.get(canonicalize_name(name), ())

    def advisories(self, name: str, version: str) -> tuple[Advisory, ...]:
        """The faults of a release that are in the set. Raises ValueError where PEP 440 cannot read ``version``."""
        return advisories(self.query(name), Version(version), SOURCE)

    def upgrade(self, name: str, version: str) -> str:
        """The nearest later release that nothing in the set affects, or empty. Raises ValueError as ``advisories``."""
        return upgrade(self.query(name), Version(version))


def _record(entry: _Entry) -> Record:
    return Record(
        id=entry.ids[0],
        aliases=entry.ids[1:],
        intervals=tuple(map(_interval, entry.affected)),
        vectors=entry.cvss,
        published=f"{entry.published}T00:00:00Z",
        modified=f"{entry.modified}T00:00:00Z",
    )


def _interval(text: str) -> Interval:
    start = end = ""
    closed = False
    for part in text.split(","):
        if part.startswith(">="):
            start = part[2:]
        elif part.startswith("<"):
            closed = part.startswith("<=")
            end = part.lstrip("<=")
        elif part != "*":
            raise ValueError(f"not an interval: {text}")
    return Interval(start, end, closed)
