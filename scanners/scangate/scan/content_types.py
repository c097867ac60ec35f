"""Decides what every listed file is, once, before scanners are given files; names what cannot be analyzed because of what it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from scangate.content.catalog import ANNEX_POINTER, CONTENT_TYPES, FAT_POINTER, LFS_POINTER, UNKNOWN, XET_POINTER, Form
from scangate.content.extraction import extract, has_pieces
from scangate.content.identification import identify, identify_by_name
from scangate.content.scanner_suggestions import accept_gap
from scangate.errors import ScanError
from scangate.model import ContentFiles, Gap, GapKind
from scangate.scan.lfs import find_object
from scangate.scan.listing import Listing
from scangate.scan.target import SCANNER, Target

if TYPE_CHECKING:
    from scangate.scan.result_cache import ResultCache

HEAD_BYTES = 64 * 1024  # of a file over the size limit: enough to distinguish media and archives from text
NOT_OPENED = {
    "archive": ("an archive, which is not opened", "scan what is in it where it is packed"),
    "program": ("a program, which is not opened", "scan the source that it is built from"),
    "database": ("a database, which is not opened", "export it as text, and it is searched for secrets"),
    "document": ("a document in a binary format, which is not opened", "save it as text, and it is searched for secrets"),
    "binary": (
        "a binary file, which is not opened",
        "export data as text, and it is searched for secrets; a pickle or a model can run code: load it only if you trust it",
    ),
}
PIECE_HINT = "write it so that it can be read on its own, or exclude the path with a reason: paths: {exclude: [...]}"
TIME_REASON = "the time limit of the run was reached before the code in it was taken out"
TIME_HINT = "raise it: scangate scan --time-limit SECONDS"
STAND_INS = {
    LFS_POINTER: ("a git LFS pointer, and its content is not in the local store", "fetch the content: git lfs pull"),
    ANNEX_POINTER: ("a git-annex pointer, and its content is not here", "fetch the content: git annex get ."),
    FAT_POINTER: ("a git-fat pointer, and its content is not here", "fetch the content: git fat pull"),
    XET_POINTER: ("a pointer of git-xet, and its content is not here", "fetch the content: git xet checkout"),
}


class FileContent(NamedTuple):
    """What is known of a file's bytes: their digest, empty if it is unreadable, and the content types, separated by blanks.

    The first type is the file's, the others are those of its pieces.
    """

    digest: str
    types: str


class Identifier:
    """Describes the files of a listing. ``limit``: the maximum file size in bytes. ``is_out_of_time``: see `identify_targets`."""

    def __init__(self, listing: Listing, limit: int, is_out_of_time: Callable[[], bool]) -> None:
        self._listing = listing
        self._limit = limit
        self._is_out_of_time = is_out_of_time
        self.gaps: list[Gap] = []

    def describe(self, target: Target, data: bytes | ScanError) -> tuple[str, bool]:
        """The types of a file as in `FileContent`, and whether to remember them for files with the same path and bytes.

        ``data``: its bytes, or why they cannot be read; of one that is too large the first bytes decide. A piece that cannot be
        taken out becomes one of ``gaps``, which are not remembered.
        """
        if isinstance(data, bytes):
            return self._describe_bytes(target.path, data)
        if data.kind is GapKind.TOO_LARGE and (head := self._read_head(target)):
            return identify(target.path, head), False
        by_name = identify_by_name(target.path) or UNKNOWN
        return by_name if CONTENT_TYPES[by_name].form is Form.TEXT else UNKNOWN, False

    def _describe_bytes(self, path: str, data: bytes) -> tuple[str, bool]:
        content_type = identify(path, data)
        if not has_pieces(content_type):
            return content_type, True
        if self._is_out_of_time():
            self.gaps.append(Gap(SCANNER, path, GapKind.TIMEOUT, TIME_REASON, hint=TIME_HINT, content_type=content_type))
            return content_type, False
        extraction = extract(content_type, data)
        self.gaps += [
            Gap(SCANNER, path, problem.kind, problem.reason, problem.line, PIECE_HINT, content_type)
            for problem in extraction.problems
        ]
        piece_types = sorted({piece.content_type for piece in extraction.pieces})
        return " ".join([content_type, *piece_types]), not extraction.problems

    def _read_head(self, target: Target) -> bytes:
        try:
            return self._listing.read_head(target, HEAD_BYTES)
        except ScanError:
            return b""


def open_reader(listing: Listing, targets: Sequence[Target], limit: int) -> Callable[[Target], bytes]:
    """`Listing.reader`; if that fails, a function that raises its error for every file."""
    try:
        return listing.reader(targets, limit)
    except ScanError as error:
        failure = error

    def fail(target: Target) -> bytes:
        del target
        raise failure

    return fail


def try_to_read(read: Callable[[Target], bytes], target: Target) -> bytes | ScanError:
    """What ``read`` returns, or the error that it raises."""
    try:
        return read(target)
    except ScanError as error:
        return error


def identify_targets(
    listing: Listing, limit: int, cache: ResultCache | None = None, is_out_of_time: Callable[[], bool] = lambda: False
) -> Listing:
    """``listing`` with the content type of every target, and with a gap for each file whose content is not here or not opened.

    ``limit``: the maximum file size in bytes. ``cache`` remembers the types, so that unchanged files are not read. Targets with a
    type keep it. Once ``is_out_of_time``, no more pieces are taken out of files, and each file that has some is a gap.
    """
    pending = [target for target in listing.targets if not target.content_type]
    if not pending:
        return listing
    identifier = Identifier(listing, limit, is_out_of_time)
    found = _identify(listing, pending, limit, identifier, cache)
    objects = [find_object(listing, target) for target in found if target.content_type == LFS_POINTER]
    if present := [target for target in objects if target is not None]:
        found += _identify(listing, present, limit, identifier, cache)
    by_path = {target.path: target for target in found}
    gaps = [gap for target in by_path.values() if (gap := _gap_by_type(target)) is not None]
    return msgspec.structs.replace(
        listing,
        targets=tuple(by_path.get(target.path, target) for target in listing.targets),
        content_gaps=(*listing.content_gaps, *gaps, *identifier.gaps),
    )


def forget_types(listing: Listing) -> Listing:
    """``listing`` as it was before `identify_targets`."""
    targets = (msgspec.structs.replace(target, content_type="", piece_types=(), digest="") for target in listing.targets)
    return msgspec.structs.replace(listing, targets=tuple(targets), content_gaps=())


def _identify(
    listing: Listing, targets: Sequence[Target], limit: int, identifier: Identifier, cache: ResultCache | None
) -> list[Target]:
    contents = (
        _read_contents(listing, targets, limit, identifier)
        if cache is None
        else cache.contents(listing, targets, limit, identifier)
    )
    return [_with_content(target, contents[target.path]) for target in targets]


def _read_contents(listing: Listing, targets: Sequence[Target], limit: int, identifier: Identifier) -> Mapping[str, FileContent]:
    read = open_reader(listing, targets, limit)
    return {target.path: FileContent("", identifier.describe(target, try_to_read(read, target))[0]) for target in targets}


def _with_content(target: Target, content: FileContent) -> Target:
    content_type, *piece_types = content.types.split(" ")
    return msgspec.structs.replace(target, content_type=content_type, piece_types=tuple(piece_types), digest=content.digest)


def _gap_by_type(target: Target) -> Gap | None:
    """The gap of a file that no scanner can analyze because of what it is."""
    form = CONTENT_TYPES[target.content_type].form
    if form is Form.STAND_IN:
        reason, hint = STAND_INS[target.content_type]
        return Gap(SCANNER, target.path, GapKind.STAND_IN, reason, hint=hint, content_type=target.content_type)
    if form is Form.NOT_OPENED:
        reason, how = NOT_OPENED[target.content_type]
        entry = f"{{kind: not-opened, language: {target.content_type}, reason: WHY}}"
        hint = f"{how}; or {accept_gap(entry)}"
        return Gap(SCANNER, target.path, GapKind.NOT_OPENED, reason, hint=hint, content_type=target.content_type)
    return None


def group_by_type(listing: Listing, without: Collection[str] = (), name_of: Callable[[str], str] = str) -> tuple[ContentFiles, ...]:
    """The paths of the targets by content type, that of their pieces included. ``without``: paths to leave out; ``name_of``: what
    reports call a path."""
    paths: defaultdict[str, set[str]] = defaultdict(set)
    for target in listing.targets:
        if target.path not in without and target.path not in listing.companions:
            for content_type in (target.content_type, *target.piece_types):
                paths[content_type].add(name_of(target.path))
    return tuple(ContentFiles(content_type, tuple(sorted(found))) for content_type, found in sorted(paths.items()))
