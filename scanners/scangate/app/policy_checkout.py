"""Checks out policy, baseline and CODEOWNERS as another revision has them, and lists which of them the change edits.

A change to these files takes effect after the merge. Contents come from git's objects, links are followed inside the repository
only, and the files are written to the run's private directory under the same names.
"""

from __future__ import annotations

import abc
import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from scangate.app.base_revision import BaseRevision
from scangate.errors import PolicyError, ScanError, UsageError
from scangate.judge.codeowners import MAX_BYTES
from scangate.judge.policy_files import (
    DEFAULT_POLICY_FILE,
    MAX_CHAIN,
    PolicyRevision,
    find_extended_file,
    is_policy_path,
    list_policy_names,
    parse_policy,
)
from scangate.judge.policy_toml import PYPROJECT_FILE, has_policy_table, is_pyproject, names_policy_table
from scangate.judge.policy_yaml import to_builtins
from scangate.model import Note, NoteKind
from scangate.scan.git import Repository

MAX_COMPARED_BYTES = 64 * 1024 * 1024
MISSING_KINDS = ("missing", "notdir")

ReadFile = Callable[[str], bytes | None]


class UnreadableRevisionError(UsageError):
    """git has the commit of the revision, and cannot read a file in it."""


class JudgingFiles(abc.ABC):
    """Policy, baseline and CODEOWNERS of a repository in another state than the work tree's, written to ``root``.

    ``revision``: name and directory of the files for the policy loader; None for the index, whose files are named like those of the
    work tree. ``is_before_change``: whether the work tree has a change to these files.
    """

    revision: PolicyRevision | None = None
    is_before_change = False

    def __init__(self, repository: Repository, root: Path) -> None:
        self._repository = repository
        self._worktree = repository.top
        self.root = root
        root.mkdir(mode=0o700)

    def check_out_policy(self, spec: str | None, scope: str = "") -> str | None:
        """Checks out the policy ``spec`` and the files that it extends; returns the policy to load in its place.

        ``scope`` as in `judge.policy_loader.load_policy`.
        """
        if spec is None:
            self._check_out_chain(*list_policy_names(scope))
            return None
        name = repository_path(Path(spec), self._worktree) if is_policy_path(spec) else None
        if name is None:
            return spec
        self._check_out_chain(name)
        return str(self.root / name)

    def check_out_file(self, file: Path) -> Path:
        """The path of the checked-out ``file``, which may not exist; ``file`` itself where it is outside the repository."""
        name = repository_path(file, self._worktree)
        if name is None:
            return file
        self._check_out([name])
        return self.root / name

    def check_out_folder(self, name: str) -> Path:
        """The path of the checked-out folder or file ``name``, with all files in it; it may not exist."""
        self._check_out(sorted({*self._list_files(name), *_list_worktree_files(self._worktree, name)}))
        return self.root / name

    @abc.abstractmethod
    def _list_files(self, name: str) -> Iterable[str]:
        """The regular files at or below ``name``."""

    @abc.abstractmethod
    def display_name(self, file: Path) -> str:
        """The name of a checked-out file in messages."""

    @abc.abstractmethod
    def read_text(self, name: str) -> str | None:
        """The text of a file by its path in the repository; None if it does not exist, empty if it cannot be read."""

    @abc.abstractmethod
    def list_policy_paths(self) -> tuple[str, ...]:
        """The paths of the policies of folders, as far as the listing of a scan does not have them."""

    @abc.abstractmethod
    def names_policy(self, path: str) -> bool:
        """Whether a pyproject.toml that the listing of a scan has may contain a policy."""

    @abc.abstractmethod
    def list_changes(self) -> tuple[Note, ...]:
        """A note on each requested file that the change adds, edits or removes; sorted by path."""

    @abc.abstractmethod
    def _check_out_chain(self, *names: str) -> None:
        """Checks out policies with all that they extend."""

    @abc.abstractmethod
    def _check_out(self, names: Iterable[str]) -> None:
        """Checks out files."""


