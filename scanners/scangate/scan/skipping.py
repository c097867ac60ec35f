"""Decides which files are skipped, and why: every `SkippedPath` of a file is made here.

| reason | decided by | asked from |
|---|---|---|
| OWN_OUTPUT, by its path | `own_output_test` | `work_tree.WorkTree` |
| OWN_OUTPUT, by its content | `app.own_outputs.without_own_outputs` | `app.scanning` |
| GIT_DATA | `is_git_data` | `work_tree.classify_path` |
| NOT_IN_WORK_TREE: deleted, and not yet committed | `work_tree.classify_path` | `work_tree.WorkTree` |
| LINK_WITHIN_TREE: to a folder whose files are listed | `work_tree.WorkTree`, `links.TreeLinks` | `discovery` |
| LINK_WITHIN_TREE: to a file that is scanned with the same type | `find_repeated_links` | `plan.assign_files`, `engine` |
| EXCLUDED: by ``paths: {exclude: ...}`` of the policy, for one scanner or all | `skip_excluded` | `plan.assign_files` |

What git ignores never reaches the list: `discovery` counts it in a note. A file that cannot be read is not skipped, but a gap. The
other reasons are of dependencies, which `tools/audit.py` reports as skipped parts of a manifest. The sentences for all reasons are
in `report/decision_text.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from scangate.globs import matches
from scangate.model import SkippedPath, SkipReason
from scangate.scan.target import Target, folder_test

GIT_FOLDER = b".git"


class ExcludedPaths(msgspec.Struct, frozen=True):
    """A path pattern that the policy excludes, for all scanners or for some, and why; made from the policy's `PathExclusion`."""

    path: str
    reason: str
    scanners: tuple[str, ...] = ()


def skip_own_output(path: str) -> SkippedPath:
    """A baseline or a report of scangate."""
    return SkippedPath(path, SkipReason.OWN_OUTPUT)


def skip_git_data(path: str) -> SkippedPath:
    """A folder with git's own data."""
    return SkippedPath(path, SkipReason.GIT_DATA)


def skip_absent(path: str) -> SkippedPath:
    """A tracked file that was deleted from the work tree."""
    return SkippedPath(path, SkipReason.NOT_IN_WORK_TREE)


def skip_link(path: str) -> SkippedPath:
    """A link to what is scanned under its own name."""
    return SkippedPath(path, SkipReason.LINK_WITHIN_TREE)


def skip_excluded(path: str, exclusions: Iterable[ExcludedPaths], scanner: str) -> SkippedPath | None:
    """A file that the policy excludes for a scanner, with the reason of the first exclusion that matches; None if none does."""
    for exclusion in exclusions:
        if (not exclusion.scanners or scanner in exclusion.scanners) and matches(exclusion.path, path):
            return excluded_path(path, scanner, exclusion.reason)
    return None


def excluded_path(path: str, scanner: str, reason: str) -> SkippedPath:
    """A file that the policy excludes for a scanner."""
    return SkippedPath(path, SkipReason.EXCLUDED, scanner, reason)


def own_output_test(root: Path, own_outputs: Sequence[Path]) -> Callable[[bytes], bool]:
    """A function that says whether a raw path is one of ``own_outputs`` or in one of them."""
    tests = [folder_test(os.fsencode(os.path.relpath(path, root))) for path in own_outputs if path.is_relative_to(root)]
    return lambda raw_path: any(is_inside(raw_path) for is_inside in tests)


def is_git_data(folder: bytes) -> bool:
    """Whether a folder has git's own data, by its name."""
    return os.path.basename(folder) == GIT_FOLDER  # noqa: PTH119 -- bytes


def find_repeated_links(
    targets: Sequence[Target], companions: Collection[str], exclusions: Sequence[ExcludedPaths]
) -> frozenset[str]:
    """The links to files that are scanned under their own names with the same content type: a second report would say the same.

    A scanner that is not splittable is given them nevertheless: to it, a lock file is about the folder that it is in.
    ``companions``: the paths of files that may be read, and are not scanned under their own names.
    """
    links = [target for target in targets if target.link_to]
    files = {target.raw_path: target for target in targets if not target.link_to} if links else {}

    def is_repeated(link: Target) -> bool:
        file = files.get(link.link_to)
        if file is None or file.path in companions:
            return False
        is_same = (file.content_type, file.piece_types) == (link.content_type, link.piece_types)
        return is_same and all(matches(each.path, link.path) or not matches(each.path, file.path) for each in exclusions)

    return frozenset(link.path for link in links if is_repeated(link))
