"""OSV records made up for the tests, and stores built from them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scangate.advisories.importer import import_osv
from scangate.advisories.osv import AdvisoryRecord, parse_record
from scangate.advisories.store import Store

NOW = "2026-01-02T03:04:05Z"
Event = tuple[str, str]


def osv_record(name: str, package: str = "sample", *events: Event, **more: Any) -> dict[str, Any]:
    """An OSV record of a package that one range affects (without events: every version); ``more`` are further fields."""
    affected: dict[str, Any] = {
        "package": {"ecosystem": more.pop("ecosystem", "PyPI"), "name": package},
        "ranges": [{"type": "ECOSYSTEM", "events": [{kind: value} for kind, value in events or [("introduced", "0")]]}],
        "versions": more.pop("versions", []),
    }
    return {"id": name, "modified": "2025-05-05T05:05:05.123Z", "published": "2025-01-01T00:00:00Z", "affected": [affected], **more}


def parsed_record(name: str, *events: Event, package: str = "sample", **more: Any) -> AdvisoryRecord:
    """The same, read."""
    return parse_record(json.dumps(osv_record(name, package, *events, **more)).encode()).records[package]


def write_archive(file: Path, records: Iterable[Mapping[str, Any]], more: Mapping[str, bytes] | None = None) -> Path:
    """A zip archive as OSV's export is: one file a record, and ``more`` files."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for content in records:
            out.writestr(f"{content['id']}.json", json.dumps(content))
        for name, data in (more or {}).items():
            out.writestr(name, data)
    return file


def build_store(folder: Path, *records: Mapping[str, Any]) -> Store:
    """A store of these records, open."""
    target = folder / "advisories.sqlite"
    import_osv(write_archive(folder / "records.zip", records), target, lambda *_: None, imported=NOW)
    return Store.open(target)


MEDIUM = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"


CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
