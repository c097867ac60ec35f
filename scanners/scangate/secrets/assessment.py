"""Assesses detections: merges those that overlap, finds what speaks against each, and weighs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from scangate.model import Confidence, SecretAssessment, Severity
from scangate.secrets.contexts import contexts_of
from scangate.secrets.detection import Detection
from scangate.secrets.former_rules import former_rule
from scangate.secrets.merging import merge_overlapping
from scangate.secrets.text import Part, ScannedText
from scangate.secrets.weighing import NO_SECRET, weigh


class AssessedSecret(msgspec.Struct, frozen=True):
    """A secret without its value. ``parts``: the value's places, the first one first, then everything else to redact.
    ``former_rule``: see `former_rules`."""

    rule: str
    severity: Severity
    confidence: Confidence
    assessment: SecretAssessment
    parts: tuple[Part, ...]
    former_rule: str = ""


def assess(text: ScannedText, detections: Iterable[Detection]) -> Iterator[AssessedSecret]:
    """Each secret in ``text`` once, in the order of the text.

    Where a context says that it is no secret, it is left out, unless another program found it.
    """
    for merged in merge_overlapping(detections):
        detection = merged.detection
        contexts = contexts_of(detection, text)
        severity, confidence = weigh(detection.secret_class, contexts)
        if severity is NO_SECRET[0] and not merged.is_foreign:
            continue
        first = text.parts(detection.start, detection.end)
        rest = (part for start, end in merged.ranges for part in text.parts(start, end))
        yield AssessedSecret(
            detection.rule,
            severity,
            confidence,
            SecretAssessment(detection.secret_class, contexts, merged.detectors),
            tuple(dict.fromkeys([*first, *rest])),
            former_rule(merged.detectors),
        )
