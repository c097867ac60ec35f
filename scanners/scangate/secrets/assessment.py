"""Assesses detections: merges those that overlap, finds what speaks against each, and weighs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from scangate.model import Confidence, SecretAssessment, Severity
from scangate.secrets.contexts import contexts_of
from scangate.secrets.detection import Detection
from scangate.secrets.merging import merge_overlapping
from scangate.secrets.text import Part, ScannedText
from scangate.secrets.weighing import NO_SECRET, weigh


class AssessedSecret(msgspec.Struct, frozen=True):
    """A secret without its value. ``parts``: the value's places, the first one first, then everything else to redact.
    ``former_rule``: see `assess`."""

    rule: str
    severity: Severity
    confidence: Confidence
    assessment: SecretAssessment
    parts: tuple[Part, ...]
    former_rule: str = ""


def assess(text: ScannedText, detections: Iterable[Detection], own_rules: Iterable[str] = ()) -> Iterator[AssessedSecret]:
    """Each secret in ``text`` once, in the order of their places.

    ``own_rules``: those that came later than the others. A secret that one of them represents has as its former rule the most
    specific of the others that found it.
    """
    own = frozenset(own_rules)
    for merged in merge_overlapping(detections):
        detection = merged.detection
        contexts = contexts_of(detection, text)
        severity, confidence = weigh(detection.secret_class, contexts)
        if severity is NO_SECRET[0] and own.issuperset(merged.detectors):
            continue
        first = text.parts(detection.start, detection.end)
        rest = (part for start, end in merged.ranges for part in text.parts(start, end))
        former = next((rule for rule in merged.detectors if rule not in own), "") if detection.rule in own else ""
        yield AssessedSecret(
            detection.rule,
            severity,
            confidence,
            SecretAssessment(detection.secret_class, contexts, merged.detectors),
            tuple(dict.fromkeys([*first, *rest])),
            former,
        )
