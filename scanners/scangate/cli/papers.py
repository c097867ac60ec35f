"""Lays out what a scan is judged by (policy, baseline, owners) as another revision has it, and tells what the change makes of it.

What a change says about its own judgement takes effect after the merge. The files come from git's objects, links followed inside
the repository, and stand in the run's private folder, below the same names.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from scangate.errors import PolicyError, Unreadable, UsageError
from scangate.judge.codeowners import LARGEST
from scangate.judge.layers import DEFAULT, LONGEST, Revision, extended, is_file
from scangate.scan.git import Repository

__all__ = ["Papers", "inside"]

MOST = 64 * 1024 * 1024  # bytes of a file of the work tree that are compared
ABSENT = ("missing", "notdir")

Read = Callable[[str], bytes | None]


class Papers:
    """The files of the commit ``commit``, called ``name``, that a scan of the work tree below ``top`` is judged by.

    ``fork`` is the commit that the change started from, where that is known: what the revision alone changed since is no change of
    this one's.
    """

    def __init__(self, repository: Repository, name: str, commit: str, fork: str, folder: Path) -> None:
        self._repository = repository
        self._name = name
        self._commit = commit
        self._fork = fork
        self._tree = repository.top
        self._top = folder / "papers"
        self._asked: set[str] = set()
        self._top.mkdir(mode=0o700)

    @property
    def revision(self) -> Revision:
        """What `reading.load` has to know of these files."""
        return Revision(self._name, self._top)

    def root(self, root: Path) -> Path:
        """Where the scanned root lies among them."""
        place = self._top / root.relative_to(self._tree)
        place.mkdir(parents=True, exist_ok=True)
        return place

    def policy(self, spec: str | None, root: Path) -> str | None:
        """The policy to load in the place of ``spec``, laid out with all of the repository that it extends."""
        if spec is None:
            names = [inside(root / name, self._tree) for name in (DEFAULT, "scangate.yml")]
            self._lay_out_policy(*filter(None, names))
            return None
        name = inside(Path(spec), self._tree) if is_file(spec) else None
        if name is None:
            return spec
        self._lay_out_policy(name)
        return str(self._top / name)

    def file(self, file: Path) -> Path:
        """Where the revision's ``file`` is laid out, if it has one; a file outside the repository is itself."""
        name = inside(file, self._tree)
        if name is None:
            return file
        self._lay_out([name])
        return self._top / name

    def called(self, file: Path) -> str:
        """What messages call a file of the revision."""
        return f"{self._name}:{inside(file, self._tree)}"

    def text(self, name: str) -> str | None:
        """The text of the revision's file at ``name`` (from the top of the repository); None where it has none. What is there and
        cannot be read says nothing."""
        self._asked.add(name)
        kind, _ = self._look_up(name, self._commit)
        if kind in ABSENT:
            return None
        data = self._content(name) or b""
        return data.decode("utf-8", "replace") if len(data) <= LARGEST else ""

    def changes(self) -> tuple[str, ...]:
        """What the change does to the files that were asked for, in sentences; sorted."""
        told = []
        for name in sorted(self._asked):
            before, after = self._content(name), self._present(name)
            if after in (before, self._content(name, self._fork) if self._fork else before):
                continue
            verb = "adds" if before is None else "removes" if after is None else "edits"
            told.append(f"this change {verb} {name}: that takes effect after the merge, until then {self._name}'s word holds")
        return tuple(told)

    def _lay_out_policy(self, *names: str) -> None:
        self._lay_out(_chain(names, self._content))
        self._asked |= set(_chain(names, self._present))

    def _lay_out(self, names: Iterable[str]) -> None:
        for name in names:
            self._asked.add(name)
            file = self._top / name
            kind, _ = self._look_up(name, self._commit)
            if kind in ABSENT or file.exists():
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            data = self._content(name)
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

    def _content(self, name: str, commit: str = "") -> bytes | None:
        """The bytes of a file in the revision; None where it has no such file."""
        kind, blob = self._look_up(name, commit or self._commit)
        if kind != "blob":
            return None
        try:
            return self._repository.blobs([blob])[blob]
        except (Unreadable, KeyError) as fault:
            raise self._unreadable(name) from fault

    def _look_up(self, name: str, commit: str) -> tuple[str, str]:
        try:
            return self._repository.look_up(commit, name)
        except Unreadable as fault:
            raise self._unreadable(name) from fault

    def _unreadable(self, name: str) -> UsageError:
        return UsageError(f"git cannot read {self._name}:{name}", "does the clone hold all of it? git fsck --connectivity-only")

    def _present(self, name: str) -> bytes | None:
        """The bytes of a file of the work tree; None where there is none that could be meant."""
        file = self._tree / name
        try:
            if not file.resolve().is_relative_to(self._tree) or not stat.S_ISREG(file.stat().st_mode):
                return None
            with file.open("rb") as opened:
                return opened.read(MOST)
        except (OSError, RuntimeError):
            return None


def inside(file: Path, top: Path) -> str | None:
    """The path of a file of the repository from its top, with ``/``; None for one outside. No link of the work tree is followed:
    the change could have made it."""
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 -- resolve() would follow links
    for folder in reversed(absolute.parents):
        if folder.resolve() == top:
            return absolute.relative_to(folder).as_posix()
    if absolute.resolve().is_relative_to(top):
        raise UsageError(f"{file} is a link into the scanned repository", "name the file itself")
    return None


def _chain(names: Iterable[str], read: Read) -> list[str]:
    """``names``, and what they extend, and so on: as far as it lies in the repository."""
    found: list[str] = []
    for name in names:
        step = name
        for _ in range(LONGEST):
            if step in found or step.startswith("../") or PurePosixPath(step).is_absolute():
                break
            found.append(step)
            spec = extended(read(step) or b"")
            if not spec:
                break
            step = os.path.normpath(PurePosixPath(step).parent / spec)
    return found
