"""Lists the versions of files that some commits brought, each blob once, and divides them into listings of a bounded size.

The paths of a listing are distinct, and a file has many versions: a version of ``a/b.py`` is ``a/~BLOB/b.py``. It has the blob
in it and not a number, so that a result of an earlier run is found in the cache, whatever the range of commits was.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from scangate.model import FileSource, Targets
from scangate.scan.git import SUBMODULE, SYMBOLIC_LINK, BroughtBlob, GitEntry, Repository
from scangate.scan.listing import Listing, size_limit
from scangate.scan.target import Target, display_path

COMMITS_PER_CALL = 1000
FILES_PER_LISTING = 4096
BYTES_PER_LISTING = 16 * 1024 * 1024
LINK_TYPE = "text"
"""What git stores of a symbolic link is the path that it leads to."""


class Version(NamedTuple):
    """Where a commit brought a blob. ``order``: the number of the commit, counted from 0, parents before children."""

    order: int
    raw_path: bytes


class Blob(msgspec.Struct, frozen=True):
    """A blob, and all versions of files that it is the content of, in their order. They have one file name: what is searched for in
    a file depends on its name, so that a blob with two names is scanned twice.
    """

    id: str
    is_link: bool
    versions: tuple[Version, ...]

    def target(self, size: int, version: Version) -> Target:
        """The blob as a file to scan, under the path of a version. ``size``: in bytes; negative if git does not have it."""
        folder, slash, name = version.raw_path.rpartition(b"/")
        raw_path = folder + slash + f"~{self.id}{'.link' if self.is_link else ''}/".encode() + name
        target = Target(display_path(raw_path), raw_path, blob=self.id, size=size)
        return msgspec.structs.replace(target, content_type=LINK_TYPE, digest=f"git:{self.id}") if self.is_link else target


class History:
    """The versions that were listed so far. ``submodules``: the entry of each path, once."""

    def __init__(self) -> None:
        self._first: dict[bytes, Version] = {}  # by the bytes of the id, the file name and a mark for links: there may be millions
        self._others: dict[bytes, dict[bytes, int]] = {}
        self._paths: dict[bytes, bytes] = {}
        self.submodules: dict[bytes, GitEntry] = {}

    def __len__(self) -> int:
        return len(self._first)

    def add(self, found: BroughtBlob, order: int) -> None:
        """Adds what the commit with this number brought."""
        raw_path = self._paths.setdefault(found.raw_path, found.raw_path)  # one object for all versions
        if found.mode == SUBMODULE:
            self.submodules.setdefault(raw_path, GitEntry(raw_path, found.mode, found.blob, "submodule"))
            return
        key = _key(found)
        if self._first.setdefault(key, Version(order, raw_path)).raw_path != raw_path:
            self._others.setdefault(key, {}).setdefault(raw_path, order)

    def has(self, found: BroughtBlob) -> bool:
        """Whether the blob was added under this file name."""
        return _key(found) in self._first

    def blobs(self, digits: int) -> Iterator[Blob]:
        """All blobs in the order in which they came in. ``digits``: of an id."""
        for key, first in self._first.items():
            others = (Version(order, raw_path) for raw_path, order in self._others.get(key, {}).items())
            yield Blob(key[: digits // 2].hex(), key.endswith(b"\0"), (first, *others))


def _key(found: BroughtBlob) -> bytes:
    mark = b"\0" if found.mode == SYMBOLIC_LINK else b""
    return bytes.fromhex(found.blob) + found.raw_path.rpartition(b"/")[2] + mark


def list_history(
    repository: Repository, commits: Sequence[str], is_wanted: Callable[[bytes], bool], progress: Callable[[int, int], None]
) -> History:
    """What ``commits``, as `Repository.list_commits` orders them, brought at the paths that ``is_wanted``.

    ``progress`` is called with the number of commits that were read and that of all. Raises ScanError if git fails.
    """
    history = History()
    for start in range(0, len(commits), COMMITS_PER_CALL):
        numbers = {commit: start + at for at, commit in enumerate(commits[start : start + COMMITS_PER_CALL])}
        for found in repository.list_brought(list(numbers)):
            if is_wanted(found.raw_path):
                history.add(found, numbers[found.commit])
        progress(start + len(numbers), len(commits))
    return history


class BlobListing(NamedTuple):
    """Some blobs to scan, by their paths in ``listing``, which has no content types yet."""

    listing: Listing
    blobs: Mapping[str, Blob]

    def paths_where(self, is_wanted: Callable[[str], bool]) -> frozenset[str]:
        """The paths in the listing of those blobs that were brought at a path in the repository that ``is_wanted``."""
        return frozenset(
            path for path, blob in self.blobs.items() if any(is_wanted(display_path(version.raw_path)) for version in blob.versions)
        )


def make_listing(root: Path, repository: Repository, blobs: Iterable[tuple[Target, Blob]] = ()) -> BlobListing:
    """A listing of some blobs."""
    ordered = sorted(blobs, key=lambda each: each[0].path)
    targets = tuple(target for target, _ in ordered)
    listing = Listing(root, targets, Targets(FileSource.HISTORY, len(ordered)), repository, kept_blobs={})
    return BlobListing(listing, {target.path: blob for target, blob in ordered})


def divide_into_listings(  # noqa: PLR0913, PLR0917
    root: Path,
    repository: Repository,
    blobs: Iterable[Blob],
    choose: Callable[[Blob], Version | None],
    limit: int,
    missing: Container[str],
) -> Iterator[BlobListing]:
    """Listings of a bounded size with all of ``blobs``. Raises ScanError if git fails.

    ``choose``: the version under whose path a blob is scanned, None if it is not. ``limit``: larger blobs are not read whole.
    ``missing``: the ids of those that git does not have.
    """
    part: list[tuple[Target, Blob]] = []
    total = 0
    for blob, size in _with_sizes(repository, blobs, missing):
        version = choose(blob)
        if version is None:
            continue
        target = blob.target(size, version)
        weight = size if size <= size_limit(target, limit) else 0
        if part and (len(part) == FILES_PER_LISTING or total + weight > BYTES_PER_LISTING):
            yield make_listing(root, repository, part)
            part, total = [], 0
        part.append((target, blob))
        total += weight
    if part:
        yield make_listing(root, repository, part)


def _with_sizes(repository: Repository, blobs: Iterable[Blob], missing: Container[str]) -> Iterator[tuple[Blob, int]]:
    for chunk in _chunks(blobs):
        sizes = repository.blob_sizes([blob.id for blob in chunk if blob.id not in missing])
        yield from ((blob, sizes.get(blob.id, -1)) for blob in chunk)


def _chunks(blobs: Iterable[Blob]) -> Iterator[list[Blob]]:
    chunk: list[Blob] = []
    for blob in blobs:
        chunk.append(blob)
        if len(chunk) == FILES_PER_LISTING:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def file_path(path: str) -> str:
    """The path of the file, of a path in a listing of blobs."""
    folder, _, name = path.rpartition("/")
    parent, slash, _ = folder.rpartition("/")
    return parent + slash + name
