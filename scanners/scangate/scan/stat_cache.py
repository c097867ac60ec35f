"""Remembers the content digests of files by what ``stat`` says of them, so that unchanged files need not be read."""

from __future__ import annotations

import functools
import hashlib
import os
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from scangate.errors import ScanError
from scangate.scan.cache import Cache
from scangate.scan.discovery import Listing, Target, take_stat_signature
from scangate.scan.git import blob_id

FILES_PER_PAGE = 4096
RACY_SECONDS = 2.0  # a file that changed this shortly before it was read may change again without a new time stamp
BOOT_ID_FILE = "/proc/sys/kernel/random/boot_id"

_StatSignature = tuple[int, ...]


class _StatPage(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The signatures of some files, packed, and their digests in the same order; no paths, which may contain secrets.

    Most pages do not change, so the packed bytes are compared before they are decoded.
    """

    signatures: bytes = b""
    digests: tuple[str, ...] = ()

    def by_inode(self) -> dict[int, tuple[_StatSignature, str]]:
        """Signature and digest of each file; empty for a damaged page."""
        try:
            signatures = msgspec.msgpack.decode(self.signatures, type=list[_StatSignature]) if self.signatures else []
            return {found[1]: (found, digest) for found, digest in zip(signatures, self.digests, strict=True)}
        except (msgspec.MsgspecError, ValueError, IndexError):
            return {}


def content_digest(data: bytes, blob: str = "") -> str:
    """The digest of a file's bytes; for bytes from git, the blob's id with a prefix, or empty if they do not match it."""
    if not blob:
        return hashlib.sha256(data).hexdigest()
    return f"git:{blob}" if blob_id(data, len(blob)) == blob else ""


class StatCache:
    """Content digests in ``cache``. ``now``: seconds since 1970."""

    def __init__(self, cache: Cache, now: float) -> None:
        self._cache = cache
        self._now = now

    def content_digests(self, listing: Listing, targets: Sequence[Target], limit: int) -> dict[str, str]:
        """The digests of ``targets`` by path; unreadable files have none."""
        digests = {target.path: f"git:{target.blob}" for target in targets if target.blob}
        on_disk = [target for target in targets if not target.blob and target.stat_signature]
        count = -(-len(on_disk) // FILES_PER_PAGE)
        pages: defaultdict[int, list[Target]] = defaultdict(list)
        for target in on_disk:
            pages[zlib.crc32(target.raw_path) % count].append(target)
        keys = {number: self._page_key(listing.root, number, count) for number in pages}
        stored = self._cache.get(keys.values())
        changed: dict[bytes, bytes] = {}
        for number, members in pages.items():
            page = _decode_page(stored.get(keys[number]))
            signatures = [_signature(target) for target in members]
            if _pack(signatures) == page.signatures and len(members) == len(page.digests):
                digests.update(zip((target.path for target in members), page.digests, strict=True))
                continue
            known = page.by_inode()
            kept: list[tuple[_StatSignature, str]] = []
            for target, signature in zip(members, signatures, strict=True):
                digest, is_stable = self._digest(listing, target, known, limit)
                if digest:
                    digests[target.path] = digest
                if is_stable:
                    kept.append((signature, digest))
            new_page = _StatPage(_pack([signature for signature, _ in kept]), tuple(digest for _, digest in kept))
            if new_page != page:
                changed[keys[number]] = msgspec.msgpack.encode(new_page)
        self._cache.put(changed)
        return digests

    def _digest(
        self, listing: Listing, target: Target, known: Mapping[int, tuple[_StatSignature, str]], limit: int
    ) -> tuple[str, bool]:
        """A file's digest, remembered or computed, and whether to remember it; empty for an unreadable file."""
        known_signature, digest = known.get(target.stat_signature[1], ((), ""))
        if known_signature == _signature(target):
            return digest, True
        try:
            digest = content_digest(listing.reader([], limit)(target))
        except ScanError:
            return "", False
        return digest, self._is_stable(listing, target)

    def _is_stable(self, listing: Listing, target: Target) -> bool:
        """Whether a file is unchanged since it was listed, and was not modified recently: git's rule for racy entries."""
        try:
            status = os.lstat(listing.full_path(target))
        except OSError:
            return False
        is_old = self._now - max(status.st_mtime, status.st_ctime) > RACY_SECONDS
        is_packable = all(-(2**63) <= value < 2**63 for value in target.stat_signature)
        return is_old and is_packable and take_stat_signature(status) == target.stat_signature

    def _page_key(self, root: Path, number: int, count: int) -> bytes:
        return hashlib.sha256(f"seen\0{self._boot_id}\0{number} of {count}\0".encode() + os.fsencode(root)).digest()

    @functools.cached_property
    def _boot_id(self) -> str:
        """This boot of this machine: inode numbers mean nothing elsewhere. Without /proc (macOS), nothing outlives the process."""
        try:
            return Path(BOOT_ID_FILE).read_text("ascii")
        except OSError:
            return str(os.getpid())


def _signature(target: Target) -> _StatSignature:
    """The target's signature with a hash of its path, since some file systems reassign inode numbers."""
    return (*target.stat_signature, zlib.crc32(target.raw_path))


def _pack(signatures: Sequence[_StatSignature]) -> bytes:
    """The packed signatures; empty if a time stamp is out of msgpack's range."""
    try:
        return msgspec.msgpack.encode(signatures)
    except OverflowError:
        return b""


def _decode_page(value: bytes | None) -> _StatPage:
    try:
        return msgspec.msgpack.decode(value, type=_StatPage) if value is not None else _StatPage()
    except (msgspec.MsgspecError, ValueError):
        return _StatPage()
