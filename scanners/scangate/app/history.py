"""Scans the history of a repository for secrets: every version of every file that some commits brought."""

from __future__ import annotations

import functools
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from scangate import globs
from scangate.app.base_revision import UNSHALLOW
from scangate.app.events import COMMITS
from scangate.app.named_revision import resolve_revision
from scangate.app.own_outputs import without_own_outputs
from scangate.app.scan_setup import SALT_BYTES, ScanSetup
from scangate.app.session import Session
from scangate.errors import ScanError, UsageError
from scangate.model import Analysis, Gap, GapKind, ScanResult, SkippedPath, Targets
from scangate.printable import replace_unprintable
from scangate.scan import engine
from scangate.scan.content_types import identify_targets
from scangate.scan.dispatch import ProgressCallback
from scangate.scan.git import SUBMODULE, BroughtBlob, GitEntry, Repository
from scangate.scan.history import Blob, BlobListing, History, Version, divide_into_listings, list_history, make_listing
from scangate.scan.history_results import HistoryResults
from scangate.scan.listing import COMPLETE_HINT
from scangate.scan.plan import ScanPlan
from scangate.scan.redaction import Redactor
from scangate.scan.skipping import excluded_path
from scangate.scan.target import SCANNER, display_path, folder_test, nested_repository_gap
from scangate.scan.text_redactor import TextRedactor

ALL_REFS = "--all"


class HistoryScan(msgspec.Struct, frozen=True):
    """What a scan of the history gives; as that of a directory."""

    results: tuple[ScanResult, ...]
    targets: Targets
    plan: ScanPlan


def scan_history(setup: ScanSetup, session: Session, progress: ProgressCallback, texts: TextRedactor) -> HistoryScan:
    """Scans the range of revisions of the request. Raises UsageError for one that cannot be resolved."""
    repository = session.repository
    if repository is None:
        raise UsageError("there is no git repository, and so no history", "scan the files instead: scangate scan .")
    run = _HistoryRun(setup, session, repository, progress, texts)
    return run.scan(setup.request.history or "HEAD")


def _resolve_range(text: str, repository: Repository) -> list[str]:
    """The arguments of `Repository.list_commits` for ``REV``, ``REV..REV``, ``REV...REV`` or ALL_REFS. Raises UsageError."""
    if text == ALL_REFS:
        return [ALL_REFS]
    for separator in ("...", ".."):
        start, found, end = text.partition(separator)
        if found:
            return [separator.join(_resolve(name or "HEAD", repository) for name in (start, end))]
    return [_resolve(text, repository)]


def _resolve(name: str, repository: Repository) -> str:
    commit = resolve_revision(name, repository, is_change=False).commit
    if not commit:
        hint = f"fetch the whole history: {UNSHALLOW}" if repository.is_shallow() else "list the branches: git branch --all"
        raise UsageError(f"no commit is named {replace_unprintable(name[:200])}", hint)
    return commit


