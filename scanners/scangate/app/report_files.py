"""Writes reports: locations are checked before the scan, and the files appear all together or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from scangate.app.events import Events
from scangate.app.file_errors import file_errors
from scangate.errors import UsageError
from scangate.files import write_temporary
from scangate.model import EXIT_CODES, Basis, Decision, Gap, GapKind, GapRuling, Outcome, Report
from scangate.report import FORMATS

if TYPE_CHECKING:
    from scangate.app.session import Session

IGNORE_ALL = "# reports of scangate\n*\n"
"""In a directory that we made, so that reports are neither committed by ``git add --all`` nor scanned by the next run."""
SPACE_HINT = "free some disk space, or choose another directory: --output-dir DIR"


class ReportTarget(msgspec.Struct, frozen=True):
    """A report to write: a format of `report.FORMATS` and a file; None is left to the caller, such as standard output."""

    format: str
    file: Path | None


def list_report_targets(reports: Iterable[ReportTarget], output_dir: Path | None) -> tuple[ReportTarget, ...]:
    """``reports``, and all reports of an output directory. Raises UsageError for two reports in one place."""
    targets = list(reports)
    if output_dir is not None:
        targets += [ReportTarget(name, output_dir / form.file_name) for name, form in FORMATS.items() if form.file_name is not None]
    if sum(target.file is None for target in targets) > 1:
        raise UsageError("only one report can go to standard output", "name a file: --report sarif=scangate.sarif")
    files = [os.path.abspath(target.file) for target in targets if target.file is not None]  # noqa: PTH100 -- keeps links
    if len(set(files)) < len(files):
        raise UsageError("two reports have the same file", "write each to a file of its own")
    return tuple(targets)


def prepare(targets: Iterable[ReportTarget], output_dir: Path | None, session: Session) -> None:
    """Removes earlier reports, so that none outlives a crash; refuses unsafe locations with UsageError."""
    if output_dir is not None:
        refuse_links(output_dir, session.root)
        _prepare_directory(output_dir, session)
    for target in targets:
        if target.file is None:
            continue
        refuse_links(target.file.parent, session.root)
        _refuse_unsafe(target.file, session)
        with file_errors("write to", target.file.parent, "choose another file for the report: --report FORMAT=FILE"):
            target.file.unlink(missing_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.file.parent, prefix=".scangate-"):
                pass


def _prepare_directory(directory: Path, session: Session) -> None:
    if directory.is_symlink():
        raise UsageError(f"the output directory {directory} is a symbolic link", "name the directory itself")
    if directory.exists() and not directory.is_dir():
        raise UsageError(f"the output directory {directory} is a file", "name a directory")
    if directory.exists() and session.is_tracked(directory):
        raise UsageError(
            f"the output directory {directory} has files tracked by git",
            "choose another directory, and add it to .gitignore: --output-dir scangate-reports",
        )
    with file_errors("create the output directory", directory, "choose another directory: --output-dir DIR"):
        is_new = not directory.exists()
        directory.mkdir(parents=True, exist_ok=True)
        if is_new and session.repository is not None and directory.resolve().is_relative_to(session.root):
            (directory / ".gitignore").write_text(IGNORE_ALL, "utf-8")


def refuse_links(directory: Path, worktree: Path) -> None:
    """Raises UsageError for a path through a link in the work tree: it could redirect reports, and their removal, anywhere."""
    for step in (directory.absolute(), *directory.absolute().parents):
        if step.is_symlink() and step.parent.resolve().is_relative_to(worktree):
            raise UsageError(
                f"the path {directory} goes through {step}, a symbolic link in the scanned tree", "name the directory itself"
            )


def _refuse_unsafe(file: Path, session: Session) -> None:
    hint = "choose another file for the report: --report FORMAT=FILE"
    with file_errors("write", file, hint):
        if not os.path.lexists(file):
            return
        mode = file.lstat().st_mode
    if not stat.S_ISREG(mode):
        raise UsageError(f"{file} is not a regular file", hint)
    if session.is_tracked(file):
        raise UsageError(f"{file} is tracked by git", hint)


def write_reports(report: Report, targets: Sequence[ReportTarget], events: Events) -> Report:
    """Writes all report files, or none; returns the report, INCOMPLETE with a gap if that fails."""
    texts = {target.file: FORMATS[target.format].render(report) for target in targets if target.file is not None}
    try:
        _write_all({file: text.encode("utf-8", "backslashreplace") for file, text in texts.items()})
    except OSError as error:
        reason = f"the reports cannot be written: {error.strerror or type(error).__name__}"
        events.on_warning(reason, SPACE_HINT)
        return _with_gap(report, Gap("reports", None, GapKind.CRASH, reason, hint=SPACE_HINT))
    return report


def _write_all(files: dict[Path, bytes]) -> None:
    """First writes all to temporary files, then moves them: a full disk leaves none behind. Raises OSError."""
    written: list[tuple[Path, Path]] = []
    try:
        for file, data in files.items():
            written.append((write_temporary(file, data), file))
        for temporary, file in written:
            temporary.replace(file)
    finally:
        for temporary, _ in written:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _with_gap(report: Report, gap: Gap) -> Report:
    verdict = report.verdict
    outcome = Outcome.FAIL if verdict.outcome is Outcome.FAIL else Outcome.INCOMPLETE
    gaps = (*verdict.gaps, GapRuling(gap, True, Decision(Basis.REPORT_NOT_WRITTEN)))
    return msgspec.structs.replace(
        report,
        verdict=msgspec.structs.replace(verdict, outcome=outcome, gaps=gaps),
        exit_code=report.exit_code if report.interrupted else EXIT_CODES[outcome],
    )
