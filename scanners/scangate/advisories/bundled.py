"""Reads the advisories that are bundled with the package: a small set that never replaces the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from scangate.advisories.advisory import Advisory, find_advisories, find_upgrade
from scangate.advisories.osv import AdvisoryRecord, Interval
from scangate.advisories.store_paths import bundled_file
from scangate.model import BUNDLED_ADVISORIES


class _BundledEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the file: the record's own id first; ``affected`` are specifiers (``>=1.8,<1.8.13``, ``*`` for all)."""

    package: str
    ids: tuple[str, ...]
    affected: tuple[str, ...]
    published: str
    modified: str
    cvss: tuple[str, ...] = ()


class _BundledFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    about: str
    until: str
    advisories: tuple[_BundledEntry, ...]


class BundledAdvisories:
    """The bundled advisories. A package that they do not name may still be affected."""

    def __init__(self, until: str, records: Mapping[str, tuple[AdvisoryRecord, ...]]) -> None:
        self.until = until
        self._records = records

    @classmethod
    def bundled(cls) -> BundledAdvisories:
        """The advisories of this installation."""
        return cls.load(bundled_file())

    @classmethod
    def load(cls, file: Path) -> BundledAdvisories:
        """Reads a file in the format of the bundled one."""
        content = msgspec.json.decode(file.read_bytes(), type=_BundledFile)
        records: defaultdict[str, list[AdvisoryRecord]] = defaultdict(list)
        for entry in content.advisories:
            records[entry.package].append(_to_record(entry))
        return cls(content.until, {package: tuple(entries) for package, entries in records.items()})

    def query(self, name: str) -> tuple[AdvisoryRecord, ...]:
        """The records of a package; the name is normalized."""
        return self._records.get(canonicalize_name(name), ())

    def find_advisories(self, name: str, version: str) -> tuple[Advisory, ...]:
        """The advisories that affect a release. Raises ValueError for an invalid version."""
        return find_advisories(self.query(name), Version(version), BUNDLED_ADVISORIES)

    def find_upgrade(self, name: str, version: str) -> str:
        """The nearest later release that none of them affects, or empty. Raises ValueError for an invalid version."""
        return find_upgrade(self.query(name), Version(version))


def _to_record(entry: _BundledEntry) -> AdvisoryRecord:
    return AdvisoryRecord(
        id=entry.ids[0],
        aliases=entry.ids[1:],
        intervals=tuple(map(_parse_interval, entry.affected)),
        vectors=entry.cvss,
        published=f"{entry.published}T00:00:00Z",
        modified=f"{entry.modified}T00:00:00Z",
    )


def _parse_interval(text: str) -> Interval:
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
