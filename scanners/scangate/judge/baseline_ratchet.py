"""Makes a finding, in the baseline, of what it knows and the code no longer holds, for a policy whose baseline may only shrink."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import PurePosixPath

from scangate.judge.error_text import pluralize
from scangate.judge.finding_matching import BASELINE_NAME
from scangate.model import Confidence, Finding, FindingKind, KnownSource, Location, Ruling, RulingOutcome, Severity

__all__ = ["RULE", "check_ratchet"]

RULE = "scangate:stale-baseline"


def check_ratchet(known: Iterable[KnownSource]) -> tuple[Ruling, ...]:
    """A ruling that blocks where a baseline is larger than it need be: what was mended could come back unseen."""
    return tuple(_stale_baseline_ruling(source) for source in known if source.name == BASELINE_NAME and source.gone)


def _stale_baseline_ruling(source: KnownSource) -> Ruling:
    are = "is" if source.gone == 1 else "are"
    finding = Finding(
        rule=RULE,
        severity=Severity.HIGH,
        confidence=Confidence.HIGH,
        kind=FindingKind.CONFIGURATION,
        title="baseline that could be smaller",
        message=f"{pluralize(source.gone, 'finding')} of the baseline {are} gone from the code: scangate baseline update",
        location=Location(PurePosixPath(source.file or "baseline").name),
        fingerprint=hashlib.sha256(f"{RULE} {source.file}".encode()).hexdigest()[:32],
        reported_by=("scangate",),
    )
    return Ruling(finding, Severity.HIGH, RulingOutcome.BLOCKING, "the policy lets the baseline only shrink, and it has not")
