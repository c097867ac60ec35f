"""A private copy of the bytes a scan is about, so that what is read, hashed and reported is one and the same thing."""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from pathlib import Path

from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.plugin import SourceFile

__all__ = ["Snapshot"]

SAFE_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+@=,~()[]{}#$^&! ")
MAX_NAME_LENGTH = 200
MAX_DEPTH = 100
MAX_PATH_LENGTH = 3500  # Linux takes 4095; trees and aliases add to it


class Snapshot:
    """Files under ``folder``, at their own paths but for names that could be taken for an option or break a tool's output."""

    def __init__(self, folder: Path) -> None:
        self._root = folder
        self._paths: dict[str, str] = {}
        self._trees = itertools.count(1)
        self._aliases = itertools.count(1)
        folder.mkdir(mode=0o700)

    def add(self, path: str, data: bytes) -> SourceFile:
        """Writes ``data`` as the file ``path`` (relative, with ``/``) and returns the source that stands for it.

        Unreadable where it cannot be written.
        """
        file = self._root / "files" / _safe_path(path)
        try:
            if str(file) in self._paths or len(str(file)) > MAX_PATH_LENGTH or path.count("/") > MAX_DEPTH:
                raise FileExistsError  # two odd names became one plain name, or it goes deeper than tools can
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):  # or one is a folder in the other's way
            file = self._root / "files" / f"%{len(self._paths)}" / _safe_name(path.rpartition("/")[2])
            self._write(file, data)
        except OSError as error:
            raise _copy_error(error) from error
        self._paths[str(file)] = path
        return SourceFile(path, file)

    def _write(self, file: Path, data: bytes) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        except OSError as error:
            raise _copy_error(error) from error

    def repository_path(self, name: str) -> str:
        """The repository path of a copy that a tool names; Unreadable(GARBAGE) where it is none of ours."""
        path = self._paths.get(os.path.normpath(name))
        if path is None:
            raise ScanError(GapKind.GARBAGE, "its output names a file that it was not given")
        return path

    def make_tree(self, files: Sequence[SourceFile]) -> tuple[Path, tuple[Path, ...]]:
        """A folder that holds exactly ``files`` (links to the copies) and their names in it, for tools that want a directory."""
        root = self._root / f"tree-{next(self._trees)}"
        links = []
        for source in files:
            link = root / source.file.relative_to(self._root / "files")
            link.parent.mkdir(parents=True, exist_ok=True)
            link.hardlink_to(source.file)
            self._paths[str(link)] = source.path
            links.append(link)
        return root, tuple(links)

    def make_alias(self, source: SourceFile, name: str = "", data: bytes | None = None) -> Path:
        """A copy under another name, for tools that know a kind of file by its name alone, or with other bytes in its place."""
        place = Path(name) if name else source.file.relative_to(self._root / "files")
        file = self._root / f"alias-{next(self._aliases)}" / place
        if data is None:
            file.parent.mkdir(parents=True)
            file.hardlink_to(source.file)
        else:
            self._write(file, data)
        self._paths[str(file)] = source.path
        return file


def _copy_error(error: OSError) -> ScanError:
    reason = f"no private copy can be made of it: {error.strerror or type(error).__name__}"
    return ScanError(GapKind.UNREADABLE, reason, "make room where temporary files go: TMPDIR=DIRECTORY scangate scan")


def _safe_path(path: str) -> str:
    return "/".join(_safe_name(name) for name in path.split("/"))


def _safe_name(name: str) -> str:
    plain = "".join(
        letter if letter in SAFE_CHARACTERS else "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))
        for letter in name
    )
    if plain.startswith("-"):
        plain = f"%2D{plain[1:]}"
    return plain if len(plain) <= MAX_NAME_LENGTH else f"{len(plain)}~{plain[-MAX_NAME_LENGTH:]}"
