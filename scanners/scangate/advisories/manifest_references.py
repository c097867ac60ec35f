"""Finds the files that a manifest has to be read with: what it includes, what locks it, and the local projects that it names.

Only the manifest's text is needed; whether there are files of these names is left to the caller.
"""

from __future__ import annotations

import importlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from scangate.advisories.manifest import UNEXPECTED_DATA, MalformedManifestError
from scangate.advisories.manifest_kinds import PROJECT_FILES, declaration_kind, is_input, is_manifest, is_yaml, lock_kind
from scangate.advisories.origins import resolve_path
from scangate.source_text import decode, normalize_newlines

# Cheap tests of whether a file names others at all: few do, and the readers are slow to import.
_PIP_PART = re.compile(rb"\bpip[\"']?[ \t]*:")
_INCLUDES = re.compile(rb"^[ \t]*(?:-[rce]|--(?:r|c|ed)|[.~]|[^#\s-][^#\n]*(?:file:|/))", re.MULTILINE)
_FILE_KEY = re.compile(rb"\bpath[ \t]*=|\bfile(?:s|name)?[ \t]*[:=]")
# Each pattern begins with a literal, for which a large file is searched quickly.
_LOCAL_PROJECTS = (
    *(re.compile(rb"%s\s*=\s*[\"']([^\"'\n]+)[\"']" % key) for key in (b"editable", b"virtual", b"directory", b"path")),
    *(re.compile(rb"\"%s\"\s*:\s*\"([^\"\n]+)\"" % key) for key in (b"path", b"file")),
    re.compile(rb"type = \"directory\"\nurl = \"([^\"\n]+)\""),
    re.compile(rb"pypi: (\.[^\n]*)"),
)
_SCRIPT_HEADER = b"# /// script"
_WORKSPACE_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "requirements.lock")


def find_references(path: str, data: bytes) -> Iterator[str]:
    """The repository paths that the manifest at ``path`` names, and folders, with a slash at the end, whose manifests cover it."""
    folder = posixpath.dirname(path)
    if not is_manifest(path) and _SCRIPT_HEADER in data:
        yield f"{path}.lock"
    elif lock_kind(path):
        projects = dict.fromkeys(name for pattern in _LOCAL_PROJECTS for name in pattern.findall(data.replace(b"\r\n", b"\n")))
        folders = dict.fromkeys(resolve_path(folder, name) for name in ("", *(decode(project)[0] for project in projects)))
        names = (*PROJECT_FILES, "Pipfile")
        yield from (posixpath.join(each, name) for each in folders if each is not None for name in names)
    else:
        if declaration_kind(path) or is_input(path):
            yield from _covering_places(folder)
        names_files = _FILE_KEY if declaration_kind(path) else _PIP_PART if is_yaml(path) else _INCLUDES
        if names_files.search(data):
            yield from _looked_up(path, data)


def _covering_places(folder: str) -> Iterator[str]:
    yield from (_as_folder(folder), _as_folder(posixpath.join(folder, "requirements")))
    while folder:
        folder = posixpath.dirname(folder)
        yield from (posixpath.join(folder, name) for name in _WORKSPACE_LOCKS)


def _as_folder(folder: str) -> str:
    return f"{folder}/" if folder else "./"


class _RecordedFiles(Mapping[str, str]):
    """The text of one manifest, and a record of all other files that its reader asks for."""

    def __init__(self, path: str, text: str) -> None:
        self._files = {path: text}
        self.asked: dict[str, None] = {}

    def __getitem__(self, path: str) -> str:
        if path not in self._files:
            self.asked[path] = None
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def _looked_up(path: str, data: bytes) -> Iterator[str]:
    files = _RecordedFiles(path, normalize_newlines(decode(data)[0]))
    kind = lock_kind(path) or declaration_kind(path)
    reader: Any = importlib.import_module(f"{__package__}.readers.{kind or 'requirements'}")
    try:
        reader.parse(path, files) if kind else reader.parse_all([path], files)
    except (MalformedManifestError, *UNEXPECTED_DATA):
        pass  # the scanner reports it
    yield from files.asked
