"""Lists the files to scan from git's index, the staged changes, a commit or the file system, and names what it leaves out."""

from __future__ import annotations

import bisect
import hashlib
import itertools
import os
import stat
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec

from scangate.errors import ScanError, UsageError
from scangate.files import FileTooLargeError, describe_file_type, describe_os_error, read_file_head, read_regular_file
from scangate.model import FileSource, Gap, GapKind, SkippedPath, SkipReason, Targets
from scangate.scan.git import SYMBOLIC_LINK, GitEntry, IgnoredPaths, Repository
from scangate.scan.links import DANGLING, TreeLinks

SCANNER = "targets"
GIT_FOLDER = b".git"
SPECIAL_NAMES = {b"", b".", b".."}
MIB = 1024 * 1024
BATCH_BYTES = 64 * MIB


class Target(msgspec.Struct, frozen=True):
    """A file to scan: its path as text and as the file system has it, and its blob if the bytes come from git.

    ``stat_signature``: of the file when it was listed, see `take_stat_signature`; empty if the bytes come from git. ``file``: the
    absolute path of the file that has the bytes, if it is not that at ``raw_path``. ``link_to``: of a symbolic link, the raw path
    of the file that it leads to. ``sha256``: of bytes that git LFS has. ``nested``: the raw path of the nested repository that has
    the blob, if it is not the root's. The rest is set by `content_types.identify_targets`: the content type, those of the file's
    pieces, and the digest of its content where there is a cache.
    """

    path: str
    raw_path: bytes
    blob: str = ""
    size: int = -1
    stat_signature: tuple[int, ...] = ()
    file: bytes = b""
    link_to: bytes = b""
    sha256: str = ""
    nested: bytes = b""
    content_type: str = ""
    piece_types: tuple[str, ...] = ()
    digest: str = ""


class Listing(msgspec.Struct, frozen=True):
    """All targets of a run, sorted by path, and the summary for reports.

    ``commit``: if the files are those of a commit. ``companions``: by path, the other files of the repository where only a part of
    it is scanned: they may be read, through `find_companion`, and are not reported on. ``content_gaps``: of files that no scanner
    can analyze because of what they are; known once the content types are.
    """

    root: Path
    targets: tuple[Target, ...]
    summary: Targets
    repository: Repository | None = None
    commit: str = ""
    companions: Mapping[str, Target] = MappingProxyType({})
    content_gaps: tuple[Gap, ...] = ()

    def find_companion(self, path: str) -> Target | None:
        """A companion that is safe to read; None if there is none, or if a link leads out of the root."""
        target = self.companions.get(path)
        if target is None or target.blob:
            return target
        found = _classify(target.raw_path, _RootBoundary(self.root), tracked=True)
        return found if isinstance(found, Target) else None

    def full_path(self, target: Target) -> bytes:
        """The absolute path of the file that has a target's bytes; bytes, since a name need not be text."""
        return target.file or os.path.join(os.fsencode(self.root), target.raw_path)  # noqa: PTH118

    def repository_of(self, target: Target) -> Repository | None:
        """The repository that has a target's blob."""
        return self._open(target.nested)

    def _open(self, nested: bytes) -> Repository | None:
        return self.repository if self.repository is None or not nested else self.repository.open_nested(nested)

    def read_head(self, target: Target, size: int) -> bytes:
        """The first ``size`` bytes of a target that is over the size limit. Raises ScanError(UNREADABLE)."""
        try:
            if not target.blob:
                return read_file_head(self.full_path(target), size)
        except OSError as error:
            raise ScanError(GapKind.UNREADABLE, describe_os_error(error)) from error
        repository = self.repository_of(target)
        blobs = repository.read_blobs([target.blob]) if repository is not None and target.size <= BATCH_BYTES else {}
        if target.blob not in blobs:
            raise ScanError(GapKind.UNREADABLE, "its content is not in the local git repository")
        return blobs[target.blob][:size]

    def reader(self, targets: Sequence[Target], limit: int) -> Callable[[Target], bytes]:
        """A function that reads one of ``targets``. It raises ScanError: TOO_LARGE above ``limit`` bytes, else UNREADABLE."""
        in_git: defaultdict[bytes, list[Target]] = defaultdict(list)
        for target in targets:
            if target.blob:
                in_git[target.nested] += [target] if 0 <= target.size <= limit else []
        blobs = {nested: _BlobReader(self._open(nested), found) for nested, found in in_git.items()}

        def read(target: Target) -> bytes:
            try:
                if not target.blob:
                    return _check_sha256(target, read_regular_file(self.full_path(target), limit))
                if target.size > limit:
                    raise FileTooLargeError(target.size, limit)
                return blobs[target.nested].read(target)
            except FileTooLargeError as error:
                reason = f"{error.size} bytes, over the limit of {limit}"
                size = f"max-file-size: {error.size // MIB + 1} MiB"
                hint = f"raise it in the policy (limits: {{{size}}}), exclude the path with a reason, or allow the gap"
                raise ScanError(GapKind.TOO_LARGE, reason, hint) from error
            except OSError as error:
                raise ScanError(GapKind.UNREADABLE, describe_os_error(error)) from error

        return read


