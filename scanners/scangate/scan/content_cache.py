"""Caches the digest and the content types of each file, so that unchanged files need not be read.

A file of the work tree is recognized by what ``stat`` says of it, one in git by its blob.
"""

from __future__ import annotations

import functools
import hashlib
import os
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from scangate.errors import ScanError
from scangate.scan.cache_store import CacheStore
from scangate.scan.content_types import FileContent, Identifier, open_reader, try_to_read
from scangate.scan.git import blob_id
from scangate.scan.listing import Listing
from scangate.scan.target import Target, take_stat_signature

FILES_PER_PAGE = 4096
RACY_SECONDS = 2.0  # a file that changed this shortly before it was read may change again without a new time stamp
BOOT_ID_FILE = "/proc/sys/kernel/random/boot_id"

_StatSignature = tuple[int, ...]


class _StatPage(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The signatures of some files, packed, and their digests and types in the same order; no paths, which may contain secrets.

    Most pages do not change, so the packed bytes are compared before they are decoded.
    """

    signatures: bytes = b""
    digests: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    def contents(self) -> Iterator[FileContent]:
        """What is known of each file, in order."""
        return map(FileContent, self.digests, self.types)

    def by_inode(self) -> dict[int, tuple[_StatSignature, FileContent]]:
        """Signature and content of each file; empty for a damaged page."""
        try:
            signatures = msgspec.msgpack.decode(self.signatures, type=list[_StatSignature]) if self.signatures else []
            return {found[1]: (found, content) for found, content in zip(signatures, self.contents(), strict=True)}
        except (msgspec.MsgspecError, ValueError, IndexError):
            return {}


def content_digest(data: bytes, blob: str = "") -> str:
    """The digest of a file's bytes; for bytes from git, the blob's id with a prefix, or empty if they do not match it."""
    if not blob:
        return hashlib.sha256(data).hexdigest()
    return f"git:{blob}" if blob_id(data, len(blob)) == blob else ""


class ContentCache:
    """Digests and content types in ``cache``. ``version``: of the code that identifies types; ``now``: seconds since 1970."""

    def __init__(self, cache: CacheStore, version: str, now: float) -> None:
        self._cache = cache
        self._version = version
        self._now = now

    def contents(self, listing: Listing, targets: Sequence[Target], limit: int, identifier: Identifier) -> dict[str, FileContent]:
        """What is known of each of ``targets``, by path."""
        in_git = [target for target in targets if target.blob]
        return self._blob_contents(listing, in_git, limit, identifier) | self._file_contents(
            listing, [target for target in targets if not target.blob], limit, identifier
        )

    def _blob_contents(
        self, listing: Listing, targets: Sequence[Target], limit: int, identifier: Identifier
    ) -> dict[str, FileContent]:
        """The types of blobs by path and blob; a blob over the limit is remembered for this limit."""
        keys = {
            target.path: _digest("type", self._version, target.path, target.blob, limit if target.size > limit else 0)
            for target in targets
        }
        stored = {key: value.decode("ascii", "replace") for key, value in self._cache.get(keys.values()).items()}
        unknown = [target for target in targets if keys[target.path] not in stored]
        read = open_reader(listing, unknown, limit)
        new: dict[bytes, str] = {}
        for target in unknown:
            data = try_to_read(read, target)
            new[keys[target.path]], is_final = identifier.describe(target, data)
            if not is_final and target.size <= limit:  # git does not have it
                stored[keys[target.path]] = new.pop(keys[target.path])
        self._cache.put({key: types.encode() for key, types in new.items()})
        types_by_key = stored | new
        return {target.path: FileContent(f"git:{target.blob}", types_by_key[keys[target.path]]) for target in targets}

    def _file_contents(
        self, listing: Listing, targets: Sequence[Target], limit: int, identifier: Identifier
    ) -> dict[str, FileContent]:
        contents: dict[str, FileContent] = {}
        read = open_reader(listing, [], limit)
        count = -(-len(targets) // FILES_PER_PAGE)
        pages: defaultdict[int, list[Target]] = defaultdict(list)
        for target in targets:
            pages[zlib.crc32(target.raw_path) % count].append(target)
        has_objects = any(target.sha256 for target in targets)  # of git LFS: other pages than those of the work tree
        keys = {number: self._page_key(listing.root, number, count, has_objects) for number in pages}
        stored = self._cache.get(keys.values())
        changed: dict[bytes, bytes] = {}
        for number, members in pages.items():
            page = _decode_page(stored.get(keys[number]))
            signatures = [_signature(target) for target in members]
            if _pack(signatures) == page.signatures and len(members) == len(page.digests) == len(page.types):
                contents.update(zip((target.path for target in members), page.contents(), strict=True))
                continue
            known = page.by_inode()
            kept: list[tuple[_StatSignature, FileContent]] = []
            for target, signature in zip(members, signatures, strict=True):
                known_signature, content = known.get(signature[1], ((), FileContent("", "")))
                is_stable = known_signature == signature
                if not is_stable:
                    content, is_stable = self._read(listing, target, read, identifier)
                contents[target.path] = content
                if is_stable:
                    kept.append((signature, content))
            found = [content for _, content in kept]
            digests, types = tuple(content.digest for content in found), tuple(content.types for content in found)
            new_page = _StatPage(_pack([signature for signature, _ in kept]), digests, types)
            if new_page != page:
                changed[keys[number]] = msgspec.msgpack.encode(new_page)
        self._cache.put(changed)
        return contents

    def _read(
        self, listing: Listing, target: Target, read: Callable[[Target], bytes], identifier: Identifier
    ) -> tuple[FileContent, bool]:
        """What a file is, from its bytes, and whether to remember it; without a digest if it is unreadable."""
        data = try_to_read(read, target)
        types, is_final = identifier.describe(target, data)
        if isinstance(data, ScanError):
            return FileContent("", types), False
        return FileContent(content_digest(data), types), is_final and self._is_stable(listing, target)

    def _is_stable(self, listing: Listing, target: Target) -> bool:
        """Whether a file is unchanged since it was listed, and was not modified recently: git's rule for racy entries."""
        try:
            status = os.lstat(listing.full_path(target))
        except OSError:
            return False
        is_old = self._now - max(status.st_mtime, status.st_ctime) > RACY_SECONDS
        is_packable = all(-(2**63) <= value < 2**63 for value in target.stat_signature)
        return is_old and is_packable and take_stat_signature(status) == target.stat_signature

    def _page_key(self, root: Path, number: int, count: int, has_objects: bool) -> bytes:
        return _digest("page", self._version, self._boot_id, number, count, has_objects, os.fsencode(root))

    @functools.cached_property
    def _boot_id(self) -> str:
        """This boot of this machine: inode numbers mean nothing elsewhere. Without /proc (macOS), nothing outlives the process."""
        try:
            return Path(BOOT_ID_FILE).read_text("ascii")
        except OSError:
            return str(os.getpid())


def _signature(target: Target) -> _StatSignature:
    """The target's signature with a hash of its path: the type depends on it, and some file systems reassign inode numbers."""
    return (*target.stat_signature, int.from_bytes(hashlib.blake2b(target.raw_path, digest_size=7).digest()))


def _digest(*facts: object) -> bytes:
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).digest()


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
