"""Turns the findings of ECR in an image, and of Inspector in an SBOM, into scan results, to be evaluated by the same policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scangate.app.file_errors import file_errors
from scangate.app.session import Session
from scangate.files import read_regular_file
from scangate.model import ScanResult
from scangate.plugin import Scanner
from scangate.publish.ecr import fetch_scan_findings, parse_image_reference
from scangate.scan.discovery import list_files
from scangate.scan.engine import scan
from scangate.scan.plan import ScannerTask, ScanPlan
from scangate.timestamps import today
from scangate.tools import ecr, inspector

MAX_BYTES = 64 * 1024 * 1024
TIMEOUT = 600.0


def fetch_image_findings(name: str, region: str, wait: float, session: Session) -> ScanResult:
    """ECR's findings in the image ``name`` (see `publish.ecr`), in the image's own region if it names one, else in ``region``.

    The path in reports is ``ecr/REPOSITORY``, which keeps fingerprints stable from build to build. Missing results are gaps. Raises
    UsageError for a malformed image name.
    """
    image = parse_image_reference(name, region)
    return _read_findings(ecr, image.repository, fetch_scan_findings(image, wait), session)


def read_sbom_scan(file: Path, session: Session) -> ScanResult:
    """Inspector's findings in ``file``, see `tools.inspector`; the path in reports is ``inspector/NAME``.

    Raises UsageError if it is not a result of Inspector's scan.
    """
    with file_errors("read", file, f"ls -ld {file}"):
        data = read_regular_file(file, MAX_BYTES, follow_links=True)
    return _read_findings(inspector, file.name, inspector.list_entries(data), session)


def _read_findings(scanner: Scanner[Any], name: str, text: str, session: Session) -> ScanResult:
    """The result of ``scanner`` over ``text``, at the path ``SCANNER/NAME``."""
    root = session.scratch_dir / f"{scanner.NAME}-files"
    file = root / scanner.NAME / name
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
    plan = ScanPlan((ScannerTask(scanner, scanner.Options(), TIMEOUT),), max_file_bytes=MAX_BYTES, today=today())
    scratch_dir = session.scratch_dir / f"{scanner.NAME}-scan"
    scratch_dir.mkdir()
    ((result,), _) = scan(list_files(root, None), plan, session.processes, scratch_dir, lambda *_: None)
    return result
