"""What a listed path is: a file to scan, a gap, or something to skip."""

from __future__ import annotations

import os
from collections.abc import Callable

import msgspec

from scangate.model import Gap, GapKind, SkippedPath
from scangate.scan.git import GitEntry

SCANNER = "targets"
"""The ``scanner`` of gaps in the list of files."""


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


class ListedPaths(msgspec.Struct):
    """What the listed paths are."""

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


def take_stat_signature(status: os.stat_result) -> tuple[int, ...]:
    """Device, inode, size, modification and change time: what identifies a file, and changes with its content."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def display_path(raw_path: bytes) -> str:
    """The path as text for reports; bytes that are not UTF-8 become ``\\xNN``."""
    return raw_path.decode("utf-8", "backslashreplace")


def folder_test(folder: bytes) -> Callable[[bytes], bool]:
    """A function that says whether a raw path is ``folder`` or in it; an empty folder contains everything."""
    prefix = folder + b"/"
    return lambda raw_path: not folder or raw_path == folder or raw_path.startswith(prefix)


def unreadable_gap(path: str, reason: str) -> Gap:
    """The gap for a path that cannot be read as a file."""
    return Gap(SCANNER, path, GapKind.UNREADABLE, reason)


def nested_repository_gap(entry: GitEntry) -> Gap:
    """The gap for a submodule or a nested repository whose files are not listed."""
    reason = f"a {entry.repository_kind}, which was not scanned"
    hint = "scan it with the rest (submodules: scan), or exclude it with a reason: paths: {exclude: [...]}"
    return Gap(SCANNER, display_path(entry.raw_path), GapKind.NESTED_REPOSITORY, reason, hint=hint)
