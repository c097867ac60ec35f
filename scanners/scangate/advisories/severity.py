"""Says how bad a fault is: by the highest CVSS score of all who rate it, else by the database's own word."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec
from cvss import CVSS2, CVSS3, CVSS4, CVSSError

from scangate.model import Severity

__all__ = ["Rating", "score_vector", "worst_rating"]

LABELS = {
    "NONE": Severity.INFO,
    "LOW": Severity.LOW,
    "MODERATE": Severity.MEDIUM,
    "MEDIUM": Severity.MEDIUM,
    "HIGH": Severity.HIGH,
    "CRITICAL": Severity.CRITICAL,
}


class Rating(msgspec.Struct, frozen=True, order=True):
    """A severity, the base score (-1 where there is none) and the vector it comes from (empty where a word alone says it)."""

    severity: Severity = Severity.UNKNOWN
    score: float = -1.0
    vector: str = ""

    @property
    def text(self) -> str:
        """Score and vector: ``9.8 CVSS:3.1/AV:N/...``, or nothing."""
        return f"{self.score:.1f} {self.vector}" if self.vector else ""


def worst_rating(vectors: Iterable[str], labels: Iterable[str]) -> Rating:
    """The worst of the CVSS vectors (v2, v3, v4); without any that can be read, the worst of the words; else UNKNOWN."""
    scored = [one for one in map(score_vector, vectors) if one is not None]
    if scored:
        return max(scored)
    return max((Rating(LABELS[word.upper()]) for word in labels if word.upper() in LABELS), default=Rating())


@lru_cache(maxsize=4096)
def score_vector(vector: str) -> Rating | None:
    """What a vector says by its base metrics, or None where it is none.

    The steps are those of the CVSS specifications; version 2 knows no CRITICAL (https://nvd.nist.gov/vuln-metrics/cvss).
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
