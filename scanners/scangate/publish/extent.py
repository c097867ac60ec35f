"""Says whether a verdict is about a whole tree: only such a one can speak for what ships, or for a project; judges nothing."""

from __future__ import annotations

from scangate.model import Report

__all__ = ["WHOLE", "shortfall"]

WHOLE = ("git index", "file system")


def shortfall(report: Report, part: str = "") -> str:
    """Why the verdict says less than one of a whole tree, in words that follow "it is"; empty where it is one.

    What was found against a base passes over what the base holds, and what is staged is at most what somebody changed. ``part``:
    the folder of the repository that it is to be about, empty for all of it.
    """
    if report.since is not None:
        return f"the verdict of a change since {report.since.revision}, which passes over what was there before"
    if not report.targets.source.startswith(WHOLE):
        return f"a verdict of less than the whole tree ({report.targets.source})"
    if report.part != part:
        return f"a verdict of the repository's folder {report.part}" if report.part else "a verdict of the whole repository"
    return ""
