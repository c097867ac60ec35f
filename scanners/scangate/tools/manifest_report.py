"""Turns what was read from a manifest, and what was found about it, into the report of a scanner."""

from __future__ import annotations

from collections.abc import Iterable

from scangate.advisories.manifest import Manifest
from scangate.model import PYTHON_PACKAGES, Component, FileReport, Finding, Gap, SkippedPath


def report_manifest(
    scanner: str, manifest: Manifest, findings: Iterable[Finding], gaps: Iterable[Gap], kind: str = PYTHON_PACKAGES
) -> FileReport:
    """The report of ``scanner`` on one manifest: its own gaps come first. ``kind``: the type of the package URLs."""
    components = tuple(
        Component(
            pin.name,
            pin.version,
            manifest.path,
            pin.line,
            pin.direct,
            pin.via,
            pin.index,
            pin.resolved,
            kind,
            pin.development,
        )
        for pin in manifest.pins
    )
    own = (Gap(scanner, manifest.path, gap.kind, gap.reason, gap.line, gap.hint) for gap in manifest.gaps)
    skipped = tuple(SkippedPath(f"{manifest.path}:{each.line}", each.reason, scanner) for each in manifest.skipped)
    return FileReport(manifest.path, tuple(findings), (*own, *gaps), components=components, skipped_paths=skipped)
