"""Joins what ECR found in an image to what a scan found: one result more, for the same policy to judge."""

from __future__ import annotations

from pathlib import Path

from scangate.app.scan import Session, today
from scangate.model import ScanResult
from scangate.publish.ecr import fetch_scan_findings, parse_image_reference
from scangate.scan.discovery import list_files
from scangate.scan.engine import scan
from scangate.scan.plan import ScannerTask, ScanPlan
from scangate.tools import ecr

__all__ = ["fetch_image_findings"]

MAX_BYTES = 64 * 1024 * 1024
TIMEOUT = 600.0


def fetch_image_findings(name: str, region: str, wait: float, session: Session) -> ScanResult:
    """What ECR says of the image ``name`` (see `publish.ecr`), in its own region, else in ``region``.

    Its path in reports is ``ecr/REPOSITORY``, so that a finding stays the same from one build to the next. UsageError for what is
    no image; whatever ECR does not tell is a gap.
    """
    wanted = parse_image_reference(name, region)
    file = session.scratch_dir / "images" / ecr.NAME / wanted.repository
    file.parent.mkdir(parents=True)
    file.write_text(fetch_scan_findings(wanted, wait), "utf-8")
    listing = list_files(session.scratch_dir / "images", None)
    plan = ScanPlan((ScannerTask(ecr, ecr.Options(), TIMEOUT),), max_file_bytes=MAX_BYTES, today=today())
    ((result,), _) = scan(listing, plan, session.processes, _make_scratch_dir(session), lambda *_: None)
    return result


def _make_scratch_dir(session: Session) -> Path:
    room = session.scratch_dir / "image-scan"
    room.mkdir()
    return room
