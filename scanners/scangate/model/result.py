"""What a scan produces: a report per file, a result per scanner, and the list of files it was made from."""

from __future__ import annotations

import enum

import msgspec

from scangate.model.content import ContentFiles
from scangate.model.finding import PYTHON_PACKAGES, Finding
from scangate.model.gap import Gap
from scangate.model.location import Span
from scangate.model.secret import Secret
from scangate.model.string_enum import StrEnum


class SkipReason(StrEnum):
    """Why a path is deliberately not scanned."""

    EXCLUDED = "excluded"
    INTERNAL_DEPENDENCY = "internal-dependency"
    WORKSPACE_MEMBER = "workspace-member"
    BUILD_REQUIREMENT = "build-requirement"
    CONSTRAINT = "constraint"
    CONSTRAINT_OF_REQUIREMENT = "constraint-of-requirement"
    OWN_OUTPUT = "own-output"
    LINK_WITHIN_TREE = "link-within-tree"
    NOT_IN_WORK_TREE = "not-in-work-tree"
    GIT_DATA = "git-data"


class ScanStatus(enum.Enum):
    """How one scanner's run ended. SKIPPED: switched off by the policy or the command line."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"
    SKIPPED = "skipped"


class FileAccounting(enum.Enum):
    """How a scanner accounts for files: its output names each file, or the run as a whole covers them."""

    PER_FILE = "per-file"
    WHOLE_RUN = "whole-run"


class Component(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """A release that the repository depends on, and the line that declares it.

    ``name`` and ``version`` are canonical. ``direct``: the project itself requires it. ``via``: a chain of names from a direct
    dependency to the package that requires this one; empty for a direct one and where it is unknown. ``index``: the host of its
    package index, empty for the public one or unknown. ``resolved``: it is not pinned; a resolver chose the version. ``kind``: the
    type of its package URL (https://github.com/package-url/purl-spec). ``development``: only work on the project needs it.
    """

    name: str
    version: str
    path: str
    line: int
    direct: bool = False
    via: tuple[str, ...] = ()
    index: str = ""
    resolved: bool = False
    kind: str = PYTHON_PACKAGES
    development: bool = False

    def __post_init__(self) -> None:
        if self.line < 1:
            raise ValueError(f"not a line: {self.line}")


class SkippedPath(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """A path that is deliberately not scanned, and why; ``scanner`` is empty if no scanner analyzes it.

    ``detail``: the policy's reason for EXCLUDED.
    """

    path: str
    reason: SkipReason
    scanner: str = ""
    detail: str = ""


class FileReport(msgspec.Struct, frozen=True):
    """What one scanner reports about one file.

    ``secrets``: the secrets in it, for redaction; ``secret_spans``: positions of secrets about which nothing else is known, which
    count as strong. ``components``: what the file depends on, audited or not. ``skipped_paths``: parts of it that were deliberately
    not analyzed.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    secret_spans: tuple[Span, ...] = ()
    components: tuple[Component, ...] = ()
    skipped_paths: tuple[SkippedPath, ...] = ()
    secrets: tuple[Secret, ...] = ()

    @property
    def all_secrets(self) -> tuple[Secret, ...]:
        """``secrets``, and one for each of ``secret_spans``."""
        return (*self.secrets, *(Secret((span,)) for span in self.secret_spans))


class ScannerRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one scanner ran, and over which files. ``seconds`` is its own time; ``reason`` says why it was skipped."""

    scanner: str
    version: str
    status: ScanStatus
    accounting: FileAccounting = FileAccounting.PER_FILE
    files_given: int = 0
    analyzed_files: tuple[str, ...] = ()
    files_cached: int = 0
    skipped_paths: tuple[SkippedPath, ...] = ()
    seconds: float = 0.0
    reason: str = ""
    components: tuple[Component, ...] = ()


class ScanResult(ScannerRun, frozen=True):
    """The result of one scanner's run. Invariant: ``files_given`` = analyzed files + files with a gap."""

    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def __post_init__(self) -> None:
        if self.status is ScanStatus.COMPLETE and self.gaps:
            raise ValueError(f"{self.scanner}: complete, but with gaps")
        if self.status in (ScanStatus.PARTIAL, ScanStatus.FAILED) and not self.gaps:
            raise ValueError(f"{self.scanner}: {self.status.value}, but without a gap")
        with_gap = {gap.path for gap in self.gaps if gap.path is not None}
        if with_gap & set(self.analyzed_files) or self.files_given != len(self.analyzed_files) + len(with_gap):
            raise ValueError(f"{self.scanner}: given files are not analyzed files plus files with a gap")


class FileSource(StrEnum):
    """Where the list of files came from."""

    GIT_INDEX = "git index and untracked files"
    FILE_SYSTEM = "file system"
    STAGED = "staged"
    RANGE = "a range of commits"
    COMMIT = "commit"  # the base of a change
    HISTORY = "history"  # every version of every file
    INTERRUPTED = "interrupted"  # before there was a list


CHANGE_SOURCES = frozenset({FileSource.STAGED, FileSource.RANGE, FileSource.HISTORY})
"""Only what some commits brought was scanned: what was not found need not be gone, and there may be nothing to scan."""


class TargetsInfo(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the list of files came from, its length, and the skipped paths.

    ``scope``: the folder or file of the repository to which it was restricted; empty for all of it.
    """

    source: FileSource
    file_count: int
    skipped_paths: tuple[SkippedPath, ...] = ()
    notes: tuple[str, ...] = ()
    scope: str = ""


class Targets(TargetsInfo, frozen=True):
    """The list of files, and the gaps in it. ``content``: the files by content type; verdict.json has the coverage instead."""

    gaps: tuple[Gap, ...] = ()
    content: tuple[ContentFiles, ...] = ()
