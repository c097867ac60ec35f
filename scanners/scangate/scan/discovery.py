"""Lists the files to scan from git's index, the staged changes, a commit or the file system, and names what it leaves out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from scangate.errors import ScanError, UsageError
from scangate.model import FileSource, Gap, GapKind, Targets
from scangate.scan.git import SYMBOLIC_LINK, GitEntry, IgnoredPaths, Repository
from scangate.scan.links import DANGLING, TreeLinks
from scangate.scan.listing import Listing
from scangate.scan.skipping import own_output_test, skip_link
from scangate.scan.target import SCANNER, ListedPaths, Target, display_path, folder_test, nested_repository_gap, unreadable_gap
from scangate.scan.work_tree import WorkTree, walk

__all__ = ["Listing", "Target", "interrupted_listing", "list_commit", "list_files", "list_range", "list_staged"]


def list_files(
    root: Path, repository: Repository | None, own_outputs: Sequence[Path] = (), scope: str = "", *, nested: bool = False
) -> Listing:
    """Everything under ``root``: git's index and untracked files; the file system if there is no repository, or git fails.

    ``own_outputs``: files and folders that scangate writes, which are left out. ``scope``: the folder or file to list; the rest of
    the repository becomes companions. ``nested``: submodules and nested repositories are listed as well; else each is a gap.
    """
    entries, notes = _query_git(repository, nested=nested)
    if entries is None:
        source, raw_paths = FileSource.FILE_SYSTEM, walk(os.fsencode(root), os.fsencode(scope))
        inside, others = [GitEntry(raw_path) for raw_path in raw_paths], []
    else:
        source, is_inside = FileSource.GIT_INDEX, folder_test(os.fsencode(scope))
        inside = [entry for entry in entries if is_inside(entry.raw_path)]
        others = [entry for entry in entries if not is_inside(entry.raw_path) and not entry.repository_kind]
    known = [entry.raw_path for entry in (*inside, *others)]
    listed, absent = WorkTree(root, own_outputs, known, is_tracked=entries is not None).list_entries(inside)
    if absent and repository is not None:
        _add_absent(listed, repository, absent, entries or ())
    companions = {display_path(entry.raw_path): Target(display_path(entry.raw_path), entry.raw_path) for entry in others}
    summary = _summarize(source, listed, notes, scope)
    return Listing(root, _with_unique_paths(listed.targets), summary, repository, companions=companions)


def _query_git(repository: Repository | None, *, nested: bool) -> tuple[Sequence[GitEntry] | None, list[str]]:
    """All entries, with notes about what git leaves out; None if there is no repository, or if git fails."""
    if repository is None:
        return None, ["no git repository: every file under the root is scanned, including ignored files"]
    try:
        entries, notes = repository.list_entries(), list(_describe_ignored(repository.count_ignored()))
        return list(_with_nested(repository, entries)) if nested else entries, notes
    except ScanError as error:
        if error.kind is GapKind.INTERRUPTED:
            raise
        return None, [f"{error.reason}: every file under the root is scanned, including ignored files"]


def _describe_ignored(ignored: IgnoredPaths) -> Iterator[str]:
    """Notes on what the ignore rules leave out."""
    if ignored.total:
        count = "1 untracked path" if ignored.total == 1 else f"{ignored.total:,} untracked paths"
        own = f", {ignored.by_info_exclude:,} of them by .git/info/exclude" if ignored.by_info_exclude else ""
        yield f"not scanned because of git's ignore rules: {count} (a folder counts as one){own}"


def _with_nested(repository: Repository, entries: Sequence[GitEntry]) -> Iterator[GitEntry]:
    """``entries``, and those of the submodules and nested repositories whose files are there, in place of these."""
    for entry in entries:
        inner = repository.open_nested(entry.raw_path) if entry.repository_kind else None
        if inner is None:
            yield entry
            continue
        try:
            below = list(_with_nested(inner, inner.list_entries()))
        except ScanError:
            yield entry
            continue
        for each in below:  # a blob of another repository cannot be read by its id
            path = os.path.join(entry.raw_path, each.raw_path)  # noqa: PTH118 -- bytes
            yield GitEntry(path, repository_kind=each.repository_kind, is_hidden=each.is_hidden)


def _add_absent(listed: ListedPaths, repository: Repository, absent: Sequence[GitEntry], entries: Sequence[GitEntry]) -> None:
    """Adds files that the index has and the work tree need not have, with their content in git."""
    listed.gaps += (_absent_gap(display_path(entry.raw_path)) for entry in absent if not entry.blob)  # of a nested repository
    absent = [entry for entry in absent if entry.blob]
    try:
        found = _read_entries(repository, absent, TreeLinks(repository, entries))
    except ScanError:
        found = ListedPaths([Target(display_path(entry.raw_path), entry.raw_path) for entry in absent])
    for target in found.targets:
        listed.add(_absent_gap(target.path) if target.size < 0 else target)
    listed.skipped += found.skipped
    listed.gaps += found.gaps


def _absent_gap(path: str) -> Gap:
    reason = "not in the work tree (sparse checkout or skip-worktree), and git does not have its content"
    return Gap(SCANNER, path, GapKind.ABSENT, reason, hint="get it: git sparse-checkout disable, or git checkout -- PATH")


def list_staged(
    root: Path, repository: Repository | None, paths: Sequence[str], scope: str = "", *, nested: bool = False
) -> Listing:
    """The index's entries for ``paths``, or all that differ from HEAD if none are given, and the links that lead to these; the work
    tree is not read.

    A path that is not in the index, or in conflict, is a gap: a hook that was given it gets no clean result. ``scope`` as in
    `list_files`. ``nested``: the files of a staged submodule are those of its commit. Other entries of the index are companions.
    """
    if repository is None:
        raise UsageError("--staged needs a git repository", "scan the directory instead: scangate scan .")
    is_inside = folder_test(os.fsencode(scope))
    staged, index = repository.list_staged([os.fsencode(path) for path in paths]), repository.list_index()
    links = TreeLinks(repository, index)
    affected = () if paths else links.list_affected({entry.raw_path for entry in staged})
    entries = [entry for entry in (*staged, *affected) if is_inside(entry.raw_path)]
    work_tree = WorkTree(root, (), (), is_tracked=True)
    listed = _read_entries(repository, entries, links, work_tree, nested=nested)
    summary, companions = _summarize(FileSource.STAGED, listed, scope=scope), _list_companions(repository, index, entries)
    return Listing(root, _with_unique_paths(listed.targets), summary, repository, companions=companions)


def list_range(root: Path, repository: Repository, before: str, commit: str, scope: str = "") -> Listing:
    """The files of ``commit`` that differ from those of the commit ``before``, and links that lead to them; the others are
    companions."""
    changed, is_inside = repository.list_changed(before, commit), folder_test(os.fsencode(scope))
    tree = repository.list_tree(commit)
    links = TreeLinks(repository, tree)
    found = (*(entry for entry in tree if entry.raw_path in changed), *links.list_affected(changed))
    entries = [entry for entry in found if is_inside(entry.raw_path)]
    listed = _read_entries(repository, entries, links)
    summary, companions = _summarize(FileSource.RANGE, listed, scope=scope), _list_companions(repository, tree, entries)
    return Listing(root, _with_unique_paths(listed.targets), summary, repository, commit, companions)


def list_commit(  # noqa: PLR0913
    root: Path,
    repository: Repository,
    commit: str,
    own_outputs: Sequence[Path] = (),
    scope: str = "",
    *,
    nested: bool = False,
) -> Listing:
    """Everything under ``root`` in a commit, from git's objects; neither the work tree nor the index is read.

    ``own_outputs`` as in `list_files`, but not reported. ``scope``: the folder or file to list; the others are companions.
    ``nested``: the files of submodules, in the commits that this one names, are listed as well, if git has them.
    """
    is_own_output, is_inside = own_output_test(root, own_outputs), folder_test(os.fsencode(scope))
    tree = [each for each in repository.list_tree(commit) if not is_own_output(each.raw_path)]
    entries = [entry for entry in tree if is_inside(entry.raw_path)]
    listed = _read_entries(repository, entries, TreeLinks(repository, tree), nested=nested)
    companions = _list_companions(repository, tree, entries) if scope else {}
    summary = _summarize(FileSource.COMMIT, listed)
    return Listing(root, _with_unique_paths(listed.targets), summary, repository, commit, companions)


def interrupted_listing(root: Path, error: ScanError) -> Listing:
    """The listing of a run that was interrupted, or whose time was over, before its files were listed."""
    gap = Gap(SCANNER, None, error.kind, f"{error.reason}, before the files were listed", hint=error.hint)
    return Listing(root, (), _summarize(FileSource.INTERRUPTED, ListedPaths(gaps=[gap])))


def _list_companions(repository: Repository, everything: Sequence[GitEntry], entries: Sequence[GitEntry]) -> dict[str, Target]:
    """The files that are not among ``entries``."""
    given = {entry.raw_path for entry in entries}
    others = [each for each in everything if each.raw_path not in given and each.blob and each.mode.startswith("100")]
    sizes = repository.blob_sizes([entry.blob for entry in others])
    targets = (Target(display_path(each.raw_path), each.raw_path, blob=each.blob, size=sizes[each.blob]) for each in others)
    return {target.path: target for target in targets}


def _read_entries(
    repository: Repository,
    entries: Sequence[GitEntry],
    links: TreeLinks,
    work_tree: WorkTree | None = None,
    *,
    nested: bool = False,
) -> ListedPaths:
    """The files of ``entries`` with their content in git. A link has the content of what it leads to among ``links``, or else, as
    for a file that is ignored, in the ``work_tree``. ``nested``: submodules are entered."""
    ends = {entry.raw_path: links.resolve(entry) for entry in entries if entry.mode == SYMBOLIC_LINK and entry.blob}
    contents = {entry.raw_path: end.entry for entry in entries if (end := ends.get(entry.raw_path)) is not None and end.entry}
    blobs = {entry.blob for entry in (*entries, *contents.values()) if entry.blob and entry.mode.startswith("100")}
    sizes = repository.blob_sizes(sorted(blobs))
    listed = ListedPaths()
    for entry in entries:
        path, end = display_path(entry.raw_path), ends.get(entry.raw_path)
        if entry.repository_kind:
            _add_nested(listed, repository, entry, enter=nested)
        elif not entry.blob:
            reason = "merge conflict: git has no staged content for it" if entry.mode else "not in git's index"
            listed.add(unreadable_gap(path, reason))
        elif end is None:
            listed.add(Target(path, entry.raw_path, blob=entry.blob, size=sizes[entry.blob]))
        elif end.entry is not None:
            size = sizes[end.entry.blob]
            listed.add(Target(path, entry.raw_path, blob=end.entry.blob, size=size, link_to=end.entry.raw_path))
        elif not end.problem:
            listed.add(skip_link(path))
        elif end == DANGLING and work_tree is not None:
            listed.add(work_tree.classify_link(entry.raw_path, links.text(entry)))
        else:
            listed.add(unreadable_gap(path, end.problem))
    return listed


def _add_nested(listed: ListedPaths, repository: Repository, entry: GitEntry, *, enter: bool) -> None:
    """Adds the files of a submodule in the commit that ``entry`` names, or a gap if they are not there or not to be entered."""
    inner = repository.open_nested(entry.raw_path) if enter and entry.blob else None
    try:
        tree = inner.list_tree(entry.blob) if inner is not None else []
        found = _read_entries(inner, tree, TreeLinks(inner, tree), nested=True) if inner is not None else None
    except ScanError:
        found = None
    if found is None:
        listed.add(nested_repository_gap(entry))
        return
    folder, display = entry.raw_path + b"/", display_path(entry.raw_path) + "/"
    for target in found.targets:
        raw_path, link_to = folder + target.raw_path, folder + target.link_to if target.link_to else b""
        inside = folder + target.nested if target.nested else entry.raw_path
        listed.add(msgspec.structs.replace(target, path=display_path(raw_path), raw_path=raw_path, link_to=link_to, nested=inside))
    listed.skipped += (msgspec.structs.replace(skipped, path=display + skipped.path) for skipped in found.skipped)
    listed.gaps += (msgspec.structs.replace(gap, path=display + (gap.path or "")) for gap in found.gaps)


def _summarize(source: FileSource, listed: ListedPaths, notes: Sequence[str] = (), scope: str = "") -> Targets:
    return Targets(source, len(listed.targets), tuple(sorted(listed.skipped)), tuple(notes), scope, tuple(listed.gaps))


def _with_unique_paths(targets: Sequence[Target]) -> tuple[Target, ...]:
    """``targets`` sorted, with distinct paths: the text of a name that is not UTF-8 could equal another's, and hide that file.

    The number is a prefix: scanners select files by the end of the name.
    """
    taken: set[str] = set()
    unique = []
    for target in sorted(targets, key=lambda target: target.raw_path):
        path, number = target.path, 2
        while path in taken:
            path, number = f"~{number}/{target.path}", number + 1
        taken.add(path)
        unique.append(target if path == target.path else msgspec.structs.replace(target, path=path))
    return tuple(sorted(unique, key=lambda target: target.path))
