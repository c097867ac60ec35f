"""Record on a host which digests were admitted, in a directory that is trusted only if root alone can write it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from scangate.errors import UsageError

_DIGEST = re.compile(r"[0-9a-f]{64}")
ROOT_UID = 0
HINT = "let root own it: install -d -o root -m 0755"


def read_admission_log(folder: Path, owner_uid: int = ROOT_UID) -> frozenset[str]:
    """Return the recorded digests, none if there is no log. Raises UsageError if anybody but ``owner_uid`` could have written
    it."""
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
    """Return the digests in a file, one a line. Raises UsageError for other lines, or if the file is not root's."""
    try:
        _check_trusted(file, owner_uid, stat.S_ISREG)
        digests = [line.strip() for line in file.read_text("ascii", "replace").splitlines() if line.strip()]
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}", "name a file that root owns: --pinned FILE") from error
    if not all(map(_DIGEST.fullmatch, digests)):
        raise UsageError(f"{file} has a line that is not a digest", "write one SHA-256 per line, in hexadecimal")
    return frozenset(digests)


def record_admission(folder: Path, digest: str, owner_uid: int = ROOT_UID) -> None:
    """Add a digest to the log; creates the log if needed. Raises UsageError if it cannot be written or is not trusted."""
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        _check_trusted(folder, owner_uid, stat.S_ISDIR)
        os.close(os.open(folder / digest, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644))
    except OSError as error:
        raise UsageError(f"cannot write the record {folder}: {error.strerror}", "run as root, or without --record") from error


def _check_trusted(path: Path, owner_uid: int, is_expected_type: Callable[[int], bool]) -> None:
    """Raise UsageError if the path is a link, has another owner, or if others can write it or a directory above it."""
    status = path.lstat()
    if not is_expected_type(status.st_mode) or status.st_uid != owner_uid or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise UsageError(f"{path} is not trusted: users other than root may have written it", HINT)
    for parent in {*path.absolute().parents, *path.resolve().parents}:  # a link on the way could be replaced later
        mode = parent.lstat().st_mode
        writable = mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX and not stat.S_ISLNK(mode)
        if writable or parent.lstat().st_uid not in {owner_uid, ROOT_UID}:
            raise UsageError(f"{path} is not trusted: users other than root can write to {parent}", HINT)
