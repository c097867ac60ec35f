"""Check that a verdict covers a whole tree, as releases and projects require."""

from __future__ import annotations

from scangate.model import Basis, FileSource, Gap, GapKind, Report, Targets

LEFT_OUT = frozenset({GapKind.STAND_IN, GapKind.ABSENT, GapKind.NESTED_REPOSITORY})
FULL_TREE_SOURCES = (FileSource.GIT_INDEX, FileSource.FILE_SYSTEM)


def covers_whole_tree(targets: Targets) -> bool:
    """Whether the targets are a whole work tree or directory, not a change or what is staged."""
    return targets.source in FULL_TREE_SOURCES


def describe_partial_scope(report: Report, subdirectory: str = "", *, allow_change: bool = False) -> str:
    """Return what the verdict covers instead of the whole of ``subdirectory`` (empty: the repository); empty if it covers that.

    ``allow_change``: a comparison with a base revision, which ignores findings of the base, is allowed. The text completes "it is
    ...".
    """
    if report.compared_revision is not None and not allow_change:
        return f"the verdict of a change since {report.compared_revision.revision}"
    if not covers_whole_tree(report.targets):
        return f"a verdict of less than the whole tree ({report.targets.source})"
    if report.subdirectory != subdirectory:
        return f"a verdict of the directory {report.subdirectory}" if report.subdirectory else "a verdict of the whole repository"
    return ""


def find_content_left_out(report: Report) -> tuple[Gap, ...]:
    """Return the gaps of content that belongs to the tree and was not there to be scanned, whether the policy allows them or not.

    Not those that the policy excludes by their paths, with a reason.
    """
    return tuple(
        ruling.gap for ruling in report.verdict.gaps if ruling.gap.kind in LEFT_OUT and ruling.decision.basis is not Basis.EXCLUSION
    )
