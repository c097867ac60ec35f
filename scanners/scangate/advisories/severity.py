"""Rates a vulnerability: by its highest CVSS score, else by the severity label of the database."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec
from cvss import CVSS2, CVSS3, CVSS4, CVSSError

from scangate.model import Severity

LABELS = {
    "NONE": Severity.INFO,
    "LOW": Severity.LOW,
    "MODERATE": Severity.MEDIUM,
    "MEDIUM": Severity.MEDIUM,
    "HIGH": Severity.HIGH,
    "CRITICAL": Severity.CRITICAL,
}


class Rating(msgspec.Struct, frozen=True, order=True):
    """A severity, the base score (-1 if there is none) and its vector (empty if the rating comes from a label)."""

    severity: Severity = Severity.UNKNOWN
    score: float = -1.0
    vector: str = ""

    @property
    def text(self) -> str:
        """Score and vector: ``9.8 CVSS:3.1/AV:N/...``, or empty."""
        return f"{self.score:.1f} {self.vector}" if self.vector else ""


def worst_rating(vectors: Iterable[str], labels: Iterable[str]) -> Rating:
    """The worst of the CVSS vectors (v2, v3, v4); if none is valid, the worst of the labels; else UNKNOWN."""
    scored = [rating for rating in map(score_vector, vectors) if rating is not None]
    if scored:
        return max(scored)
    return max((Rating(LABELS[label.upper()]) for label in labels if label.upper() in LABELS), default=Rating())


@lru_cache(maxsize=4096)
def score_vector(vector: str) -> Rating | None:
    """The rating of a CVSS vector by its base metrics, None if it is invalid.

    The thresholds are those of the CVSS specifications; version 2 has no CRITICAL (https://nvd.nist.gov/vuln-metrics/cvss).
    """
    try:
        score, top = _score(vector)
    except (CVSSError, ArithmeticError, LookupError, ValueError):
        return None
    return Rating(min(_severity(score), top), score, vector)


def _score(vector: str) -> tuple[float, Severity]:
    if vector.startswith("CVSS:4"):
        return float(CVSS4(vector).base_score), Severity.CRITICAL
    if vector.startswith("CVSS:3"):
        return float(CVSS3(vector).base_score), Severity.CRITICAL
    return float(CVSS2(vector.removeprefix("(").removesuffix(")")).base_score), Severity.HIGH


def _severity(score: float) -> Severity:
    steps = ((9.0, Severity.CRITICAL), (7.0, Severity.HIGH), (4.0, Severity.MEDIUM), (0.1, Severity.LOW))
    return next((severity for least, severity in steps if score >= least), Severity.INFO)