class _HistoryRun:
    """One scan of a history: lists it, scans it part by part, and puts the results together."""

    def __init__(
        self, setup: ScanSetup, session: Session, repository: Repository, progress: ProgressCallback, texts: TextRedactor
    ) -> None:
        self._setup, self._session, self._repository = setup, session, repository
        self._progress = progress
        self._plan = _for_secrets(setup.build_plan())
        self._texts, self._secrets = texts, Redactor(())
        self._revisions: list[str] = []
        self._missing: frozenset[str] = frozenset()
        self._gaps: list[Gap] = []
        self._notes: list[str] = []
        self._skipped: set[SkippedPath] = set()

    def scan(self, text: str) -> HistoryScan:
        """Scans the commits of a range of revisions."""
        commits, in_head = self._list_commits(text)
        digits = len(commits[0]) if commits else 0
        self._texts.gather(self._secrets)
        results, times = HistoryResults(commits, self._may_report, frozenset(in_head)), dict[str, int]()
        try:
            history = self._list_history(commits)
            self._missing = self._repository.list_missing([*self._revisions, *(["HEAD"] if in_head else [])])
            done = 0
            for part in self._divide(history.blobs(digits)):
                if self._is_over(done, len(history)):
                    break
                found = self._scan_part(part, _shift(self._progress, done, len(history)))
                results.add(*found, part.blobs, self._texts.original_paths)
                done += len(part.listing.targets)
            if results.has_values_to_find:
                self._search_head(results, history, in_head)
            times = self._repository.author_times(results.commits_with_findings())
        except ScanError as error:
            hint = error.hint or COMPLETE_HINT
            self._gaps.append(Gap(SCANNER, None, error.kind, f"the history was not read to its end: {error.reason}", hint=hint))
        if not results.has_results:
            results.add(*self._scan_part(make_listing(self._session.root, self._repository)), {}, {})
        targets = results.targets(self._secrets, self._notes, self._gaps, self._session.scope)
        return HistoryScan(results.results(self._secrets, times, self._skipped), targets, self._plan)

    def _list_commits(self, text: str) -> tuple[list[str], dict[str, GitEntry]]:
        """The commits, and what HEAD has, by blob. Raises UsageError if git cannot list them."""
        try:
            head = self._repository.head_commit()
            if not head and text == "HEAD":  # before the first commit
                self._gaps.append(
                    Gap(SCANNER, None, GapKind.UNREADABLE, "there is no commit", hint="name a branch: git branch --all")
                )
                return [], {}
            self._revisions = _resolve_range(text, self._repository)
            commits = self._repository.list_commits(self._revisions)
            return commits, {entry.blob: entry for entry in (self._repository.list_tree(head) if head else ())}
        except ScanError as error:
            if error.kind is not GapKind.INTERRUPTED and not self._session.processes.is_out_of_time:
                raise UsageError(f"the history cannot be listed: {error.reason}", "check that git works here: git log") from error
            self._gaps.append(Gap(SCANNER, None, error.kind, f"{error.reason}, before the commits were listed", hint=error.hint))
            return [], {}

    def _list_history(self, commits: Sequence[str]) -> History:
        """What ``commits`` brought; a gap for each submodule, and one if the clone does not have all commits."""
        cut = self._repository.shallow_commits().intersection(commits)
        if cut:
            reason = f"the clone is shallow, so the history before {_name_some(sorted(cut))} is missing"
            self._gaps.append(Gap(SCANNER, None, GapKind.ABSENT, reason, hint=f"fetch all of it: {UNSHALLOW}"))
        is_wanted = folder_test(self._session.scope.encode("utf-8", "surrogateescape"))
        history = list_history(self._repository, commits, is_wanted, lambda done, total: self._progress(COMMITS, done, total))
        self._gaps += map(nested_repository_gap, history.submodules.values())
        self._notes.append(f"history: {len(commits):,} commits brought {len(history):,} versions of files")
        return history

    def _is_over(self, done: int, total: int) -> bool:
        """Whether the run was interrupted or is out of time; then there is a gap for what was not scanned."""
        processes = self._session.processes
        if not processes.cancelled and not processes.is_out_of_time:
            return False
        kind = GapKind.INTERRUPTED if processes.cancelled else GapKind.TIMEOUT
        reason = f"{total - done:,} of {total:,} versions of files were not scanned"
        self._gaps.append(Gap(SCANNER, None, kind, reason, hint="run it again: what was scanned is cached"))
        return True

    def _divide(self, blobs: Iterable[Blob]) -> Iterator[BlobListing]:
        limit = self._plan.max_file_bytes
        return divide_into_listings(self._session.root, self._repository, blobs, self._choose, limit, self._missing)

    def _choose(self, blob: Blob) -> Version | None:
        """The version under whose path a blob is scanned: the first that any scanner may read."""
        for version in blob.versions:
            path = display_path(version.raw_path)
            excluded = {name: self._exclusion(name, path) for name in self._names}
            self._skipped.update(excluded_path(path, name, why) for name, why in excluded.items() if why is not None)
            if None in excluded.values():
                return version
        return None

    @functools.cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(task.scanner.NAME for task in self._plan.tasks if not task.skip_reason)

    def _may_report(self, scanner: str, path: str) -> bool:
        return self._exclusion(scanner, path) is None

    def _exclusion(self, scanner: str, path: str) -> str | None:
        """Why the policy excludes a path for a scanner; None if it does not."""
        applicable = (each for each in self._plan.exclusions if not each.scanners or scanner in each.scanners)
        return next((each.reason for each in applicable if globs.matches(each.path, path)), None)

    def _scan_part(self, part: BlobListing, progress: ProgressCallback = lambda *_: None) -> engine.ScanOutput:
        """The results for the blobs of one listing. Its files are removed when it is scanned."""
        processes, plan = self._session.processes, self._plan
        listing = identify_targets(part.listing, plan.max_file_bytes, plan.result_cache, lambda: processes.is_out_of_time)
        folder = Path(tempfile.mkdtemp(prefix="history-", dir=self._session.scratch_dir))
        try:
            return engine.scan(without_own_outputs(listing), self._plan_for(part), processes, folder, progress, self._texts)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _plan_for(self, part: BlobListing) -> ScanPlan:
        """The plan without exclusions, which are about paths in the repository: each task has the paths that it may read."""
        tasks = tuple(
            msgspec.structs.replace(task, paths=part.paths_where(functools.partial(self._may_report, task.scanner.NAME)))
            for task in self._plan.tasks
        )
        return msgspec.structs.replace(self._plan, tasks=tasks, exclusions=())

    def _search_head(self, results: HistoryResults, history: History, in_head: Mapping[str, GitEntry]) -> None:
        """Searches what HEAD has, and no commit of the range brought, for the values that were found."""
        rest = History()
        for entry in in_head.values():
            found = BroughtBlob("", entry.raw_path, entry.mode, entry.blob)
            if entry.mode != SUBMODULE and not history.has(found):
                rest.add(found, 0)
        digits = len(next(iter(in_head), ""))
        for part in self._divide(rest.blobs(digits)):
            if not self._session.processes.cancelled:
                results.add_head(self._scan_part(part)[0])


def _shift(progress: ProgressCallback, done: int, total: int) -> ProgressCallback:
    """``progress`` for a part that follows ``done`` of ``total`` files."""
    return lambda scanner, number, _: progress(scanner, done + number, total)


def _for_secrets(plan: ScanPlan) -> ScanPlan:
    """``plan`` with the scanners that search for secrets."""
    tasks = (task for task in plan.tasks if any(each.analysis is Analysis.SECRETS for each in task.declared_coverage))
    return msgspec.structs.replace(plan, tasks=tuple(tasks), secret_salt=plan.secret_salt or secrets.token_bytes(SALT_BYTES))


def _name_some(commits: Sequence[str]) -> str:
    more = f" and {len(commits) - 1:,} more commits" if len(commits) > 1 else ""
    return f"commit {commits[0]}{more}"
