"""Compute one digest of a deployable directory tree from its contents. Follows no links and reads no special files.

A zip archive would not do: its bytes differ between machines, and it is made after the build. A file's mode is covered as far as it
changes what the file can do: whether it is executable, and the set-id bits. zip and tar archives preserve these, and so do the
artifacts of CodeBuild and CodePipeline. Owners and times are ignored, since not every deployment preserves them.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from scangate.errors import UsageError

ATTESTATION_FILE = ".scangate-attestation.json"
"""A bundle's attestation, in its root: the only file that the digest ignores."""
BLOCK_SIZE = 1024 * 1024  # bytes
EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


def compute_tree_digest(root: Path) -> str:
    """Return the SHA-256 of the sorted list of files, each as its own SHA-256 and path (the format of ``sha256sum --zero``).

    The SHA-256 of a file covers its executable and set-id bits. A link inside the tree counts as the text of its target. Raises
    UsageError for a link out of the tree or to the attestation, for special files, and for an empty tree.
    """
    top = os.fsencode(root.resolve())
    entries = sorted((path, digest) for path, digest in _hash_entries(top) if path != os.fsencode(ATTESTATION_FILE))
    if not entries:
        raise UsageError(f"nothing to attest in {root}", "name the directory that is deployed")
    total = hashlib.sha256()
    for path, digest in entries:
        total.update(f"{digest}  ".encode() + path + b"\0")
    return total.hexdigest()


def _hash_entries(top: bytes) -> Iterator[tuple[bytes, str]]:
    """Yield the relative path and the digest of each file and link."""
    folders = [b""]  # iterative: a tree may be deeper than Python's stack
    while folders:
        parent = folders.pop()
        path = parent
        try:
            for name in os.listdir(os.path.join(top, parent)):  # noqa: PTH118, PTH208 -- bytes: a name need not be text
                path = os.path.join(parent, name)  # noqa: PTH118
                full = os.path.join(top, path)  # noqa: PTH118
                mode = os.lstat(full).st_mode
                if stat.S_ISDIR(mode):
                    folders.append(path)
                elif stat.S_ISREG(mode):
                    yield path, _hash_file(full, mode)
                elif stat.S_ISLNK(mode):
                    yield path, _hash_link(top, path, full)
                else:
                    raise UsageError(f"{_display(path)} is a special file", "deploy files and directories only")
        except OSError as error:
            label = _display(path) or "the directory"
            raise UsageError(f"cannot read {label}: {error.strerror}", "run as a user who may read all of it") from error


def _hash_file(full: bytes, mode: int) -> str:
    bits = mode & (stat.S_ISUID | stat.S_ISGID) | (stat.S_IXUSR if mode & EXECUTABLE else 0)
    prefix = b"file %o\0" % bits if bits else b"file\0"
    descriptor = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    digest = hashlib.sha256(prefix)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        while block := file.read(BLOCK_SIZE):  # hashlib.file_digest is of Python 3.11
            digest.update(block)
    return digest.hexdigest()


def _hash_link(top: bytes, path: bytes, full: bytes) -> str:
    target = os.readlink(full)  # noqa: PTH115 -- bytes
    end = os.path.realpath(full)
    if target.startswith(b"/") or not end.startswith(top.rstrip(b"/") + b"/"):
        raise UsageError(f"{_display(path)} is a link out of the tree", "deploy the file itself")
    if end == os.path.join(os.path.realpath(top), os.fsencode(ATTESTATION_FILE)):  # noqa: PTH118 -- the digest ignores that file
        raise UsageError(f"{_display(path)} is a link to the attestation", "deploy a separate file")
    return hashlib.sha256(b"link\0" + target).hexdigest()


def _display(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")
