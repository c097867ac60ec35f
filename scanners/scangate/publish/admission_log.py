"""Remembers on a host which digests were let in, in a folder that is believed only if root alone can write it."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from scangate.errors import UsageError

__all__ = ["read_admission_log", "read_pinned_digests", "record_admission"]

_DIGEST = re.compile(r"[0-9a-f]{64}")
ROOT_UID = 0
HINT = "make it root's own: install -d -o root -m 0755"


def read_admission_log(folder: Path, owner_uid: int = ROOT_UID) -> frozenset[str]:
    """The digests in the record, none where there is none yet. UsageError where others than ``owner`` could have written it."""
    try:
        if not folder.exists() and not folder.is_symlink():
            return frozenset()
        _check_trusted(folder, owner_uid, stat.S_ISDIR)
        names = {entry.name for entry in folder.iterdir() if _DIGEST.fullmatch(entry.name)}
        for name in names:
            _check_trusted(folder / name, owner_uid, stat.S_ISREG)
    except OSError as error:
        raise UsageError(f"cannot read the record {folder}: {error.strerror}", HINT) from error
    return frozenset(names)


def read_pinned_digests(file: Path, owner_uid: int = ROOT_UID) -> frozenset[str]:
    """The digests in a file, one a line, that root alone can have written. UsageError for any other file, or line."""
    try:
        _check_trusted(file, owner_uid, stat.S_ISREG)
        digests = [line.strip() for line in file.read_text("ascii", "replace").splitlines() if line.strip()]
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", "give root's list: --pinned FILE") from error
    if not all(map(_DIGEST.fullmatch, digests)):
        raise UsageError(f"{file} holds something that is no digest", "one SHA-256 a line, in hexadecimal")
    return frozenset(digests)


def record_admission(folder: Path, digest: str, owner_uid: int = ROOT_UID) -> None:
    """Adds a digest to the record, which is made where there is none. UsageError where it cannot be written, or believed."""
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        _check_trusted(folder, owner_uid, stat.S_ISDIR)
        handle = os.open(folder / digest, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        os.close(handle)
    except OSError as error:
        raise UsageError(f"cannot write the record {folder}: {error.strerror}", "run it as root, or without --record") from error


def _check_trusted(path: Path, owner_uid: int, is_expected_type: object) -> None:
    """A link, another owner, or a mode that lets others write: none of them is believed; neither is a folder above it."""
    found = path.lstat()
    if (
        not (callable(is_expected_type) and is_expected_type(found.st_mode))
        or found.st_uid != owner_uid
        or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    ):
        raise UsageError(f"{path} is not believed: others than root could have written it", HINT)
    for above in {*path.absolute().parents, *path.resolve().parents}:  # a link on the way could lead elsewhere a moment later
        mode = above.lstat()
        open_ = mode.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode.st_mode & stat.S_ISVTX
        if mode.st_uid not in {owner_uid, ROOT_UID} or (open_ and not stat.S_ISLNK(mode.st_mode)):
            raise UsageError(f"{path} is not believed: others than root can write {above}", HINT)
