"""Names the files that a Python module may import, by its import statements, which are found without parsing it."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<source>\.*[ \t]*[\w.]*)[ \t]+import[ \t]*(?P<names>\([^)]*\)|[^\n;]*)"
    r"|import[ \t]+(?P<modules>[^\n;]+))",
    re.MULTILINE,
)
_NAME = re.compile(r"[\w.]+")
_RENAMED = re.compile(r"\bas\s+\w+|#[^\n]*")
FOLDERS_OF_SOURCES = ("src", "lib")
"""Folders that projects put their packages in, https://packaging.python.org/en/latest/discussions/src-layout-vs-flat-layout/"""


@functools.lru_cache(maxsize=4096)
def name_imported_files(path: str, data: bytes) -> tuple[str, ...]:
    """The repository paths that the imports of the module at ``path`` may mean: where packages begin is not known, so there are
    several for each. Modules of the standard library are left out."""
    found: dict[str, None] = {}
    folder = PurePosixPath(path).parent
    for level, name in _imports(data.decode("utf-8", "replace")):
        inner = name.replace(".", "/")
        for base in _bases(folder, level):
            below = str(base / inner) if inner else str(base)
            found[f"{below}.py"] = None
            found[f"{below}/__init__.py"] = None
    return tuple(found)


def _bases(folder: PurePosixPath, level: int) -> Iterator[PurePosixPath]:
    """The folders that a module may be in: of a relative import one, else all around ``folder``."""
    if level:
        yield from [folder, *folder.parents][level - 1 : level]
        return
    for each in (folder, *folder.parents):
        yield each
        yield from (each / name for name in FOLDERS_OF_SOURCES)


def _imports(text: str) -> Iterator[tuple[int, str]]:
    """Level and dotted name of each module that may be meant: what is imported from a package may be a module, too."""
    for match in _IMPORT.finditer(text):
        if match["modules"]:
            names = [(0, each) for each in _NAME.findall(_RENAMED.sub("", match["modules"]))]
        else:
            source = match["source"].replace(" ", "").replace("\t", "")
            level = len(source) - len(source.lstrip("."))
            package = source[level:]
            names = [(level, package)]
            prefix = f"{package}." if package else ""
            names += [(level, prefix + each) for each in _NAME.findall(_RENAMED.sub("", match["names"]))]
        yield from ((level, name) for level, name in names if level or name.partition(".")[0] not in sys.stdlib_module_names)
