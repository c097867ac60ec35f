"""A private copy of the files to scan, so that what is scanned, hashed and reported is the same content."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from scangate.content.extraction import Piece
from scangate.errors import ScanError
from scangate.files import describe_os_error
from scangate.model import GapKind
from scangate.plugin import SourceFile
from scangate.scan.pieces import PieceSource, piece_path

SAFE_CHARACTERS = "+@=,()[]{}#$^&! "  # in addition to letters, digits and -._~
MAX_NAME_LENGTH = 200
MAX_DEPTH = 100
MAX_PATH_LENGTH = 900 if sys.platform == "darwin" else 3500  # the system allows 1023 or 4095; trees and aliases make paths longer


class Snapshot:
    """Files under ``folder`` at their own paths; names that look like an option or would break a tool's output are encoded."""

    def __init__(self, folder: Path) -> None:
        self._root = folder
        self._paths: dict[str, str] = {}
        self._trees = itertools.count(1)
        self._aliases = itertools.count(1)
        folder.mkdir(mode=0o700)

    def add(self, path: str, data: bytes, content_type: str = "") -> SourceFile:
        """Writes ``data`` to the file ``path`` (relative, with ``/``). Raises ScanError if it cannot be written."""
        return SourceFile(path, self._add_file(path, data), content_type)

    def add_piece(self, container: str, piece: Piece, index: int) -> PieceSource:
        """Writes a piece of the file ``container``, see `add`."""
        return PieceSource(container, piece, index, self._add_file(piece_path(container, piece.name), piece.data))

    def _add_file(self, path: str, data: bytes) -> Path:
        file = self._root / "files" / _safe_path(path)
        try:
            if len(str(file)) > MAX_PATH_LENGTH or path.count("/") > MAX_DEPTH:
                raise FileExistsError  # deeper than tools can follow
            _create(file, data)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):  # or equal to another path, also by case, or its folder
            file = self._root / "files" / f"%{len(self._paths)}" / _safe_name(path.rpartition("/")[2])
            self._write(file, data)
        except OSError as error:
            raise _copy_error(error) from error
        self._paths[str(file)] = path
        return file

    def _write(self, file: Path, data: bytes) -> None:
        try:
            _create(file, data)
        except OSError as error:
            raise _copy_error(error) from error

    def repository_path(self, name: str) -> str:
        """The repository path of a copy that a tool named. Raises ScanError(GARBAGE) for any other file."""
        path = self._paths.get(os.path.normpath(name))
        if path is None:
            raise ScanError(GapKind.GARBAGE, "its output names a file that was not given to it")
        return path

    def make_tree(
        self, files: Sequence[SourceFile], names: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[Path, tuple[Path, ...]]:
        """A folder that contains exactly ``files`` (hard links to the copies), and their paths in it.

        ``names``: the path in the folder of those that are to have another one than in the repository.
        """
        root = self._root / f"tree-{next(self._trees)}"
        links: list[Path] = []
        for source in files:
            relative = source.file.relative_to(self._root / "files")
            link = root / (_safe_path(names[source.path]) if source.path in names else relative)
            if os.path.lexists(link):  # another file has this name, also by case
                link = root / f"%{len(links)}" / _safe_name(link.name)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.hardlink_to(source.file)
            self._paths[str(link)] = source.path
            links.append(link)
        return root, tuple(links)

    def make_alias(self, source: SourceFile, name: str = "", data: bytes | None = None) -> Path:
        """A second copy under another name, or with other bytes."""
        relative = Path(name) if name else source.file.relative_to(self._root / "files")
        file = self._root / f"alias-{next(self._aliases)}" / relative
        if data is None:
            file.parent.mkdir(parents=True)
            file.hardlink_to(source.file)
        else:
            self._write(file, data)
        self._paths[str(file)] = source.path
        return file


def _create(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("xb") as stream:
        stream.write(data)


def _copy_error(error: OSError) -> ScanError:
    hint = "free space in the temporary directory, or use another: TMPDIR=DIRECTORY scangate scan"
    return ScanError(GapKind.UNREADABLE, f"no private copy can be made: {describe_os_error(error)}", hint)


def _safe_path(path: str) -> str:
    return "/".join(map(_safe_name, path.split("/")))


def _safe_name(name: str) -> str:
    safe = quote(name, safe=SAFE_CHARACTERS, errors="surrogatepass")
    if safe.startswith("-"):
        safe = f"%2D{safe[1:]}"
    return safe if len(safe) <= MAX_NAME_LENGTH else f"{len(safe)}~{safe[-MAX_NAME_LENGTH:]}"
