"""Finds the files that a buildspec's globs name; reads none of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tests.support.buildspec.parser import FileSet


@dataclass(frozen=True, slots=True)
class MatchedFile:
    """A matched file and the path it has inside the artifact."""

    file: Path
    artifact_path: str


def find_files(files: FileSet, source: Path, home: Path) -> tuple[MatchedFile, ...]:
    """All files that match, sorted, each once.

    Globs are relative to the base directory, which is relative to the source directory and may itself be a glob.
    CodeBuild's HOME is always /root: an absolute path under /root is looked up under `home`.
    """
    found: dict[Path, str] = {}
    for base in _bases(files.base_directory, source, home):
        left_out = {path for glob in files.exclude for path in _match(glob, base, home)}
        for glob in files.globs:
            for path in _match(glob, base, home):
                if path.is_file() and path not in left_out:
                    flat = files.discard_paths or not path.is_relative_to(base)
                    found[path] = path.name if flat else str(path.relative_to(base))
    return tuple(MatchedFile(path, found[path]) for path in sorted(found))


def _bases(directory: str | None, source: Path, home: Path) -> list[Path]:
    if directory is None:
        return [source]
    return sorted(path for path in _match(directory, source, home) if path.is_dir())


def _match(glob: str, base: Path, home: Path) -> list[Path]:
    pattern = PurePosixPath(glob)
    if pattern.is_relative_to("/root"):
        base, pattern = home, pattern.relative_to("/root")
    elif pattern.is_absolute():
        base, pattern = Path("/"), pattern.relative_to("/")
    return list(base.glob(str(pattern))) if pattern.parts else [base]
