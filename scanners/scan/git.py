"""Asks git what a repository holds, without running anything that the repository's own configuration or attributes name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from scanners.errors import Unreadable
from scanners.model import GapKind
from scanners.scan.process import Output, Processes

__all__ = ["Entry", "Repository", "find"]

# What a hostile .git/config could make git start, switched off on every call; see git-config(1) for each.
QUIET = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.pager=cat"),
    *("-c", "core.sshCommand=false"),
    *("-c", "core.askPass=false"),
    *("-c", "credential.helper="),
    *("-c", "protocol.allow=never"),
    *("-c", "submodule.recurse=false"),
    *("-c", "core.untrackedCache=false"),
    *("-c", "core.quotePath=false"),
)
ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
}
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
SECONDS = 60.0


class Entry(msgspec.Struct, frozen=True):
    """One path that git names: its bytes relative to the scanned root, mode and blob; ``repository`` says what kind of other
    repository stands there (a submodule, a nested repository), empty for an ordinary path."""

    raw: bytes
    mode: str = ""
    blob: str = ""
    repository: str = ""


def find(root: Path, processes: Processes) -> Repository | None:
    """The repository that ``root`` lies in, found by its ``.git`` and not by asking its configuration."""
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)
    return None if top is None else Repository(top, root, processes)


class Repository:
    """The repository whose work tree ``top`` is, seen from ``root`` in it."""

    def __init__(self, top: Path, root: Path, processes: Processes) -> None:
        self._top = top
        self._root = root
        self._processes = processes

    def entries(self) -> list[Entry]:
        """Every path under the root that is in the index or untracked, ignored ones left out."""
        entries = self._indexed([])
        untracked = self._ask("ls-files", "-z", "--others", "--exclude-standard").split(b"\0")
        for raw in filter(None, untracked):
            nested = raw.endswith(b"/")
            entries.append(Entry(raw.rstrip(b"/"), repository="nested repository" if nested else ""))
        return entries

    def staged(self, names: Sequence[bytes]) -> list[Entry]:
        """The index's entries for ``names`` (relative to the root), or for all that differs from HEAD where none is given."""
        if names:
            return self._indexed(names)
        answer = self._ask(
            *("diff-index", "--cached", "--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=none"),
            *("--diff-filter=ACMT", "-z", "--name-only", "--relative", self.commit() or EMPTY_TREE),
        )
        changed = [raw for raw in answer.split(b"\0") if raw]
        return self._indexed(changed) if changed else []

    def commit(self) -> str:
        """The commit that HEAD names, or an empty string before the first."""
        output = self._start("rev-parse", "--verify", "--quiet", "HEAD^{commit}", codes=(0, 1, 128))
        return output.stdout.decode("ascii", "replace").strip() if output.code == 0 else ""

    def tracks(self, path: Path) -> bool:
        """Whether the index holds ``path``, or anything in it; a path outside the work tree it does not hold."""
        inside = Path(os.path.abspath(path))  # noqa: PTH100 -- a link in the path is the repository's own
        if not inside.is_relative_to(self._top):
            return False
        return bool(self._ask("ls-files", "-z", "--full-name", "--", os.fspath(inside)))

    def sizes(self, blobs: Sequence[str]) -> dict[str, int]:
        """The size in bytes of each blob."""
        if not blobs:
            return {}
        answer = self._ask(
            "cat-file", "--batch-check=%(objectname) %(objectsize)", feed="".join(f"{blob}\n" for blob in blobs).encode()
        )
        pairs = (line.split(" ") for line in answer.decode("ascii").splitlines())
        return {blob: int(size) for blob, size in pairs}

    def blobs(self, blobs: Sequence[str]) -> dict[str, bytes]:
        """The bytes of each blob, unfiltered."""
        if not blobs:
            return {}
        answer = self._ask("cat-file", "--batch=%(objectname) %(objectsize)", feed="".join(f"{blob}\n" for blob in blobs).encode())
        found, at = {}, 0
        while at < len(answer):
            end = answer.index(b"\n", at)
            name, _, size = answer[at:end].decode("ascii").partition(" ")
            found[name] = answer[end + 1 : end + 1 + int(size)]
            at = end + 1 + int(size) + 1
        return found

    def _indexed(self, names: Sequence[bytes]) -> list[Entry]:
        answer = self._ask("ls-files", "-z", "--cached", "--stage", "--", *(os.fsdecode(name) for name in names))
        found = []
        for line in filter(None, answer.split(b"\0")):
            facts, _, raw = line.partition(b"\t")
            mode, blob, _ = facts.decode("ascii").split(" ")
            found.append(Entry(raw, mode, blob, "submodule" if mode == "160000" else ""))
        return list({entry.raw: entry for entry in found}.values())  # an unmerged path stands there up to three times

    def _ask(self, *arguments: str, feed: bytes | None = None) -> bytes:
        return self._start(*arguments, feed=feed).stdout

    def _start(self, *arguments: str, codes: Sequence[int] = (0,), feed: bytes | None = None) -> Output:
        where = {"GIT_DIR": str(self._top / ".git"), "GIT_WORK_TREE": str(self._top)}
        argv = ["git", *QUIET, "-c", f"safe.directory={self._top}", "-C", str(self._root), *arguments]
        output = self._processes.run(argv, timeout=SECONDS, env={**ENVIRONMENT, **where}, feed=feed)
        if output.code not in codes:
            raise Unreadable(GapKind.CRASH, f"git {arguments[0]} ended with {output.died() or f'exit code {output.code}'}")
        return output
