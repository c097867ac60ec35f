"""Sums up a deployable tree in one digest: what is in it, not how it was packed; follows no link, and reads no special file.

A zip archive of the same files has other bytes on each machine, and is made after the build; so the files themselves are counted.
Modes, owners and times are left out: not every way from a build to a host keeps them.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from scangate.errors import UsageError

__all__ = ["ATTESTATION_FILE", "compute_tree_digest"]

ATTESTATION_FILE = ".scangate-attestation.json"
"""Where a bundle carries its attestation: at its root. It is the one file that the digest leaves out."""

CHUNK_BYTES = 1024 * 1024


def compute_tree_digest(root: Path) -> str:
    """The SHA-256 of the sorted list of ``root``'s files, each as its own SHA-256 and its path (``sha256sum``'s form, NUL-ended).

    A link inside the tree counts as its target's text. UsageError for a link that leads out of it or to the attestation, for what
    is neither file nor folder, and for an empty tree.
    """
    top = os.fsencode(root.resolve())
    entries = sorted((path, entry) for path, entry in _hash_entries(top) if path != os.fsencode(ATTESTATION_FILE))
    if not entries:
        raise UsageError(f"nothing to attest in {root}", "name the folder that is deployed")
    total = hashlib.sha256()
    for path, entry in entries:
        total.update(f"{entry}  ".encode() + path + b"\0")
    return total.hexdigest()


def _hash_entries(top: bytes) -> Iterator[tuple[bytes, str]]:
    """Every file and link under ``top``: its path relative to it, and the digest of what it holds."""
    folders = [b""]  # no call in a call: a tree may be deeper than Python's stack
    while folders:
        below = folders.pop()
        for name in _list_names(top, below):
            path = os.path.join(below, name) if below else name  # noqa: PTH118 -- bytes: a name need not be text
            full = os.path.join(top, path)  # noqa: PTH118
            try:
                mode = os.lstat(full).st_mode
                if stat.S_ISDIR(mode):
                    folders.append(path)
                elif stat.S_ISREG(mode):
                    yield path, _hash_file(full)
                elif stat.S_ISLNK(mode):
                    yield path, _hash_link(top, path, full)
                else:
                    raise UsageError(f"{_display(path)} is neither a file nor a folder", "deploy files and folders only")
            except OSError as error:
                raise _unreadable_error(path, error) from error


def _list_names(top: bytes, below: bytes) -> list[bytes]:
    try:
        with os.scandir(os.path.join(top, below)) as found:  # noqa: PTH118
            return [entry.name for entry in found]
    except OSError as error:
        raise _unreadable_error(below, error) from error


def _hash_file(full: bytes) -> str:
    total = hashlib.sha256(b"file\0")
    handle = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        while part := file.read(CHUNK_BYTES):
            total.update(part)
    return total.hexdigest()


def _hash_link(top: bytes, path: bytes, full: bytes) -> str:
    target = os.readlink(full)  # noqa: PTH115 -- bytes
    end = os.path.realpath(full)
    if target.startswith(b"/") or not end.startswith(top.rstrip(b"/") + b"/"):
        raise UsageError(f"{_display(path)} is a link out of the tree", "deploy the file itself")
    if end == os.path.join(os.path.realpath(top), os.fsencode(ATTESTATION_FILE)):  # noqa: PTH118 -- the sum does not cover that
        raise UsageError(f"{_display(path)} is a link to the attestation", "deploy a file of its own")
    return hashlib.sha256(b"link\0" + target).hexdigest()


def _display(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")


def _unreadable_error(path: bytes, error: OSError) -> UsageError:
    return UsageError(f"cannot read {_display(path) or 'the tree'}: {error.strerror}", "let the one who runs this read all of it")
