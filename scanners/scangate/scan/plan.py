"""The plan of a run: which scanner over which files, and which paths the policy excludes; starts nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec

from scangate.errors import ScanError
from scangate.model import CHANGE_SOURCES, FileReport, Gap, GapKind, SkippedPath, Span
from scangate.plugin import Coverage, FileFacts, Scanner, ScannerTraits, SourceFile, read_traits
from scangate.scan.listing import Listing
from scangate.scan.pieces import typical_path
from scangate.scan.references import find_referenced
from scangate.scan.result_cache import CachedResult, ResultCache
from scangate.scan.saved_values import SavedValues
from scangate.scan.skipping import ExcludedPaths, find_repeated_links, skip_excluded
from scangate.scan.target import Target

Value = TypeVar("Value")


class ScannerTask(msgspec.Struct, frozen=True):
    """One scanner to run. With a ``skip_reason`` it is reported but not run. ``paths``: the files it may be given; None: any."""

    scanner: Scanner[Any]
    options: object
    timeout: float
    skip_reason: str = ""
    paths: frozenset[str] | None = None

    @property
    def traits(self) -> ScannerTraits:
        """The scanner's optional attributes."""
        return read_traits(self.scanner)

    @property
    def declared_coverage(self) -> tuple[Coverage, ...]:
        """The analyses that the scanner declares; none if it fails to, so that they are missed."""
        declared, _ = call_guarded(lambda: tuple(self.traits.coverage(self.options)))
        return tuple(each for each in declared or () if isinstance(each, Coverage))


def _find_nothing(source: SourceFile) -> Sequence[Span]:
    del source
    return ()


class ScanPlan(msgspec.Struct, frozen=True):
    """Everything a run is to do. ``today``: the date of the run, for scanners whose data ages.

    ``secret_salt``: salt of the digests by which secrets are compared with a baseline; empty: no digests. ``result_cache``: results
    of earlier runs; None: nothing is reused or saved. ``saved_values``: what scanners themselves save for later runs.
    ``find_not_secrets``: where in a file there is what looks like a secret and is known to be none; it depends on the content only.
    """

    tasks: tuple[ScannerTask, ...]
    exclusions: tuple[ExcludedPaths, ...] = ()
    max_file_bytes: int = 1024 * 1024
    jobs: int = 1
    today: dt.date = dt.date.max
    secret_salt: bytes = b""
    result_cache: ResultCache | None = None
    saved_values: SavedValues | None = None
    find_not_secrets: Callable[[SourceFile], Sequence[Span]] = _find_nothing

    def task_digest(self, task: ScannerTask, version: str, environ: Mapping[str, str]) -> bytes | None:
        """The digest of what the task's results depend on, except the files; None if they must not be cached."""
        if (cache := self.result_cache) is None:
            return None
        dependencies, _ = call_guarded(lambda: task.traits.cache_key(task.options, environ, self.today))
        if dependencies is None:
            return None
        facts = (version, dependencies, task.timeout, self.max_file_bytes)
        return call_guarded(lambda: cache.settings_digest(task.scanner, task.options, facts))[0]


class ToolInfo(msgspec.Struct, frozen=True):
    """What is known of a scanner before it runs: its version, or the error if it is missing.

    ``settings_digest`` covers everything that results depend on, except the files; None if they must not be cached.
    """

    version: str | None = None
    unavailable: ScanError | None = None
    settings_digest: bytes | None = None


UNKNOWN_TOOL = ToolInfo()


class TaskRun(msgspec.Struct):
    """One task in progress: the files it is responsible for, and the results so far."""

    task: ScannerTask
    tool: ToolInfo
    targets: list[Target] = []
    skipped_paths: list[SkippedPath] = []
    cached: dict[str, CachedResult] = {}
    requested: set[str] = set()
    sources: list[SourceFile] = []
    reports: list[FileReport] = []
    piece_reports: list[FileReport] = []
    gaps: list[Gap] = []
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """The scanner's name."""
        return self.task.scanner.NAME

    @property
    def all_gaps(self) -> list[Gap]:
        """The gaps so far: the engine's and the scanner's own."""
        return [*self.gaps, *(gap for report in self.reports for gap in report.gaps)]