class RevisionFiles(JudgingFiles):
    """The files of the base revision by which a scan of the work tree is judged.

    Files that only the base revision changed since the merge base are not reported as changes.
    """

    is_before_change = True

    def __init__(self, repository: Repository, base: BaseRevision, scratch_dir: Path) -> None:
        super().__init__(repository, scratch_dir / "base-revision")
        self._base = base
        self._requested: set[str] = set()
        self.revision = PolicyRevision(base.name, self.root)

    def display_name(self, file: Path) -> str:
        """As in `JudgingFiles`: with the revision's name."""
        return f"{self._base.name}:{repository_path(file, self._worktree)}"

    def read_text(self, name: str) -> str | None:
        """As in `JudgingFiles`."""
        self._requested.add(name)
        kind, _ = self._look_up(name, self._base.commit)
        if kind in MISSING_KINDS:
            return None
        data = self._read_blob(name, self._base.commit) or b""
        return data.decode("utf-8", "replace") if len(data) <= MAX_BYTES else ""

    def _list_files(self, name: str) -> Iterable[str]:
        try:
            entries = [os.fsdecode(entry.raw_path) for entry in self._repository.list_tree(self._base.commit)]
        except ScanError as error:
            raise self._read_error("") from error
        return [path for path in entries if path == name or path.startswith(f"{name}/")]

    def list_policy_paths(self) -> tuple[str, ...]:
        """The paths of the policies of folders in the revision."""
        try:
            entries = [(os.fsdecode(entry.raw_path), entry.blob) for entry in self._repository.list_tree(self._base.commit)]
            projects = [(path, blob) for path, blob in entries if path.endswith(f"/{PYPROJECT_FILE}")]
            texts = self._repository.read_blobs(sorted({blob for _, blob in projects}))
        except ScanError as error:
            raise self._read_error("") from error
        named = [path for path, _ in entries if path.endswith(f"/{DEFAULT_POLICY_FILE}")]
        return (*named, *(path for path, blob in projects if names_policy_table(texts.get(blob, b""))))

    def names_policy(self, path: str) -> bool:
        """As in `JudgingFiles`."""
        return names_policy_table(read_worktree_file(self._worktree, path) or b"")

    def list_changes(self) -> tuple[Note, ...]:
        """A note on each requested file that the change adds, edits or removes; sorted by path."""
        notes = []
        for name in sorted(self._requested):
            before = _policy_alone(self._read_blob(name, self._base.commit), name)
            after = _policy_alone(read_worktree_file(self._worktree, name), name)
            if after == before:
                continue
            if self._base.merge_base and after == _policy_alone(self._read_blob(name, self._base.merge_base), name):
                continue
            verb = "adds" if before is None else "removes" if after is None else "edits"
            notes.append(Note(NoteKind.POLICY_CHANGED, name=self._base.name, path=name, text=verb))
        return tuple(notes)

    def _check_out_chain(self, *names: str) -> None:
        self._check_out(follow_extends(names, lambda name: self._read_blob(name, self._base.commit)))
        self._requested |= set(follow_extends(names, lambda name: read_worktree_file(self._worktree, name)))

    def _check_out(self, names: Iterable[str]) -> None:
        for name in names:
            self._requested.add(name)
            file = self.root / name
            kind, _ = self._look_up(name, self._base.commit)
            if kind in MISSING_KINDS or file.exists():
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            data = self._read_blob(name, self._base.commit)
            if data is not None:
                file.write_bytes(data)
            elif kind == "tree":
                file.mkdir()
            elif kind == "symlink" and is_pyproject(name):
                continue  # the project's, and not the policy: no policy is read from outside the tree
            elif kind == "symlink":
                raise PolicyError(
                    f"{self._base.name}:{name}:1:1: a symbolic link that leads out of the scanned tree", "commit the file itself"
                )
            else:
                file.symlink_to("nowhere")  # an unreadable file must not look like a missing one

    def _read_blob(self, name: str, commit: str) -> bytes | None:
        """The content of a file in ``commit``; None if there is no such file."""
        kind, blob = self._look_up(name, commit)
        if kind != "blob":
            return None
        try:
            return self._repository.read_blobs([blob])[blob]
        except (ScanError, KeyError) as error:
            raise self._read_error(name) from error

    def _look_up(self, name: str, commit: str) -> tuple[str, str]:
        try:
            return self._repository.look_up_path(commit, name)
        except ScanError as error:
            raise self._read_error(name) from error

    def _read_error(self, name: str) -> UnreadableRevisionError:
        hint = "check that the clone is complete: git fsck --connectivity-only"
        return UnreadableRevisionError(f"git cannot read {self._base.name}:{name}", hint)


class HeadFiles(RevisionFiles):
    """The files of HEAD of a bare repository. It has no work tree, and so no change to them."""

    is_before_change = False

    def list_changes(self) -> tuple[Note, ...]:
        """As in `JudgingFiles`: none."""
        return ()


def _list_worktree_files(worktree: Path, name: str) -> list[str]:
    """The files at or below ``name`` in the work tree, as far as links do not lead elsewhere."""
    if not (worktree / name).is_dir():
        return [name]
    found = (Path(top) / each for top, _, names in os.walk(worktree / name) for each in names)
    return [file.relative_to(worktree).as_posix() for file in found]


def read_worktree_file(worktree: Path, name: str) -> bytes | None:
    """The content of a file of the work tree; None if there is no such file in it."""
    file = worktree / name
    try:
        if not file.resolve().is_relative_to(worktree) or not stat.S_ISREG(file.stat().st_mode):
            return None
        with file.open("rb") as stream:
            return stream.read(MAX_COMPARED_BYTES)
    except (OSError, RuntimeError):
        return None


def _policy_alone(data: bytes | None, name: str) -> Any:
    """Of a pyproject.toml only the values of its policy, if it can be read; else the file's content as it is."""
    if data is None or not is_pyproject(name):
        return data
    try:
        return to_builtins(parse_policy(data, name, name)) if has_policy_table(data, name) else None
    except PolicyError:
        return data


def repository_path(file: Path, worktree: Path) -> str | None:
    """The path of ``file`` in the repository, with ``/``; None if it is outside.

    Links in the work tree are not followed: the change may have created them. Raises UsageError for a link into the work tree.
    """
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 -- resolve() would follow links
    for parent in reversed(absolute.parents):
        if parent.resolve() == worktree:
            return absolute.relative_to(parent).as_posix()
    if absolute.resolve().is_relative_to(worktree):
        raise UsageError(f"{file} is a symbolic link into the scanned repository", "name the file itself")
    return None


def follow_extends(names: Iterable[str], read_file: ReadFile) -> list[str]:
    """``names``, and the files of the repository that they extend, directly or not."""
    found: list[str] = []
    for name in names:
        current = name
        for _ in range(MAX_CHAIN):
            if current in found or current.startswith("../") or PurePosixPath(current).is_absolute():
                break
            found.append(current)
            spec = find_extended_file(read_file(current) or b"", current)
            if not spec:
                break
            current = os.path.normpath(PurePosixPath(current).parent / spec)
    return found
