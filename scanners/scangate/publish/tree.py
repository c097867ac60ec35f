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

__all__ = ["ATTESTATION", "digest_of"]

ATTESTATION = ".scangate-attestation.json"
"""Where a bundle carries its attestation: at its root. It is the one file that the digest leaves out."""

AT_A_TIME = 1024 * 1024


def digest_of(root: Path) -> str:
    """The SHA-256 of the sorted list of ``root``'s files, each as its own SHA-256 and its path (``sha256sum``'s form, NUL-ended).

    A link inside the tree counts as its target's text. UsageError for a link that leads out of it or to the attestation, for what
    is neither file nor folder, and for an empty tree.
    """
    top = os.fsencode(root.resolve())
    entries = sorted((path, entry) for path, entry in _entries(top) if path != os.fsencode(ATTESTATION))
    if not entries:
        raise UsageError(f"nothing to attest in {root}", "name the folder that is deployed")
    total = hashlib.sha256()
    for path, entry in entries:
        total.update(f"{entry}  ".encode() + path + b"\0")
    return total.hexdigest()


def _entries(top: bytes) -> Iterator[tuple[bytes, str]]:
    """Every file and link under ``top``: its path relative to it, and the digest of what it holds."""
    folders = [b""]  # no call in a call: a tree may be deeper than Python's stack
    while folders:
        below = folders.pop()
        for name in _names(top, below):
            path = os.path.join(below, name) if below else name  # noqa: PTH118 -- bytes: a name need not be text
            full = os.path.join(top, path)  # noqa: PTH118
            try:
                mode = os.lstat(full).st_mode
                if stat.S_ISDIR(mode):
                    folders.append(path)
                elif stat.S_ISREG(mode):
                    yield path, _file(full)
                elif stat.S_ISLNK(mode):
                    yield path, _link(top, path, full)
                else:
                    raise UsageError(f"{_text(path)} is neither a file nor a folder", "deploy files and folders only")
            except OSError as error:
                raise _unreadable(path, error) from error


def _names(top: bytes, below: bytes) -> list[bytes]:
    try:
        with os.scandir(os.path.join(top, below)) as found:  # noqa: PTH118
            return [entry.name for entry in found]
    except OSError as error:
        raise _unreadable(below, error) from error


def _file(full: bytes) -> str:
    total = hashlib.sha256(b"file\0")
    handle = os.open(full, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        while part := file.read(AT_A_TIME):
            total.update(part)
    return total.hexdigest()


def _link(top: bytes, path: bytes, full: bytes) -> str:
    target = os.readlink(full)  # noqa: PTH115 -- bytes
    end = os.path.realpath(full)
    if target.startswith(b"/") or not end.startswith(top.rstrip(b"/") + b"/"):
        raise UsageError(f"{_text(path)} is a link out of the tree", "deploy the file itself")
    if end == os.path.join(os.path.realpath(top), os.fsencode(ATTESTATION)):  # noqa: PTH118 -- the sum does not cover that
        raise UsageError(f"{_text(path)} is a link to the attestation", "deploy a file of its own")
    return hashlib.sha256(b"link\0" + target).hexdigest()


def _text(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")


def _unreadable(path: bytes, error: OSError) -> UsageError:
    return UsageError(f"cannot read {_text(path) or 'the tree'}: {error.strerror}", "let the one who runs this read all of it")