def assign_files(
    task: ScannerTask, listing: Listing, exclusions: Sequence[ExcludedPaths], tool: ToolInfo = UNKNOWN_TOOL
) -> TaskRun:
    """A task's run before it starts: its targets, the files that these name, and the paths that the policy excludes."""
    run = TaskRun(task, tool)

    def is_excluded(target: Target) -> bool:
        skipped = skip_excluded(target.path, exclusions, task.scanner.NAME)
        run.skipped_paths += [skipped] if skipped is not None else []
        return skipped is not None

    is_splittable = task.traits.splittable
    repeated = find_repeated_links(listing.targets, listing.companions, exclusions) if is_splittable else frozenset()
    for target in listing.targets if not task.skip_reason else ():
        is_wanted = (task.paths is None or target.path in task.paths) and target.path not in repeated
        if is_wanted and target.path not in listing.companions and accepts(task, target) and not is_excluded(target):
            run.targets.append(target)
    # the scanner may read none of the changed files by itself, but its other files may include one of them
    may_be_named = not task.skip_reason and (run.targets or listing.summary.source in CHANGE_SOURCES)
    if may_be_named and task.traits.also_reads is not ScannerTraits().also_reads:
        referenced = find_referenced(run.targets, listing, partial(_names_files, task), partial(_accepts, task), is_excluded)
        run.targets = sorted((*run.targets, *referenced), key=lambda target: target.path)
        run.skipped_paths = list(dict.fromkeys(run.skipped_paths))
    return run


def with_companions(listing: Listing, plan: ScanPlan) -> Listing:
    """``listing`` with the companions that a task of ``plan`` is given because one of its files names them, as targets."""
    if not listing.companions:
        return listing
    named = {target.path: target for task in plan.tasks for target in assign_files(task, listing, plan.exclusions).targets}
    targets = {**named, **{target.path: target for target in listing.targets}}
    return msgspec.structs.replace(listing, targets=tuple(targets[path] for path in sorted(targets)))


def _names_files(task: ScannerTask, path: str, data: bytes) -> list[str]:
    """What a file names; nothing if the plugin fails, since the file itself is scanned."""
    named, _ = call_guarded(lambda: [str(name) for name in task.traits.also_reads(path, data, task.options)])
    return named or []


def accepts(task: ScannerTask, target: Target) -> bool:
    """Whether the scanner scans the file, or a piece of it; if its ``reads`` fails, yes, so that the file is not lost."""
    pieces = target.piece_types if task.traits.reads_pieces else ()
    return accepts_file(task, target) or any(accepts_piece(task, target, content_type) for content_type in pieces)


def accepts_file(task: ScannerTask, target: Target) -> bool:
    """Whether the scanner scans the file itself."""
    return _accepts(task, target.path, target.content_type)


def accepts_piece(task: ScannerTask, target: Target, content_type: str) -> bool:
    """Whether the scanner scans the pieces of the file that have this content type."""
    return _accepts(task, typical_path(target.path, content_type), content_type)


def _accepts(task: ScannerTask, path: str, content_type: str = "") -> bool:
    facts = FileFacts(path, content_type)
    accepted, error = call_guarded(lambda: bool(task.scanner.reads(facts, task.options)))
    return bool(accepted) or error is not None


def call_guarded(call: Callable[[], Value]) -> tuple[Value | None, ScanError | None]:
    """The value of ``call``, or the error. A plugin may raise anything, SystemExit(0) included."""
    try:
        return call(), None
    except ScanError as error:
        return None, error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001
        reason = f"the scanner itself failed: {type(error).__name__}"
        return None, ScanError(GapKind.CRASH, reason, "report this to the plugin's author")


def gap_from_error(scanner: str, path: str | None, error: ScanError) -> Gap:
    """The gap for an error."""
    return Gap(scanner, path, error.kind, error.reason, hint=error.hint)
