"""``scangate explain PATH:LINE``: what a verdict has at a line of a file, or nearest to it."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from scangate.app.session import locate_root
from scangate.errors import UsageError
from scangate.model import GapKind, GapRuling, Location, Report, Ruling

LOCATION = re.compile(r"(?P<path>.+?):(?P<line>[1-9][0-9]{0,8})(?::[0-9]{1,9})?", re.DOTALL)


class AtLine(msgspec.Struct, frozen=True):
    """What a verdict has at a line. ``sentence``: what to say where it has nothing there, or only near it."""

    rulings: tuple[Ruling, ...] = ()
    gaps: tuple[GapRuling, ...] = ()
    sentence: str = ""


def parse_location(name: str, rules: Iterable[str]) -> tuple[str, int] | None:
    """The path and the line of ``PATH:LINE`` or ``PATH:LINE:COLUMN``; None for a name that has another form, or is a rule's."""
    match = LOCATION.fullmatch(name)
    return None if match is None or name in set(rules) else (match["path"], int(match["line"]))


def find_at_line(report: Report, path: str, line: int) -> AtLine:
    """The findings and gaps at a line, else the nearest. A gap of a whole file, or of all files, is at each of its lines.

    ``path``: from the current directory or from the root of the repository. Raises UsageError for a file of which the verdict has
    nothing.
    """
    verdict = report.verdict
    known = {ruling.finding.location.path for ruling in verdict.rulings} | {ruling.gap.path or "" for ruling in verdict.gaps}
    known |= {each for result in report.results for each in result.analyzed_files}
    known |= {each for content in report.coverage or () for analysis in content.analyses for each in analysis.not_analyzed}
    full = next((each for each in _candidates(path) if each in known), None)
    if full is None:
        close = difflib.get_close_matches(path[:200], sorted(known), n=1, cutoff=0.6)
        hint = f"scangate explain {close[0]}:{line}" if close else "name a file that was scanned, from the root of the repository"
        raise UsageError(f"the verdict has nothing of {path}", hint)
    rulings = [ruling for ruling in verdict.rulings if ruling.finding.location.path == full]
    gaps = [ruling for ruling in verdict.gaps if ruling.gap.path == full]
    here = tuple(ruling for ruling in rulings if _distance(ruling.finding.location, line) == 0)
    wider = tuple(_find_wider_gaps(report, full))
    gaps_here = tuple(ruling for ruling in gaps if ruling.gap.line in (0, line))
    if here or gaps_here:
        return AtLine(here, (*gaps_here, *wider))
    if rulings:
        nearest = min(_distance(ruling.finding.location, line) for ruling in rulings)
        near = tuple(ruling for ruling in rulings if _distance(ruling.finding.location, line) == nearest)
        sentence = f"no finding at {full}:{line}; the nearest is in line {near[0].finding.location.line}"
        return AtLine(near, wider, sentence)
    if gaps:
        nearest_gap = min(gaps, key=lambda ruling: abs(ruling.gap.line - line))
        return AtLine((), (nearest_gap, *wider), f"no finding in {full}; the nearest gap is in line {nearest_gap.gap.line}")
    return AtLine((), wider, "" if wider else f"no finding and no gap in {full}, which was scanned")


def _find_wider_gaps(report: Report, path: str) -> list[GapRuling]:
    """The gaps of whole scanners, and those of a content type that are about this file, too."""
    missed = {
        (content.content_type, analysis.analysis)
        for content in report.coverage or ()
        for analysis in content.analyses
        if path in analysis.not_analyzed
    }
    return [
        ruling
        for ruling in report.verdict.gaps
        if ruling.gap.path is None
        and (ruling.gap.kind is not GapKind.NOT_ANALYZED or (ruling.gap.content_type, ruling.gap.analysis) in missed)
    ]


def _candidates(path: str) -> Sequence[str]:
    """The paths from the root of the repository that ``path`` may mean."""
    root = locate_root(Path())[0]
    return [os.path.relpath(os.path.abspath(path), root), os.path.normpath(path)]  # noqa: PTH100 -- a name, not a file


def _distance(location: Location, line: int) -> int:
    return max(location.line - line, 0, line - location.end_line)
