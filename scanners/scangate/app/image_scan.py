"""Turns ECR's findings in a container image into a scan result, to be evaluated by the same policy."""

from __future__ import annotations

from pathlib import Path

from scangate.app.session import Session
from scangate.model import ScanResult
from scangate.publish.ecr import fetch_scan_findings, parse_image_reference
from scangate.scan.discovery import list_files
from scangate.scan.engine import scan
from scangate.scan.plan import ScannerTask, ScanPlan
from scangate.timestamps import today
from scangate.tools import ecr

MAX_BYTES = 64 * 1024 * 1024
TIMEOUT = 600.0


def fetch_image_findings(name: str, region: str, wait: float, session: Session) -> ScanResult:
    """ECR's findings in the image ``name`` (see `publish.ecr`), in the image's own region if it names one, else in ``region``.

    The path in reports is ``ecr/REPOSITORY``, which keeps fingerprints stable from build to build. Missing results are gaps. Raises
    UsageError for a malformed image name.
    """
    image = parse_image_reference(name, region)
    root = session.scratch_dir / "images"
    file = root / ecr.NAME / image.repository
    file.parent.mkdir(parents=True)
    file.write_text(fetch_scan_findings(image, wait), "utf-8")
    plan = ScanPlan((ScannerTask(ecr, ecr.Options(), TIMEOUT),), max_file_bytes=MAX_BYTES, today=today())
    scratch_dir = _make_directory(session.scratch_dir / "image-scan")
    ((result,), _) = scan(list_files(root, None), plan, session.processes, scratch_dir, lambda *_: None)
    return result


def _make_directory(path: Path) -> Path:
    path.mkdir()
    return path
