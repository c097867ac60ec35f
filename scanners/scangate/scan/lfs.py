"""Finds the content of a git LFS pointer in the local store of git LFS, without starting git LFS.

https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
"""

from __future__ import annotations

import os
import re
import stat

import msgspec

from scangate.content.identification import STAND_IN_BYTES
from scangate.errors import ScanError
from scangate.scan.listing import Listing
from scangate.scan.target import Target, take_stat_signature

_POINTER = re.compile(rb"version https?://\S+\r?\noid sha256:([0-9a-f]{64})\r?\nsize (\d{1,15})\r?\n?")


def find_object(listing: Listing, target: Target) -> Target | None:
    """``target``, a pointer, as the file that holds its content; None if the store does not have it in the right size.

    The bytes are compared with the pointer's SHA-256 when they are read.
    """
    repository = listing.repository_of(target)
    if repository is None or target.sha256:
        return None
    try:
        pointer = _POINTER.fullmatch(listing.reader([target], STAND_IN_BYTES)(target))
    except ScanError:
        return None
    if pointer is None:
        return None
    digest, size = pointer[1].decode(), int(pointer[2])
    file = os.fsencode(repository.common_dir / "lfs" / "objects" / digest[:2] / digest[2:4] / digest)
    try:
        status = os.lstat(file)
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode) or status.st_size != size:
        return None
    signature = take_stat_signature(status)
    return msgspec.structs.replace(target, blob="", size=-1, file=file, stat_signature=signature, sha256=digest, content_type="")
