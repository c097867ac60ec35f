"""Makes one detection of all that overlap: the most specific one, with the rules of the others."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

import msgspec

from scangate.model import SecretClass
from scangate.secrets.detection import Detection

WIDE = 4  # times as long as its value is a place that is all of a line, as the value was not found in it
_SPECIFICITY = {secret_class: rank for rank, secret_class in enumerate(SecretClass)}


class MergedDetection(msgspec.Struct, frozen=True):
    """A secret: the ``detection`` that represents it, all ``detectors`` by rule id, and every range to redact.
    ``is_foreign``: another program found it, perhaps with ours."""

    detection: Detection
    detectors: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]
    is_foreign: bool = False


def merge_overlapping(detections: Iterable[Detection]) -> list[MergedDetection]:
    """One for each secret, by place. A detection that overlaps several more specific ones belongs to the first of them."""
    chosen: list[tuple[int, int, int]] = []  # start, end, index of the group; disjoint and sorted
    groups: list[list[Detection]] = []
    for each in sorted(set(detections), key=_rank):
        group = _group_at(chosen, each.start, each.end)
        if group is None:
            insort(chosen, (each.start, each.end, len(groups)))
            for start, end in each.partners:
                if _group_at(chosen, start, end) is None:
                    insort(chosen, (start, end, len(groups)))
            groups.append([each])
        else:
            groups[group].append(each)
    merged = (
        MergedDetection(
            group[0],
            tuple(dict.fromkeys(each.rule for each in group)),
            tuple(sorted({span for each in group for span in ((each.start, each.end), *each.partners, *each.more)})),
            any(each.is_foreign for each in group),
        )
        for group in groups
    )
    return sorted(merged, key=lambda each: (each.detection.start, each.detection.rule))


def _group_at(chosen: list[tuple[int, int, int]], start: int, end: int) -> int | None:
    """The group of a chosen range that overlaps this one."""
    at = bisect_left(chosen, (start, end, 0))
    near = [chosen[index] for index in (at - 1, at) if 0 <= index < len(chosen)]
    return next((number for first, last, number in near if first < end and start < last), None)


def _rank(detection: Detection) -> tuple[bool, int, bool, int, int, Detection]:
    """A proven format first, then the most specific class, then what is a value and not a line, then the longest with its partners,
    then the one that knows most."""
    length = sum(end - start for start, end in ((detection.start, detection.end), *detection.partners))
    unknown = [detection.name, detection.user, detection.host].count("")
    is_line = detection.is_foreign and detection.end - detection.start > WIDE * len(detection.value)
    return (not detection.is_verified, _SPECIFICITY[detection.secret_class], is_line, -length, unknown, detection)
