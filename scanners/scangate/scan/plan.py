"""What a run is to do: which scanner over which files, and what of it the policy leaves out; starts nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from scangate.errors import ScanError
from scangate.globs import matches
from scangate.model import FileReport, Gap, GapKind, SkippedPath
from scangate.plugin import Scanner, ScannerTraits, SourceFile, read_traits
from scangate.scan.discovery import Listing, Target
from scangate.scan.result_cache import CachedResult, ResultCache

__all__ = [
    "UNKNOWN_TOOL",
    "PathExclusion",
    "ScanPlan",
    "ScannerTask",
    "TaskRun",
    "ToolInfo",
    "accepts",
    "assign_files",
    "call_guarded",
    "gap_from_error",
]

Value = TypeVar("Value")


class PathExclusion(msgspec.Struct, frozen=True):
    """Paths that the policy leaves out, for all scanners or for some, and why."""

    pattern: str
    reason: str
    scanners: tuple[str, ...] = ()


class ScannerTask(msgspec.Struct, frozen=True):
    """One scanner to run; where ``skipped`` gives a reason, it is only told. ``paths``: all that it may be given, None for any."""

    scanner: Scanner[Any]
    options: object
    timeout: float
    skip_reason: str = ""
    paths: frozenset[str] | None = None

    @property
    def traits(self) -> ScannerTraits:
        """The scanner's optional attributes."""
        return read_traits(self.scanner)


class ScanPlan(msgspec.Struct, frozen=True):
    """All that a run is to do. ``today``: the day of the run, by which a scanner may find what it knows out of date.

    ``salt``: under which secrets' values are made into digests, to be compared with those known before; without it there are none.
    ``memory``: the answers of earlier runs, None where none is used and none is kept.
    """

    tasks: tuple[ScannerTask, ...]
    exclusions: tuple[PathExclusion, ...] = ()
    max_file_bytes: int = 1024 * 1024
    jobs: int = 1
    today: dt.date = dt.date.max
    secret_salt: bytes = b""
    result_cache: ResultCache | None = None


class ToolInfo(msgspec.Struct, frozen=True):
    """What is known of a scanner before it is asked: its version, or why it is not there; and what its answers depend on beside
    the files, None where none may be kept."""

    version: str | None = None
    unavailable: ScanError | None = None
    settings_digest: bytes | None = None


UNKNOWN_TOOL = ToolInfo()


class TaskRun(msgspec.Struct):
    """What one task has to read, and what has come of it so far."""

    task: ScannerTask
    tool: ToolInfo
    targets: list[Target]
    left_out: list[SkippedPath]
    cached: dict[str, CachedResult] = {}
    requested: set[str] = set()
    sources: list[SourceFile] = []
    reports: list[FileReport] = []
    gaps: list[Gap] = []
    seconds: float = 0.0

    @property
    def name(self) -> str:
        """The scanner's."""
        return self.task.scanner.NAME

    @property
    def all_gaps(self) -> list[Gap]:
        """The gaps so far: the engine's own, and those that the scanner told."""
        return [*self.gaps, *(gap for report in self.reports for gap in report.gaps)]


def assign_files(
    task: ScannerTask, listing: Listing, exclusions: Sequence[PathExclusion], tool: ToolInfo = UNKNOWN_TOOL
) -> TaskRun:
    """The work of a task before it is begun: its targets, and what the policy leaves out of them."""
    name = task.scanner.NAME
    mine = [exclude for exclude in exclusions if not exclude.scanners or name in exclude.scanners]
    work = TaskRun(task, tool, [], [], cached={}, requested=set(), sources=[], reports=[], gaps=[])
    for target in listing.targets if not task.skip_reason else ():
        if (task.paths is not None and target.path not in task.paths) or not accepts(task, target.path):
            continue
        reason = next((exclude.reason for exclude in mine if matches(exclude.pattern, target.path)), None)
        if reason is None:
            work.targets.append(target)
        else:
            work.left_out.append(SkippedPath(target.path, reason, name))
    return work


def accepts(task: ScannerTask, path: str) -> bool:
    """Whether a file is the scanner's business; one that it cannot say so of is given to it, so that it is not lost."""
    mine, fault = call_guarded(lambda: bool(task.scanner.reads(path, task.options)))
    return bool(mine) or fault is not None


def call_guarded(step: Callable[[], Value]) -> tuple[Value | None, ScanError | None]:
    """What ``step`` gives, or why it gives nothing. The wall around a plugin: it may raise anything, SystemExit(0) included."""
    try:
        return step(), None
    except ScanError as fault:
        return None, fault
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001
        reason = f"the scanner itself failed: {type(error).__name__}"
        return None, ScanError(GapKind.CRASH, reason, "report it to who wrote the scanner")


def gap_from_error(scanner: str, path: str | None, error: ScanError) -> Gap:
    """The gap that a fault makes."""
    return Gap(scanner, path, error.kind, error.reason, hint=error.hint)