def _check_sha256(target: Target, data: bytes) -> bytes:
    """``data``. Raises ScanError(STAND_IN) if it is not what a pointer stands for."""
    if target.sha256 and hashlib.sha256(data).hexdigest() != target.sha256:
        reason = "a git LFS pointer; the local store has other content for it"
        raise ScanError(GapKind.STAND_IN, reason, "check the store: git lfs fsck")
    return data


class _BlobReader:
    """Reads blobs from git in batches of a few megabytes; if git fails for a batch, each file of it becomes a gap."""

    def __init__(self, repository: Repository | None, targets: Sequence[Target]) -> None:
        self._repository = repository
        sizes = {target.blob: target.size for target in targets}
        totals = itertools.accumulate(sizes.values())
        self._batch_of = {blob: total // BATCH_BYTES for blob, total in zip(sizes, totals, strict=True)}
        self._loaded: tuple[int, dict[str, bytes]] = (-1, {})

    def read(self, target: Target) -> bytes:
        """The content of one target. Raises ScanError if git does not have it."""
        batch = self._batch_of.get(target.blob, -1)
        if batch >= 0 and self._loaded[0] != batch and self._repository is not None:
            self._loaded = (batch, {})  # if git fails, it is not run again for each file
            self._loaded = (
                batch,
                self._repository.read_blobs([blob for blob, number in self._batch_of.items() if number == batch]),
            )
        if batch < 0 or target.blob not in self._loaded[1]:
            raise ScanError(GapKind.UNREADABLE, "its content is not in the local git repository")
        return self._loaded[1][target.blob]


class _Listed(msgspec.Struct):
    """What becomes of the paths of a listing."""

    targets: list[Target] = []
    skipped: list[SkippedPath] = []
    gaps: list[Gap] = []

    def add(self, found: Target | Gap | SkippedPath) -> None:
        """Adds one path."""
        if isinstance(found, Target):
            self.targets.append(found)
        elif isinstance(found, Gap):
            self.gaps.append(found)
        else:
            self.skipped.append(found)


def list_files(
    root: Path, repository: Repository | None, own_outputs: Sequence[Path] = (), scope: str = "", *, nested: bool = False
) -> Listing:
    """Everything under ``root``: git's index and untracked files; the file system if there is no repository, or git fails.

    ``own_outputs``: files and folders that scangate writes, which are left out. ``scope``: the folder or file to list; the rest of
    the repository becomes companions. ``nested``: submodules and nested repositories are listed as well; else each is a gap.
    """
    entries, notes = _query_git(repository, nested=nested)
    if entries is None:
        source, raw_paths = FileSource.FILE_SYSTEM, _walk(os.fsencode(root), os.fsencode(scope))
        inside, others = [GitEntry(raw_path) for raw_path in raw_paths], []
    else:
        source, is_inside = FileSource.GIT_INDEX, _folder_test(os.fsencode(scope))
        inside = [entry for entry in entries if is_inside(entry.raw_path)]
        others = [entry for entry in entries if not is_inside(entry.raw_path) and not entry.repository_kind]
    known = [entry.raw_path for entry in (*inside, *others)]
    listed, absent = _WorkTree(root, own_outputs, known, is_tracked=entries is not None).list_entries(inside)
    if absent and repository is not None:
        _add_absent(listed, repository, absent, entries or ())
    listing = _listing(root, repository, source, listed, notes)
    companions = {_display_path(entry.raw_path): Target(_display_path(entry.raw_path), entry.raw_path) for entry in others}
    return msgspec.structs.replace(_restrict(listing, scope), companions=companions)


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


def _without_twins(targets: Sequence[Target]) -> Iterator[Target]:
    """``targets`` without files that are the same under names that differ in case alone, where the file system ignores case."""
    seen = set()
    for target in targets:
        key = (target.raw_path.lower(), target.stat_signature[:2])
        if key not in seen:
            seen.add(key)
            yield target


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


def _add_absent(listed: _Listed, repository: Repository, absent: Sequence[GitEntry], entries: Sequence[GitEntry]) -> None:
    """Adds files that the index has and the work tree need not have, with their content in git."""
    listed.gaps += (_absent_gap(_display_path(entry.raw_path)) for entry in absent if not entry.blob)  # of a nested repository
    absent = [entry for entry in absent if entry.blob]
    try:
        found = _read_entries(repository, absent, TreeLinks(repository, entries))
    except ScanError:
        found = _Listed([Target(_display_path(entry.raw_path), entry.raw_path) for entry in absent])
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
    """The index's entries for ``paths``, or all that differ from HEAD if none are given; the work tree is not read.

    A path that is not in the index, or in conflict, is a gap: a hook that was given it gets no clean result. ``scope`` as in
    `list_files`. ``nested``: the files of a staged submodule are those of its commit. Other entries of the index are companions.
    """
    if repository is None:
        raise UsageError("--staged needs a git repository", "scan the directory instead: scangate scan .")
    is_inside = _folder_test(os.fsencode(scope))
    entries = [entry for entry in repository.list_staged([os.fsencode(path) for path in paths]) if is_inside(entry.raw_path)]
    index = repository.list_index()
    work_tree = _WorkTree(root, (), (), is_tracked=True)
    listed = _read_entries(repository, entries, TreeLinks(repository, index), work_tree, nested=nested)
    listing = _restrict(_listing(root, repository, FileSource.STAGED, listed), scope)
    return msgspec.structs.replace(listing, companions=_list_companions(repository, index, entries))


def list_range(root: Path, repository: Repository, before: str, commit: str, scope: str = "") -> Listing:
    """The files of ``commit`` that differ from those of the commit ``before``; the others are companions."""
    changed, is_inside = repository.list_changed(before, commit), _folder_test(os.fsencode(scope))
    tree = repository.list_tree(commit)
    entries = [entry for entry in tree if entry.raw_path in changed and is_inside(entry.raw_path)]
    listed = _read_entries(repository, entries, TreeLinks(repository, tree))
    listing = _restrict(_listing(root, repository, FileSource.RANGE, listed), scope)
    return msgspec.structs.replace(listing, commit=commit, companions=_list_companions(repository, tree, entries))


def _list_companions(repository: Repository, everything: Sequence[GitEntry], entries: Sequence[GitEntry]) -> dict[str, Target]:
    """The files that are not among ``entries``."""
    given = {entry.raw_path for entry in entries}
    others = [each for each in everything if each.raw_path not in given and each.blob and each.mode.startswith("100")]
    sizes = repository.blob_sizes([entry.blob for entry in others])
    targets = (Target(_display_path(each.raw_path), each.raw_path, blob=each.blob, size=sizes[each.blob]) for each in others)
    return {target.path: target for target in targets}


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
    is_own_output, is_inside = _own_output_test(root, own_outputs), _folder_test(os.fsencode(scope))
    tree = [each for each in repository.list_tree(commit) if not is_own_output(each.raw_path)]
    entries = [entry for entry in tree if is_inside(entry.raw_path)]
    listed = _read_entries(repository, entries, TreeLinks(repository, tree), nested=nested)
    companions = _list_companions(repository, tree, entries) if scope else {}
    return msgspec.structs.replace(_listing(root, repository, FileSource.COMMIT, listed), commit=commit, companions=companions)


def _read_entries(
    repository: Repository,
    entries: Sequence[GitEntry],
    links: TreeLinks,
    work_tree: _WorkTree | None = None,
    *,
    nested: bool = False,
) -> _Listed:
    """The files of ``entries`` with their content in git. A link has the content of what it leads to among ``links``, or else, as
    for a file that is ignored, in the ``work_tree``. ``nested``: submodules are entered."""
    ends = {entry.raw_path: links.resolve(entry) for entry in entries if entry.mode == SYMBOLIC_LINK and entry.blob}
    contents = {entry.raw_path: end.entry for entry in entries if (end := ends.get(entry.raw_path)) is not None and end.entry}
    blobs = {entry.blob for entry in (*entries, *contents.values()) if entry.blob and entry.mode.startswith("100")}
    sizes = repository.blob_sizes(sorted(blobs))
    listed = _Listed()
    for entry in entries:
        path, end = _display_path(entry.raw_path), ends.get(entry.raw_path)
        if entry.repository_kind:
            _add_nested(listed, repository, entry, enter=nested)
        elif not entry.blob:
            reason = "merge conflict: git has no staged content for it" if entry.mode else "not in git's index"
            listed.add(_unreadable_gap(path, reason))
        elif end is None:
            listed.add(Target(path, entry.raw_path, blob=entry.blob, size=sizes[entry.blob]))
        elif end.entry is not None:
            size = sizes[end.entry.blob]
            listed.add(Target(path, entry.raw_path, blob=end.entry.blob, size=size, link_to=end.entry.raw_path))
        elif not end.problem:
            listed.add(SkippedPath(path, SkipReason.LINK_WITHIN_TREE))
        elif end == DANGLING and work_tree is not None:
            listed.add(work_tree.classify_link(entry.raw_path, links.text(entry)))
        else:
            listed.add(_unreadable_gap(path, end.problem))
    return listed


def _add_nested(listed: _Listed, repository: Repository, entry: GitEntry, *, enter: bool) -> None:
    """Adds the files of a submodule in the commit that ``entry`` names, or a gap if they are not there or not to be entered."""
    inner = repository.open_nested(entry.raw_path) if enter and entry.blob else None
    try:
        tree = inner.list_tree(entry.blob) if inner is not None else []
        found = _read_entries(inner, tree, TreeLinks(inner, tree), nested=True) if inner is not None else None
    except ScanError:
        found = None
    if found is None:
        listed.add(_nested_repository_gap(entry))
        return
    folder, display = entry.raw_path + b"/", _display_path(entry.raw_path) + "/"
    for target in found.targets:
        raw_path, link_to = folder + target.raw_path, folder + target.link_to if target.link_to else b""
        inside = folder + target.nested if target.nested else entry.raw_path
        listed.add(msgspec.structs.replace(target, path=_display_path(raw_path), raw_path=raw_path, link_to=link_to, nested=inside))
    listed.skipped += (msgspec.structs.replace(skipped, path=display + skipped.path) for skipped in found.skipped)
    listed.gaps += (msgspec.structs.replace(gap, path=display + (gap.path or "")) for gap in found.gaps)


def _listing(root: Path, repository: Repository | None, source: FileSource, listed: _Listed, notes: Sequence[str] = ()) -> Listing:
    summary = Targets(
        source,
        len(listed.targets),
        skipped_paths=tuple(sorted(listed.skipped)),
        gaps=tuple(listed.gaps),
        notes=tuple(notes),
    )
    return Listing(root, _with_unique_paths(listed.targets), summary, repository)


def _restrict(listing: Listing, scope: str) -> Listing:
    """``listing`` with a summary that says what part of the repository it is."""
    return msgspec.structs.replace(listing, summary=msgspec.structs.replace(listing.summary, scope=scope)) if scope else listing


def interrupted_listing(root: Path, error: ScanError) -> Listing:
    """The listing of a run that was interrupted, or whose time was over, before its files were listed."""
    gap = Gap(SCANNER, None, error.kind, f"{error.reason}, before the files were listed", hint=error.hint)
    return _listing(root, None, FileSource.INTERRUPTED, _Listed(gaps=[gap]))


def _own_output_test(root: Path, own_outputs: Sequence[Path]) -> Callable[[bytes], bool]:
    """A function that says whether a raw path is one of ``own_outputs`` or in one of them."""
    tests = [_folder_test(os.fsencode(os.path.relpath(path, root))) for path in own_outputs if path.is_relative_to(root)]
    return lambda raw_path: any(is_inside(raw_path) for is_inside in tests)


def _folder_test(folder: bytes) -> Callable[[bytes], bool]:
    """A function that says whether a raw path is ``folder`` or in it; an empty folder contains everything."""
    prefix = folder + b"/"
    return lambda raw_path: not folder or raw_path == folder or raw_path.startswith(prefix)


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


def _nested_repository_gap(entry: GitEntry) -> Gap:
    reason = f"a {entry.repository_kind}, which was not scanned"
    hint = "scan it with the rest (submodules: scan), or exclude it with a reason: paths: {exclude: [...]}"
    return Gap(SCANNER, _display_path(entry.raw_path), GapKind.NESTED_REPOSITORY, reason, hint=hint)


def _display_path(raw_path: bytes) -> str:
    """The path as text for reports; bytes that are not UTF-8 become ``\\xNN``."""
    return raw_path.decode("utf-8", "backslashreplace")


def _walk(root: bytes, start: bytes = b"") -> Iterator[bytes]:
    """Every path under ``root``, in the folder or at the file ``start``, that is not a directory, without following links.

    ``.git`` directories and directories that cannot be listed are yielded themselves.
    """
    folders = [start]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as entries:  # noqa: PTH118
                found = [(os.path.join(folder, entry.name), entry.is_dir(follow_symlinks=False)) for entry in entries]  # noqa: PTH118
        except OSError:
            yield folder or b"."
            continue
        for path, is_folder in found:
            if is_folder and os.path.basename(path) != GIT_FOLDER:  # noqa: PTH119
                folders.append(path)
            else:
                yield path


def take_stat_signature(status: os.stat_result) -> tuple[int, ...]:
    """Device, inode, size, modification and change time: what identifies a file, and changes with its content."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


class _WorkTree:
    """Decides what the paths of a work tree, or of any folder, are. ``known``: the raw paths that are listed in any case."""

    def __init__(self, root: Path, own_outputs: Sequence[Path], known: Iterable[bytes], *, is_tracked: bool) -> None:
        self._boundary = _RootBoundary(root)
        self._is_own_output = _own_output_test(root, own_outputs)
        self._known = sorted(known)
        self._is_tracked = is_tracked

    def list_entries(self, entries: Iterable[GitEntry]) -> tuple[_Listed, list[GitEntry]]:
        """What is at each entry, and the entries that the index has and the work tree need not have, and does not have."""
        listed, absent = _Listed(), []
        for entry in sorted({entry.raw_path: entry for entry in entries}.values(), key=lambda entry: entry.raw_path):
            if entry.repository_kind:
                listed.add(_nested_repository_gap(entry))
            elif entry.is_hidden and not os.path.lexists(self._boundary.full_path(entry.raw_path)):
                absent.append(entry)
            else:
                for found in self._classify(entry.raw_path):
                    listed.add(found)
        listed.targets = list(_without_twins(listed.targets))
        return listed, absent

    def _classify(self, raw_path: bytes) -> Iterator[Target | Gap | SkippedPath]:
        """What a path is: a file to scan, a gap, or something to skip; of a link to a folder that is not listed, its files."""
        if self._is_own_output(raw_path):
            yield SkippedPath(_display_path(raw_path), SkipReason.OWN_OUTPUT)
            return
        found = _classify(raw_path, self._boundary, tracked=self._is_tracked)
        if isinstance(found, Target) and found.link_to and self._is_own_output(found.link_to):
            found = SkippedPath(found.path, SkipReason.OWN_OUTPUT)
        if isinstance(found, SkippedPath) and found.reason is SkipReason.LINK_WITHIN_TREE:
            folder = self._boundary.relative_path(os.path.realpath(self._boundary.full_path(raw_path)))
            if folder and not self._has_known(folder) and not self._is_own_output(folder):
                yield from self._classify_ignored_folder(raw_path, folder)
                return
        yield found

    def classify_link(self, raw_path: bytes, text: bytes) -> Target | Gap:
        """What a link with this text, which the work tree need not have, leads to in the work tree."""
        end = os.path.join(os.path.dirname(self._boundary.full_path(raw_path)), text)  # noqa: PTH118, PTH120 -- bytes
        found = _classify_end(raw_path, end, self._boundary)
        return _unreadable_gap(_display_path(raw_path), DANGLING.problem) if isinstance(found, SkippedPath) else found

    def _has_known(self, folder: bytes) -> bool:
        """Whether a listed path is in ``folder``."""
        at = bisect.bisect_left(self._known, folder + b"/")
        return at < len(self._known) and self._known[at].startswith(folder + b"/")

    def _classify_ignored_folder(self, raw_path: bytes, folder: bytes) -> Iterator[Target | Gap | SkippedPath]:
        """The files below a link to a folder of which nothing is listed: they are there under the link's name."""
        for raw in sorted(_walk(self._boundary.top, folder)):
            yield _classify(raw_path + raw[len(folder) :], self._boundary, tracked=False)


def _classify(  # noqa: PLR0911 -- one return a file type
    raw_path: bytes, boundary: _RootBoundary, *, tracked: bool
) -> Target | Gap | SkippedPath:
    """What a path is: a file to scan, a gap, or something to skip."""
    path = _display_path(raw_path)
    full = boundary.full_path(raw_path)
    try:
        status = os.lstat(full)
    except FileNotFoundError:
        absent = SkippedPath(path, SkipReason.NOT_IN_WORK_TREE)
        return absent if tracked else _unreadable_gap(path, "it was removed while files were listed")
    except OSError as error:
        return _unreadable_gap(path, describe_os_error(error))
    mode = status.st_mode
    if stat.S_ISREG(mode):
        if boundary.contains(raw_path.rpartition(b"/")[0]):
            return Target(path, raw_path, stat_signature=take_stat_signature(status))
        return _unreadable_gap(path, "a parent directory is a symbolic link out of the root")
    if stat.S_ISLNK(mode):
        return _classify_end(raw_path, full, boundary)
    if stat.S_ISDIR(mode):
        is_git = os.path.basename(raw_path) == GIT_FOLDER  # noqa: PTH119
        return SkippedPath(path, SkipReason.GIT_DATA) if is_git else _unreadable_gap(path, "a directory that cannot be listed")
    return _unreadable_gap(path, f"{describe_file_type(mode)}, not a file")


def _classify_end(raw_path: bytes, link: bytes, boundary: _RootBoundary) -> Target | Gap | SkippedPath:
    """What the link at ``raw_path`` is, by what is at the end of ``link``, an absolute path: a file, under the link's own name."""
    path, end = _display_path(raw_path), os.path.realpath(link)
    if not boundary.is_inside(end):
        return _unreadable_gap(path, "a symbolic link out of the root, not followed")
    try:
        status = os.stat(link)  # noqa: PTH116
    except OSError as error:
        is_dangling = isinstance(error, FileNotFoundError)
        return _unreadable_gap(path, "a dangling symbolic link" if is_dangling else "a symbolic link loop")
    if stat.S_ISDIR(status.st_mode):
        return SkippedPath(path, SkipReason.LINK_WITHIN_TREE)
    if not stat.S_ISREG(status.st_mode):
        return _unreadable_gap(path, f"a symbolic link to {describe_file_type(status.st_mode)}")
    signature = take_stat_signature(status)
    return Target(path, raw_path, stat_signature=signature, file=end, link_to=boundary.relative_path(end))


class _RootBoundary:
    """Decides which folders are inside the root after following links, each once. An index may also have names with ``..``."""

    def __init__(self, root: Path) -> None:
        self._prefix = os.path.join(os.fsencode(root), b"")  # noqa: PTH118 -- with a trailing slash
        self._top = os.fsencode(os.path.realpath(root))
        self._contained = {b"": True}

    def full_path(self, raw_path: bytes) -> bytes:
        """The absolute path; as ``os.path.join``, but fast enough to be called for every file."""
        return raw_path if raw_path[:1] == b"/" else self._prefix + raw_path

    @property
    def top(self) -> bytes:
        """The root, without links."""
        return self._top

    def relative_path(self, real_path: bytes) -> bytes:
        """A path without links that is inside, relative to the root; empty for the root."""
        return real_path[len(self._top.rstrip(b"/")) + 1 :]

    def is_inside(self, real_path: bytes) -> bool:
        """Whether a path without links is the root or below it."""
        return real_path == self._top or real_path.startswith(self._top.rstrip(b"/") + b"/")

    def contains(self, folder: bytes) -> bool:
        """Whether ``folder``, a path relative to the root, is inside it."""
        steps = []
        while folder not in self._contained:
            steps.append(folder)
            folder = folder.rpartition(b"/")[0]
        is_inside = self._contained[folder]
        for step in reversed(steps):
            full = self.full_path(step)
            is_plain = step[:1] != b"/" and step.rpartition(b"/")[2] not in SPECIAL_NAMES and not os.path.islink(full)  # noqa: PTH114
            is_inside = (is_inside and is_plain) or self.is_inside(os.path.realpath(full))
            self._contained[step] = is_inside
        return is_inside


def _unreadable_gap(path: str, reason: str) -> Gap:
    return Gap(SCANNER, path, GapKind.UNREADABLE, reason)
