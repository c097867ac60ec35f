"""Reads policy, baseline and CODEOWNERS from git's index: a hook judges staged files by the staged policy.

A file that the index does not have is read from the work tree: a policy need not be committed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from scangate.app.policy_checkout import JudgingFiles, follow_extends, read_worktree_file
from scangate.errors import ScanError, UsageError
from scangate.judge.codeowners import MAX_BYTES
from scangate.judge.policy_toml import names_policy_table
from scangate.model import Note
from scangate.scan.git import Repository

MAX_LINKS = 5
SYMBOLIC_LINK = "120000"  # git's mode


class IndexFiles(JudgingFiles):
    """The files of the index that judge a scan of staged files."""

    def __init__(self, repository: Repository, scratch_dir: Path) -> None:
        """Raises UsageError if git cannot list the index."""
        super().__init__(repository, scratch_dir / "index")
        try:
            self._entries = {os.fsdecode(entry.raw_path): entry for entry in repository.list_index()}
        except ScanError as error:
            raise UsageError(error.reason, "check that git works here: git status") from error

    def display_name(self, file: Path) -> str:
        """As `JudgingFiles.display_name`: the path of the file in the work tree."""
        return os.path.relpath(file)

    def read_text(self, name: str) -> str | None:
        """As `JudgingFiles.read_text`."""
        data = self._read(name)
        if data is None:
            return "" if name in self._entries or os.path.lexists(self._worktree / name) else None
        return data.decode("utf-8", "replace") if len(data) <= MAX_BYTES else ""

    def list_policy_paths(self) -> tuple[str, ...]:
        """As `JudgingFiles.list_policy_paths`: none, since the listing of staged files has all paths of the index."""
        return ()

    def names_policy(self, path: str) -> bool:
        """As `JudgingFiles.names_policy`."""
        return names_policy_table(self._read(path) or b"")

    def list_changes(self) -> tuple[Note, ...]:
        """As `JudgingFiles.list_changes`: none, since what is staged is what judges."""
        return ()

    def _list_files(self, name: str) -> Iterable[str]:
        return [path for path in self._entries if path == name or path.startswith(f"{name}/")]

    def _check_out_chain(self, *names: str) -> None:
        self._check_out(follow_extends(names, self._read))

    def _check_out(self, names: Iterable[str]) -> None:
        for name in names:
            file = self.root / name
            if file.exists() or (name not in self._entries and not os.path.lexists(self._worktree / name)):
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            data = self._read(name)
            if data is not None:
                file.write_bytes(data)
            else:
                file.symlink_to("nowhere")  # what cannot be read must not look like a missing file

    def _read(self, name: str) -> bytes | None:
        """The content of a file; None if there is none, or if it is in a merge conflict."""
        for _ in range(MAX_LINKS):
            entry = self._entries.get(name)
            if entry is None:
                return read_worktree_file(self._worktree, name)
            data = self._read_blob(entry.blob)
            if data is None or entry.mode != SYMBOLIC_LINK:
                return data
            name = os.path.normpath(PurePosixPath(name).parent / os.fsdecode(data))
            if name.startswith("../") or PurePosixPath(name).is_absolute():
                return None
        return None

    def _read_blob(self, blob: str) -> bytes | None:
        try:
            return self._repository.read_blobs([blob]).get(blob) if blob else None
        except ScanError as error:
            raise UsageError("git cannot read its index", "check that the clone is complete: git fsck") from error
