"""Reads repositories through git without running anything that their configuration or attributes name."""

from __future__ import annotations

import functools
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec

from scangate.errors import ScanError
from scangate.files import describe_os_error, read_regular_file
from scangate.model import GapKind
from scangate.plugin import ProgramOutput
from scangate.scan.background import BackgroundCall
from scangate.scan.process import STDOUT_LIMIT, ProcessRunner

# Everything in a hostile .git/config that could make git start a program; see git-config(1).
SAFE_CONFIG = (
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
    *("-c", "core.excludesFile=/dev/null"),
    *("-c", "core.ignoreCase=false"),  # else an untracked OK.py is taken for a tracked ok.py
    *("-c", "core.commitGraph=false"),  # a separate file that may contradict the commits
    *("-c", "core.warnAmbiguousRefs=true"),
)
SAFE_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": "/dev/null",
    "GIT_LITERAL_PATHSPECS": "1",
}
TIMEOUT_SECONDS = 60.0
COMMIT_ID = re.compile(rb"[0-9a-f]{40}|[0-9a-f]{64}")
AUTHOR_TIME = re.compile(rb"^author [^\n]*> (-?\d{1,18}) [+-]\d{4}$", re.MULTILINE)
MAX_POINTER_BYTES = 64 * 1024
SYMBOLIC_LINK, SUBMODULE = "120000", "160000"  # modes
INDEX_VARIABLE = "GIT_INDEX_FILE"
EMPTY_BLOB, EMPTY_TREE = (
    {hashlib.sha1(head, usedforsecurity=False).hexdigest(), hashlib.sha256(head).hexdigest()} for head in (b"blob 0\0", b"tree 0\0")
)


def hash_blob(data: bytes) -> frozenset[str]:
    """The ids of a blob with these bytes, in repositories of either object format."""
    content = b"blob %d\0" % len(data) + data
    return frozenset({hashlib.sha1(content, usedforsecurity=False).hexdigest(), hashlib.sha256(content).hexdigest()})


class GitEntry(msgspec.Struct, frozen=True):
    """A path that git names, relative to the scanned root, with its mode and blob.

    ``repository_kind``: ``submodule`` or ``nested repository``; empty for an ordinary path. ``is_hidden``: the index says that the
    work tree need not have it (skip-worktree), or that it is unchanged there (assume-unchanged).
    """

    raw_path: bytes
    mode: str = ""
    blob: str = ""
    repository_kind: str = ""
    is_hidden: bool = False


class IgnoredPaths(msgspec.Struct, frozen=True):
    """How many untracked paths git's ignore rules leave out, and how many the rules in ``.git/info/exclude`` alone would; a folder
    of which all is ignored counts as one."""

    total: int = 0
    by_info_exclude: int = 0


def find_worktree(folder: Path) -> Path | None:
    """The top of the work tree that contains ``folder``, found by its ``.git``, not through its configuration.

    A ``.git`` above ``folder`` counts only if the folder's owner, this user or root owns it, as for git itself: in a shared
    directory such as /tmp anybody can create one.
    """
    top = next((above for above in (folder, *folder.parents) if (above / ".git").exists()), None)
    if top in (None, folder):
        return top
    owners = {folder.stat().st_uid, os.geteuid(), 0}
    return top if (top / ".git").stat().st_uid in owners else None


def is_bare_repository(folder: Path) -> bool:
    """Whether a folder is git's own directory of a repository without a work tree, by the entries that git looks for."""
    return (folder / "HEAD").is_file() and all((folder / name).is_dir() for name in ("objects", "refs"))


def find_repository(root: Path, processes: ProcessRunner) -> Repository | None:
    """The repository that contains ``root``."""
    top = find_worktree(root)
    return None if top is None else Repository(top, root, processes)


class BroughtBlob(msgspec.Struct, frozen=True):
    """A blob that a commit brought at a path: no parent of the commit has it there. ``mode``: git's, such as SUBMODULE."""

    commit: str
    raw_path: bytes
    mode: str
    blob: str


