"""Makes a finding, in the baseline, of what it knows and the code no longer holds, for a policy whose baseline may only shrink."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import PurePosixPath

from scangate.judge.hints import counted
from scangate.judge.matching import BASELINE
from scangate.model import Confidence, Finding, Kind, KnownBy, Location, Ruling, RulingOutcome, Severity

__all__ = ["RULE", "stale"]

RULE = "scangate:stale-baseline"


def stale(known: Iterable[KnownBy]) -> tuple[Ruling, ...]:
    """A ruling that blocks where a baseline is larger than it need be: what was mended could come back unseen."""
    return tuple(_ruling(source) for source in known if source.name == BASELINE and source.gone)


def _ruling(source: KnownBy) -> Ruling:
    are = "is" if source.gone == 1 else "are"
    finding = Finding(
        rule=RULE,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        kind=Kind.CONFIGURATION,
        title="baseline that could be smaller",
        message=f"{counted(source.gone, 'finding')} of the baseline {are} gone from the code: scangate baseline update",
        location=Location(PurePosixPath(source.file or "baseline").name),
        fingerprint=hashlib.sha256(f"{RULE} {source.file}".encode()).hexdigest()[:32],
        reported_by=("scangate",),
    )
    return Ruling(finding, Severity.HIGH, RulingOutcome.BLOCKS, "the policy lets the baseline only shrink, and it has not")
