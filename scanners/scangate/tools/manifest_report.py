"""Turns what was read from a manifest, and what was found about it, into the report of a scanner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scangate.advisories.manifest import Manifest, Pin
from scangate.model import PYTHON_PACKAGES, Component, FileReport, Finding, Gap, SkippedPath

CWE_VULNERABLE_COMPONENT = 1395


def describe_upgrade(upgrade: str) -> Iterator[str]:
    """The part of a message that names the release to upgrade to, if there is one."""
    if upgrade:
        yield f"upgrade to {upgrade}, the nearest release without a known vulnerability"


def describe_origin(pin: Pin) -> Iterator[str]:
    """The part of a message that says why a release is installed, if that is known."""
    if pin.direct:
        yield "a direct dependency"
    elif pin.via:
        yield f"required by {' > '.join(pin.via)}"


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
