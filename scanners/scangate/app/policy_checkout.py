"""Lays out what a scan is judged by (policy, baseline, owners) as another revision has it, and tells what the change makes of it.

What a change says about its own judgement takes effect after the merge. The files come from git's objects, links followed inside
the repository, and stand in the run's private folder, below the same names.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from scangate.errors import PolicyError, ScanError, UsageError
from scangate.judge.codeowners import MAX_BYTES
from scangate.judge.policy_files import DEFAULT_POLICY_FILE, MAX_CHAIN, PolicyRevision, find_extended_file, is_policy_path
from scangate.scan.git import Repository

__all__ = ["RevisionFiles", "repository_path"]

MAX_COMPARED_BYTES = 64 * 1024 * 1024  # bytes of a file of the work tree that are compared
MISSING_KINDS = ("missing", "notdir")

ReadFile = Callable[[str], bytes | None]


class RevisionFiles:
    """The files of the commit ``commit``, called ``name``, that a scan of the work tree below ``top`` is judged by.

    ``fork`` is the commit that the change started from, where that is known: what the revision alone changed since is no change of
    this one's.
    """

    def __init__(self, repository: Repository, name: str, commit: str, merge_base: str, scratch_dir: Path) -> None:
        self._repository = repository
        self._name = name
        self._commit = commit
        self._merge_base = merge_base
        self._worktree = repository.top
        self._checkout = scratch_dir / "papers"
        self._requested: set[str] = set()
        self._checkout.mkdir(mode=0o700)

    @property
    def revision(self) -> PolicyRevision:
        """What `reading.load` has to know of these files."""
        return PolicyRevision(self._name, self._checkout)

    def locate_root(self, root: Path) -> Path:
        """Where the scanned root lies among them."""
        place = self._checkout / root.relative_to(self._worktree)
        place.mkdir(parents=True, exist_ok=True)
        return place

    def check_out_policy(self, spec: str | None, root: Path) -> str | None:
        """The policy to load in the place of ``spec``, laid out with all of the repository that it extends."""
        if spec is None:
            names = [repository_path(root / name, self._worktree) for name in (DEFAULT_POLICY_FILE, "scangate.yml")]
            self._check_out_chain(*filter(None, names))
            return None
        name = repository_path(Path(spec), self._worktree) if is_policy_path(spec) else None
        if name is None:
            return spec
        self._check_out_chain(name)
        return str(self._checkout / name)

    def check_out_file(self, file: Path) -> Path:
        """Where the revision's ``file`` is laid out, if it has one; a file outside the repository is itself."""
        name = repository_path(file, self._worktree)
        if name is None:
            return file
        self._check_out([name])
        return self._checkout / name

    def display_name(self, file: Path) -> str:
        """What messages call a file of the revision."""
        return f"{self._name}:{repository_path(file, self._worktree)}"

    def read_text(self, name: str) -> str | None:
        """The text of the revision's file at ``name`` (from the top of the repository); None where it has none. What is there and
        cannot be read says nothing."""
        self._requested.add(name)
        kind, _ = self._look_up(name, self._commit)
        if kind in MISSING_KINDS:
            return None
        data = self._read_blob(name) or b""
        return data.decode("utf-8", "replace") if len(data) <= MAX_BYTES else ""

    def describe_changes(self) -> tuple[str, ...]:
        """What the change does to the files that were asked for, in sentences; sorted."""
        told = []
        for name in sorted(self._requested):
            before, after = self._read_blob(name), self._read_worktree_file(name)
            if after in (before, self._read_blob(name, self._merge_base) if self._merge_base else before):
                continue
            verb = "adds" if before is None else "removes" if after is None else "edits"
            told.append(f"this change {verb} {name}: that takes effect after the merge, until then {self._name}'s word holds")
        return tuple(told)

    def _check_out_chain(self, *names: str) -> None:
        self._check_out(_follow_extends(names, self._read_blob))
        self._requested |= set(_follow_extends(names, self._read_worktree_file))

    def _check_out(self, names: Iterable[str]) -> None:
        for name in names:
            self._requested.add(name)
            file = self._checkout / name
            kind, _ = self._look_up(name, self._commit)
            if kind in MISSING_KINDS or file.exists():
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            data = self._read_blob(name)
            if data is not None:
                file.write_bytes(data)
            elif kind == "tree":
                file.mkdir()
            elif kind == "symlink":
                raise PolicyError(
                    f"{self._name}:{name}:1:1: a link that leads out of the scanned tree", "put the file itself there"
                )
            else:
                file.symlink_to("nowhere")  # what cannot be read must not look as if it were not there

    def _read_blob(self, name: str, commit: str = "") -> bytes | None:
        """The bytes of a file in the revision; None where it has no such file."""
        kind, blob = self._look_up(name, commit or self._commit)
        if kind != "blob":
            return None
        try:
            return self._repository.read_blobs([blob])[blob]
        except (ScanError, KeyError) as fault:
            raise self._read_error(name) from fault

    def _look_up(self, name: str, commit: str) -> tuple[str, str]:
        try:
            return self._repository.look_up_path(commit, name)
        except ScanError as fault:
            raise self._read_error(name) from fault

    def _read_error(self, name: str) -> UsageError:
        return UsageError(f"git cannot read {self._name}:{name}", "does the clone hold all of it? git fsck --connectivity-only")

    def _read_worktree_file(self, name: str) -> bytes | None:
        """The bytes of a file of the work tree; None where there is none that could be meant."""
        file = self._worktree / name
        try:
            if not file.resolve().is_relative_to(self._worktree) or not stat.S_ISREG(file.stat().st_mode):
                return None
            with file.open("rb") as opened:
                return opened.read(MAX_COMPARED_BYTES)
        except (OSError, RuntimeError):
            return None


def repository_path(file: Path, worktree: Path) -> str | None:
    """The path of a file of the repository from its top, with ``/``; None for one outside. No link of the work tree is followed:
    the change could have made it."""
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 -- resolve() would follow links
    for folder in reversed(absolute.parents):
        if folder.resolve() == worktree:
            return absolute.relative_to(folder).as_posix()
    if absolute.resolve().is_relative_to(worktree):
        raise UsageError(f"{file} is a link into the scanned repository", "name the file itself")
    return None


def _follow_extends(names: Iterable[str], read: ReadFile) -> list[str]:
    """``names``, and what they extend, and so on: as far as it lies in the repository."""
    found: list[str] = []
    for name in names:
        step = name
        for _ in range(MAX_CHAIN):
            if step in found or step.startswith("../") or PurePosixPath(step).is_absolute():
                break
            found.append(step)
            spec = find_extended_file(read(step) or b"")
            if not spec:
                break
            step = os.path.normpath(PurePosixPath(step).parent / spec)
    return found
