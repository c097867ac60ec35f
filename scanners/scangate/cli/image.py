"""Joins what ECR found in an image to what a scan found: one result more, for the same policy to judge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scangate.cli.run import Site, today
from scangate.model import ScanResult
from scangate.publish.client import client
from scangate.publish.ecr import answer, image
from scangate.scan.engine import scan
from scangate.scan.plan import Plan, Task
from scangate.scan.targets import list_files
from scangate.tools import ecr

__all__ = ["look_at"]

MOST_BYTES = 64 * 1024 * 1024
SECONDS = 600.0


def look_at(name: str, region: str, seconds: float, place: Site) -> ScanResult:
    """What ECR says of the image ``name`` (see `publish.ecr`), in its own region, else in ``region``.

    Its path in reports is ``ecr/REPOSITORY``, so that a finding stays the same from one build to the next. UsageError for what is
    no image; whatever ECR does not tell is a gap.
    """
    wanted = image(name, region)
    file = place.folder / "images" / ecr.NAME / wanted.repository
    file.parent.mkdir(parents=True)
    file.write_text(answer(_Lazy(wanted.region), wanted, seconds), "utf-8")
    listing = list_files(place.folder / "images", None)
    plan = Plan((Task(ecr, ecr.Options(), SECONDS),), max_bytes=MOST_BYTES, today=today())
    ((result,), _) = scan(listing, plan, place.processes, _room(place), lambda *_: None)
    return result


def _room(place: Site) -> Path:
    room = place.folder / "image-scan"
    room.mkdir()
    return room


class _Lazy:
    """Makes the client when it is asked: credentials that are missing are then an answer that ECR did not give."""

    def __init__(self, region: str) -> None:
        self._region = region

    def describe_image_scan_findings(self, **asked: Any) -> Any:
        return client("ecr", self._region).describe_image_scan_findings(**asked)
