"""The files of a run, and how their bytes are read: from the file system or from git's objects."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec

from scangate.content.catalog import CONTENT_TYPES, UNKNOWN
from scangate.content.identification import identify_by_name
from scangate.errors import ScanError
from scangate.files import FileTooLargeError, describe_os_error, read_file_head, read_regular_file
from scangate.model import Analysis, Gap, GapKind, SkippedPath, Targets
from scangate.scan.git import Repository
from scangate.scan.target import Target
from scangate.scan.work_tree import RootBoundary, classify_path

MIB = 1024 * 1024
MANIFEST_BYTES = 16 * MIB
"""The size limit for files that list dependencies: an audit of a part would be none."""
BATCH_BYTES = 64 * MIB
NOT_LOCAL = "its content is not in the local git repository"
COMPLETE_HINT = "complete the clone: git fetch --refetch --no-filter origin"


class Listing(msgspec.Struct, frozen=True):
    """All targets of a run, sorted by path, and the summary for reports.

    ``commit``: if the files are those of a commit. ``companions``: by path, the other files of the repository where only a part of
    it is scanned: they may be read, through `find_companion`, and are not reported on. ``content_gaps``: of files that no scanner
    can analyze because of what they are; known once the content types are. ``kept_blobs``: if set, what is read from git's objects
    is kept there, so that no blob is fetched twice: for a listing of a bounded size.
    """

    root: Path
    targets: tuple[Target, ...]
    summary: Targets
    repository: Repository | None = None
    commit: str = ""
    companions: Mapping[str, Target] = MappingProxyType({})
    content_gaps: tuple[Gap, ...] = ()
    kept_blobs: dict[str, bytes] | None = None

    def find_companion(self, path: str) -> Target | None:
        """A companion that is safe to read; None if there is none, or if a link leads out of the root."""
        target = self.companions.get(path)
        if target is None or target.blob:
            return target
        found = classify_path(target.raw_path, RootBoundary(self.root), tracked=True)
        return found if isinstance(found, Target) else None

    def without(self, skipped: Sequence[SkippedPath]) -> Listing:
        """The listing with ``skipped`` among its skipped paths, and no longer among its targets."""
        if not skipped:
            return self
        paths = {each.path for each in skipped}
        targets = tuple(target for target in self.targets if target.path not in paths)
        every = tuple(sorted((*self.summary.skipped_paths, *skipped)))
        summary = msgspec.structs.replace(self.summary, file_count=len(targets), skipped_paths=every)
        return msgspec.structs.replace(self, targets=targets, summary=summary)

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
            raise ScanError(GapKind.UNREADABLE, NOT_LOCAL, COMPLETE_HINT)
        return blobs[target.blob][:size]

    def reader(self, targets: Sequence[Target], limit: int) -> Callable[[Target], bytes]:
        """A function that reads one of ``targets``. It raises ScanError: TOO_LARGE above ``limit`` bytes, else UNREADABLE.

        For manifests, the limit is at least MANIFEST_BYTES, see `size_limit`.
        """
        in_git: defaultdict[bytes, list[Target]] = defaultdict(list)
        for target in targets:
            if target.blob:
                in_git[target.nested] += [target] if 0 <= target.size <= size_limit(target, limit) else []
        blobs = {nested: _BlobReader(self._open(nested), found, self.kept_blobs) for nested, found in in_git.items()}

        def read(target: Target) -> bytes:
            most = size_limit(target, limit)
            try:
                if not target.blob:
                    return _check_sha256(target, read_regular_file(self.full_path(target), most))
                if target.size > most:
                    raise FileTooLargeError(target.size, most)
                return blobs[target.nested].read(target)
            except FileTooLargeError as error:
                reason = f"{error.size} bytes, over the limit of {most}"
                size = f"max-file-size: {error.size // MIB + 1} MiB"
                hint = f"raise it in the policy (limits: {{{size}}}), exclude the path with a reason, or allow the gap"
                raise ScanError(GapKind.TOO_LARGE, reason, hint) from error
            except OSError as error:
                raise ScanError(GapKind.UNREADABLE, describe_os_error(error)) from error

        return read


def size_limit(target: Target, limit: int) -> int:
    """The most bytes to read of a file where others may have ``limit``. Tools write lock files of several megabytes."""
    content_type = CONTENT_TYPES.get(target.content_type or identify_by_name(target.path) or UNKNOWN)
    is_manifest = content_type is not None and Analysis.DEPENDENCIES in content_type.analyses
    return max(limit, MANIFEST_BYTES) if is_manifest else limit


def _check_sha256(target: Target, data: bytes) -> bytes:
    """``data``. Raises ScanError(STAND_IN) if it is not the content of the pointer."""
    if target.sha256 and hashlib.sha256(data).hexdigest() != target.sha256:
        reason = "a git LFS pointer; the local store has other content for it"
        raise ScanError(GapKind.STAND_IN, reason, "check the store: git lfs fsck")
    return data


class _BlobReader:
    """Reads blobs from git in batches of a few megabytes; if git fails for a batch, each file of it becomes a gap.

    ``kept``: where blobs are kept for the next reader, see `Listing`.
    """

    def __init__(self, repository: Repository | None, targets: Sequence[Target], kept: dict[str, bytes] | None) -> None:
        self._repository = repository
        self._kept = kept
        sizes = {target.blob: target.size for target in targets}
        totals = itertools.accumulate(sizes.values())
        self._batch_of = {blob: total // BATCH_BYTES for blob, total in zip(sizes, totals, strict=True)}
        self._loaded: tuple[int, dict[str, bytes]] = (-1, {})

    def read(self, target: Target) -> bytes:
        """The content of one target. Raises ScanError if git does not have it."""
        if self._kept is not None and target.blob in self._kept:
            return self._kept[target.blob]
        batch = self._batch_of.get(target.blob, -1)
        if batch >= 0 and self._loaded[0] != batch and self._repository is not None:
            self._loaded = (batch, {})  # if git fails, it is not run again for each file
            self._loaded = (
                batch,
                self._repository.read_blobs([blob for blob, number in self._batch_of.items() if number == batch]),
            )
            if self._kept is not None:
                self._kept.update(self._loaded[1])
        if batch < 0 or target.blob not in self._loaded[1]:
            raise ScanError(GapKind.UNREADABLE, NOT_LOCAL, COMPLETE_HINT)
        return self._loaded[1][target.blob]
