"""Says whether a verdict is about a whole tree: only such a one can speak for what ships, or for a project; judges nothing."""

from __future__ import annotations

from scangate.model import Report

__all__ = ["FULL_TREE_SOURCES", "describe_partial_scope"]

FULL_TREE_SOURCES = ("git index", "file system")


def describe_partial_scope(report: Report, subdirectory: str = "") -> str:
    """Why the verdict says less than one of a whole tree, in words that follow "it is"; empty where it is one.

    What was found against a base passes over what the base holds, and what is staged is at most what somebody changed. ``part``:
    the folder of the repository that it is to be about, empty for all of it.
    """
    if report.compared_revision is not None:
        return f"the verdict of a change since {report.compared_revision.revision}, which passes over what was there before"
    if not report.targets.source.startswith(FULL_TREE_SOURCES):
        return f"a verdict of less than the whole tree ({report.targets.source})"
    if report.subdirectory != subdirectory:
        return (
            f"a verdict of the repository's folder {report.subdirectory}"
            if report.subdirectory
            else "a verdict of the whole repository"
        )
    return ""