class Repository:
    """The repository with the work tree ``top``, seen from ``root`` in it. ``is_bare``: ``top`` is git's own directory."""

    def __init__(self, top: Path, root: Path, processes: ProcessRunner, *, is_bare: bool = False) -> None:
        self.is_bare = is_bare
        self._top = top
        self._root = root
        self._processes = processes
        self._prefetched: BackgroundCall[list[GitEntry]] | None = None
        self._ignored: BackgroundCall[IgnoredPaths] | None = None

    @property
    def top(self) -> Path:
        """The root of the work tree."""
        return self._top

    def open_nested(self, raw_path: bytes) -> Repository | None:
        """The repository at a path below the root; None if its files are not there."""
        folder = self._root / os.fsdecode(raw_path)
        if not (folder / ".git").exists() or folder.resolve() != self._root.resolve() / os.fsdecode(raw_path):
            return None
        return Repository(folder, folder, self._processes)

    @functools.cached_property
    def _git_dir(self) -> Path:
        if self.is_bare:
            return self._top
        folder = self._top / ".git"
        return self._top / _read_small_file(folder).removeprefix("gitdir:").strip() if folder.is_file() else folder

    @functools.cached_property
    def common_dir(self) -> Path:
        """git's directory, of a linked work tree the main one's: found through its files, not through its configuration."""
        common = _read_small_file(self._git_dir / "commondir")
        return self._git_dir / common if common else self._git_dir

    def prefetch_entries(self) -> None:
        """Starts the next `list_entries` and `count_ignored` in the background."""
        self._prefetched = BackgroundCall(self._list_entries)
        self._ignored = BackgroundCall(self._count_ignored)

    def list_entries(self) -> list[GitEntry]:
        """Every path under the root that is in the index or untracked, without ignored ones."""
        prefetched, self._prefetched = self._prefetched, None
        return self._list_entries() if prefetched is None else prefetched.result()

    def count_ignored(self) -> IgnoredPaths:
        """How many paths the ignore rules leave out."""
        prefetched, self._ignored = self._ignored, None
        return self._count_ignored() if prefetched is None else prefetched.result()

    def _count_ignored(self) -> IgnoredPaths:
        query = ("ls-files", "-z", "--others", "--ignored", "--directory")
        total = len(self._run_for_lines(*query, "--exclude-standard"))
        rules = self.common_dir / "info" / "exclude"
        if not total or not _has_rules(rules):
            return IgnoredPaths(total)
        return IgnoredPaths(total, len(self._run_for_lines(*query, f"--exclude-from={rules}")))

    def _list_entries(self) -> list[GitEntry]:
        untracked = BackgroundCall(lambda: self._run_for_lines("ls-files", "-z", "--others", "--exclude-standard"))
        entries = self._list_index()
        for raw in untracked.result():
            nested = raw.endswith(b"/")
            entries.append(GitEntry(raw.rstrip(b"/"), repository_kind="nested repository" if nested else ""))
        return entries

    def list_index(self) -> list[GitEntry]:
        """Every path under the root in the index of the commit in progress, see `list_staged`."""
        return self._list_index(self._commit_index())

    def is_index_clean(self) -> bool:
        """Whether a commit would change nothing."""
        head = self.head_commit()
        if not head:
            return not self.list_index()
        arguments = ("diff-index", "--cached", "--quiet", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", head, "--")
        return self._run(*arguments, exit_codes=(0, 1), env=self._commit_index()).exit_code == 0

    def list_changed(self, before: str, after: str) -> set[bytes]:
        """The paths in which the commit ``after`` differs from the commit ``before``, without those that it does not have."""
        output = self._run_for_output(
            *("diff-tree", "-r", "--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=none"),
            *("--diff-filter=ACMTU", "-z", "--name-only", "--relative", before, after, "--"),
        )
        return {raw for raw in output.split(b"\0") if raw}

    def list_staged(self, paths: Sequence[bytes]) -> list[GitEntry]:
        """The index's entries for ``paths`` (files or folders, relative to the root), or all that differ from HEAD.

        A path that is not in the index has no blob; a path in conflict has a mode, but no blob. The index is that of a commit in
        progress: for ``git commit FILE`` and ``git commit --all`` git names a temporary one in GIT_INDEX_FILE.
        """
        index = self._commit_index()
        if paths:
            return self._entries_at(paths, index)
        head = self.head_commit()
        if not head:
            return self._without_intent_to_add(self._list_index(index), index)  # before the first commit, everything is new
        changed = self._changed_paths(head, index)
        return [entry for entry in self._list_index(index) if entry.raw_path in changed] if changed else []

    def _commit_index(self) -> Mapping[str, str]:
        """The variable that names a commit's index. Raises ScanError if the file is missing: git would take it for empty."""
        named = self._processes.environ.get(INDEX_VARIABLE)
        if not named:
            return {}
        file = self._top / named  # as in git, relative to the top
        if file == self._top / ".git" / "index":
            return {}
        if not file.is_file():
            raise ScanError(GapKind.UNREADABLE, f"the index that {INDEX_VARIABLE} names does not exist")
        return {INDEX_VARIABLE: str(file)}

    def _changed_paths(self, base: str, index: Mapping[str, str], visible: str = "invisible") -> set[bytes]:
        """The paths in which an index differs from a tree, without deleted ones and ``git add --intent-to-add``."""
        output = self._run_for_output(
            *("diff-index", "--cached", "--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=none"),
            *(f"--ita-{visible}-in-index", "--diff-filter=ACMTU", "-z", "--name-only", "--relative", base, "--"),
            env=index,
        )
        return {raw for raw in output.split(b"\0") if raw}

    def _without_intent_to_add(self, entries: Sequence[GitEntry], index: Mapping[str, str]) -> list[GitEntry]:
        """``entries`` without those of ``git add --intent-to-add``, which git lists as empty files."""
        if not any(entry.blob in EMPTY_BLOB for entry in entries):
            return list(entries)
        length = next(len(entry.blob) for entry in entries if entry.blob)
        base = self.head_commit() or next(tree for tree in EMPTY_TREE if len(tree) == length)
        intended = self._changed_paths(base, index, "visible") - self._changed_paths(base, index)
        return [entry for entry in entries if entry.raw_path not in intended]

    def _entries_at(self, paths: Sequence[bytes], index: Mapping[str, str]) -> list[GitEntry]:
        """The entries at ``paths`` or below; matched here, since thousands of paths do not fit on a command line."""
        root = os.fsencode(self._root)
        wanted = {os.path.relpath(os.path.join(root, name), root) for name in paths}  # noqa: PTH118 -- bytes: a name need not be text
        entries = [entry for entry in self._list_index(index) if wanted & {b".", entry.raw_path, *parent_folders(entry.raw_path)}]
        entries = self._without_intent_to_add(entries, index)
        held = {step for entry in entries for step in (b".", entry.raw_path, *parent_folders(entry.raw_path))}
        return [*entries, *(GitEntry(raw) for raw in sorted(wanted - held))]

    def head_commit(self) -> str:
        """The commit of HEAD, or an empty string before the first commit."""
        output = self._run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", exit_codes=(0, 1, 128))
        return output.stdout.decode("ascii", "replace").strip() if output.exit_code == 0 else ""

    def commit_time(self, commit: str) -> int | None:
        """The time of a commit, given by its full id, in seconds since 1970; None if the repository does not have it."""
        output = self._run("rev-list", "--max-count=1", "--timestamp", commit, "--", exit_codes=(0, 128))
        timestamp = output.stdout.decode("ascii", "replace").partition(" ")[0]
        return int(timestamp) if output.exit_code == 0 and timestamp.isdecimal() else None

    def resolve_commit(self, revision: str) -> str:
        """The commit that ``revision`` names, or an empty string.

        Raises ScanError(GARBAGE) for an ambiguous name: a tag could shadow a branch.
        """
        if revision.startswith("-") or not revision.isprintable():
            return ""
        output = self._run("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}", exit_codes=(0, 1, 128))
        if b"is ambiguous" in output.stderr and not COMMIT_ID.fullmatch(revision.encode()):  # git prefers a full id to a ref
            raise ScanError(GapKind.GARBAGE, f"{revision} is ambiguous")
        named = output.stdout.strip()
        return named.decode("ascii") if output.exit_code == 0 and COMMIT_ID.fullmatch(named) else ""

    def resolve_ref(self, ref: str) -> str:
        """The commit of a ref by its full name, or an empty string; a tag that is called like the whole ref is not taken."""
        if not ref.isprintable():
            return ""
        output = self._run("show-ref", "--verify", "--hash", "--", ref, exit_codes=(0, 1, 128))
        name = output.stdout.strip()
        return self.resolve_commit(name.decode("ascii")) if output.exit_code == 0 and COMMIT_ID.fullmatch(name) else ""

    def resolve_head(self, name: str) -> str:
        """The commit of HEAD, or of a file such as MERGE_HEAD in git's directory; not of a branch or tag of that name."""
        if name == "HEAD":
            return self.head_commit()
        commit = _read_small_file(self._git_dir / name).partition("\n")[0].partition("\t")[0]
        return self.resolve_commit(commit) if COMMIT_ID.fullmatch(commit.encode()) else ""

    def list_remotes(self) -> list[str]:
        """The names of the remote repositories."""
        return self._run_for_output("remote").decode("utf-8", "replace").split()

    def has_origin(self) -> bool:
        """Whether the repository has a remote repository called origin, so that local branches are not the target's."""
        return self._run("config", "--get-all", "remote.origin.url", exit_codes=(0, 1)).exit_code == 0

    def default_branch(self) -> str:
        """The default branch of origin as the clone recorded it, without ``refs/remotes/origin/``; empty if it is unknown."""
        output = self._run("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD", exit_codes=(0, 1, 128))
        name = output.stdout.decode("utf-8", "replace").strip() if output.exit_code == 0 else ""
        return name.removeprefix("refs/remotes/origin/") if name.startswith("refs/remotes/origin/") else ""

    def merge_base(self, one: str, other: str) -> str:
        """The best common ancestor of two commits, or an empty string if the repository has none."""
        output = self._run("merge-base", one, other, exit_codes=(0, 1, 128))
        return output.stdout.decode("ascii").strip() if output.exit_code == 0 else ""

    def is_shallow(self) -> bool:
        """Whether the clone is shallow."""
        return self._run_for_output("rev-parse", "--is-shallow-repository").strip() == b"true"

    def shallow_commits(self) -> frozenset[str]:
        """The commits whose parents a shallow clone does not have. Raises ScanError(UNREADABLE)."""
        try:
            data = read_regular_file(self.common_dir / "shallow", STDOUT_LIMIT)
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise ScanError(GapKind.UNREADABLE, f"the list of a shallow clone: {describe_os_error(error)}") from error
        return frozenset(data.decode("ascii", "replace").split())

    def list_commits(self, revisions: Sequence[str]) -> list[str]:
        """The full ids of the commits that ``revisions``, full ids with ``^`` or ``--all``, select: parents before children.

        Of commits that are no ancestors of each other, the older one is first.
        """
        found = self._run_for_output("rev-list", "--reverse", "--date-order", *revisions, "--")
        return found.decode("ascii").split()

    def list_missing(self, revisions: Sequence[str]) -> frozenset[str]:
        """The ids of the objects of commits, as in `list_commits`, that a partial clone does not have; of another clone none.

        git ends where it would have to fetch one, so they are not asked for.
        """
        names = r"^(remote\..*\.promisor|extensions\.partialclone)$"
        if self._run("config", "--get-regexp", names, exit_codes=(0, 1)).exit_code:
            return frozenset()
        found = self._run_for_output("rev-list", "--objects", "--no-object-names", "--missing=print", *revisions, "--")
        return frozenset(line[1:] for line in found.decode("ascii").splitlines() if line.startswith("?"))

    def list_brought(self, commits: Sequence[str]) -> Iterator[BroughtBlob]:
        """What each of ``commits`` brought, in their order: what differs from every parent, so a merge brings its own changes."""
        output = self._run_for_output(
            *("diff-tree", "--stdin", "-r", "-c", "--root", "--raw", "-z", "--no-abbrev"),
            *("--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=none"),
            stdin="".join(f"{commit}\n" for commit in commits).encode(),
        )
        commit, fields = "", iter(output.split(b"\0"))
        for field in fields:
            if not field.startswith(b":"):
                commit = field.decode("ascii")
                continue
            parents = len(field) - len(field.lstrip(b":"))
            facts, raw_path = field.decode("ascii").lstrip(":").split(" "), next(fields)
            mode, blob = facts[parents], facts[2 * parents + 1]
            if blob.strip("0"):  # else deleted
                yield BroughtBlob(commit, raw_path, mode, blob)

    def author_times(self, commits: Sequence[str]) -> dict[str, int]:
        """The author's time of each commit, in seconds since 1970; none for a commit without a valid one."""
        headers = {name: data.partition(b"\n\n")[0] for name, data in self.read_blobs(commits).items()}
        matches = {name: AUTHOR_TIME.search(header) for name, header in headers.items()}
        return {name: int(match[1]) for name, match in matches.items() if match is not None}

    def list_tree(self, commit: str) -> list[GitEntry]:
        """Every path under the root in a commit."""
        found = []
        for line in filter(None, self._run_for_output("ls-tree", "-r", "-z", commit).split(b"\0")):
            facts, _, raw = line.partition(b"\t")
            mode, _, blob = facts.decode("ascii").split(" ")
            found.append(GitEntry(raw, mode, blob, "submodule" if mode == SUBMODULE else ""))
        return found

    def look_up_path(self, commit: str, path: str) -> tuple[str, str]:
        """The object at ``path`` (from the top of the work tree) in a commit, links followed: ``blob`` or ``tree`` and its id.

        Otherwise git's word: ``missing``, ``symlink`` (out of the tree), ``dangling``, ``loop`` or ``notdir``.
        """
        if "\n" in path:
            return ("missing", "")
        feed = os.fsencode(f"{commit}:{path}\n")
        output = self._run_for_output("cat-file", "--batch-check=%(objecttype) %(objectname)", "--follow-symlinks", stdin=feed)
        first, _, rest = output.partition(b"\n")[0].decode("utf-8", "replace").partition(" ")
        if ":" not in first:
            return (first, rest)
        named = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}:{path}", exit_codes=(0, 1, 128))
        if named.exit_code == 0 and COMMIT_ID.fullmatch(named.stdout.strip()):
            raise ScanError(GapKind.UNREADABLE, "the clone is partial, and does not have the file's content")
        return ("missing", "")  # git repeats names that it does not find

    def tracks(self, path: Path) -> bool:
        """Whether the index has ``path``, or anything below it; False outside the work tree, and where there is none."""
        if self.is_bare:
            return False
        inside = path.parent.resolve() / path.name  # the top is resolved as well; a link itself is tracked
        if not inside.is_relative_to(self._top):
            return False
        return bool(self._run_for_output("ls-files", "-z", "--full-name", "--", os.fspath(inside)))

    def blob_sizes(self, blobs: Sequence[str]) -> dict[str, int]:
        """The size in bytes of each blob; -1 for one that the repository does not have."""
        if not blobs:
            return {}
        output = self._run_for_output(
            "cat-file", "--batch-check=%(objectname) %(objectsize)", stdin="".join(f"{blob}\n" for blob in blobs).encode()
        )
        pairs = (line.split(" ") for line in output.decode("ascii").splitlines())
        return {blob: -1 if size == "missing" else int(size) for blob, size in pairs}

    def read_blobs(self, names: Sequence[str]) -> dict[str, bytes]:
        """The unfiltered bytes of each blob that the repository has."""
        if not names:
            return {}
        output = self._run_for_output(
            "cat-file", "--batch=%(objectname) %(objectsize)", stdin="".join(f"{blob}\n" for blob in names).encode()
        )
        found, at = {}, 0
        while at < len(output):
            end = output.index(b"\n", at)
            name, _, size = output[at:end].decode("ascii").partition(" ")
            if size == "missing":
                at = end + 1
                continue
            found[name] = output[end + 1 : end + 1 + int(size)]
            at = end + 1 + int(size) + 1
        return found

    def _list_index(self, index: Mapping[str, str] = MappingProxyType({})) -> list[GitEntry]:
        found: dict[bytes, GitEntry] = {}
        for line in self._run_for_lines("ls-files", "-z", "--cached", "--stage", "-v", env=index):
            facts, _, raw = line.partition(b"\t")
            tag, mode, blob, stage = facts.decode("ascii").split(" ")
            is_hidden = tag == "S" or tag.islower()  # lower case: assume-unchanged
            # A conflict has up to three stages, and none of them is what will be committed.
            found[raw] = GitEntry(
                raw, mode, blob if stage == "0" else "", "submodule" if mode == SUBMODULE else "", is_hidden=is_hidden
            )
        return list(found.values())

    def _run_for_lines(self, *arguments: str, env: Mapping[str, str] = MappingProxyType({})) -> list[bytes]:
        """The NUL-terminated lines of git's output. Raises ScanError(GARBAGE) if the last one is cut off."""
        *lines, rest = self._run_for_output(*arguments, env=env).split(b"\0")
        if rest:
            raise ScanError(GapKind.GARBAGE, f"git {arguments[0]} wrote incomplete output")
        return lines

    def _run_for_output(self, *arguments: str, stdin: bytes | None = None, env: Mapping[str, str] = MappingProxyType({})) -> bytes:
        return self._run(*arguments, stdin=stdin, env=env).stdout

    def _run(
        self,
        *arguments: str,
        exit_codes: Sequence[int] = (0,),
        stdin: bytes | None = None,
        env: Mapping[str, str] = MappingProxyType({}),
    ) -> ProgramOutput:
        place = {"GIT_DIR": str(self._top / ".git"), "GIT_WORK_TREE": str(self._top)}
        where = {**({"GIT_DIR": str(self._top)} if self.is_bare else place), **env}
        argv = ["git", *SAFE_CONFIG, "-c", f"safe.directory={self._top}", "-C", str(self._root), *arguments]
        output = self._processes.run(argv, timeout=TIMEOUT_SECONDS, env={**SAFE_ENVIRONMENT, **where}, stdin=stdin)
        if output.exit_code not in exit_codes:
            raise ScanError(
                GapKind.CRASH, f"git {arguments[0]} ended with {output.describe_death() or f'exit code {output.exit_code}'}"
            )
        return output


def _has_rules(file: Path) -> bool:
    """Whether a file with ignore rules has any."""
    return any(line.strip() and not line.startswith("#") for line in _read_small_file(file).splitlines())


def _read_small_file(file: Path) -> str:
    """The text of a small file of git, such as one that names a directory; empty if there is none."""
    try:
        return read_regular_file(file, MAX_POINTER_BYTES).decode("utf-8", "surrogateescape").strip()
    except OSError:
        return ""


def parent_folders(raw: bytes) -> Iterator[bytes]:
    """Every folder that contains a path."""
    while raw := raw.rpartition(b"/")[0]:
        yield raw


def blob_id(data: bytes, digits: int) -> str:
    """git's id for a blob, in a repository whose ids have so many hexadecimal digits (SHA-1 or SHA-256)."""
    digest = hashlib.sha256() if digits == 64 else hashlib.sha1(usedforsecurity=False)
    digest.update(b"blob %d\0" % len(data))
    digest.update(data)
    return digest.hexdigest()
