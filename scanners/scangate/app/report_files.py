"""Writes reports: where they may go is settled before the scan, and they appear all together or not at all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from scangate.errors import UsageError
from scangate.files import write_temporary
from scangate.model import Report
from scangate.report import FORMATS

__all__ = ["STDOUT", "ReportTarget", "parse_targets", "prepare", "refuse_links", "write_reports"]

STDOUT = "-"


class ReportTarget(msgspec.Struct, frozen=True):
    """One report to write: a format of ``FORMATS``, and a file, or None for standard output."""

    format: str
    file: Path | None


def parse_targets(reports: Iterable[str], folder: Path | None) -> tuple[ReportTarget, ...]:
    """What ``--report FORMAT=FILE`` and ``--output-dir DIR`` ask for. UsageError for no format, or two on standard output."""
    outputs = [_parse_target(report) for report in reports]
    if folder is not None:
        outputs += [ReportTarget(name, folder / form.file_name) for name, form in FORMATS.items() if form.file_name is not None]
    if sum(output.file is None for output in outputs) > 1:
        raise UsageError("only one report can go to standard output", "name a file: --report sarif=scangate.sarif")
    files = [os.path.abspath(output.file) for output in outputs if output.file is not None]  # noqa: PTH100 -- links stay
    if len(set(files)) < len(files):
        raise UsageError("two reports go to the same file", "give each a file of its own")
    return tuple(outputs)


def _parse_target(report: str) -> ReportTarget:
    name, _, file = report.partition("=")
    if name not in FORMATS or not file:
        raise UsageError(f"not a report: {report}", f"--report FORMAT=FILE, where FORMAT is one of {', '.join(FORMATS)}")
    return ReportTarget(name, None if file == STDOUT else Path(file))


def prepare(outputs: Iterable[ReportTarget], folder: Path | None, worktree: Path, is_tracked: Callable[[Path], bool]) -> None:
    """Makes room: refuses places that are not ours to write to, and removes earlier reports, so that none outlives a crash.

    ``tree`` is the folder whose links are not trusted to lead anywhere, ``is_tracked`` tells whether the repository holds a file,
    or any file of a folder. Raises UsageError.
    """
    if folder is not None:
        refuse_links(folder, worktree)
        _prepare_folder(folder, is_tracked)
    for output in outputs:
        if output.file is None:
            continue
        refuse_links(output.file.parent, worktree)
        _refuse_unsafe(output.file, is_tracked)
        try:
            output.file.unlink(missing_ok=True)
            with tempfile.NamedTemporaryFile(dir=output.file.parent, prefix=".scangate-"):
                pass
        except OSError as error:
            raise UsageError(
                f"cannot write to {output.file.parent}: {error.strerror}", "choose another place for the reports"
            ) from error


def _prepare_folder(folder: Path, is_tracked: Callable[[Path], bool]) -> None:
    if folder.is_symlink():
        raise UsageError(f"the output directory {folder} is a symbolic link", "name the directory itself")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"the output directory {folder} is a file", "name a directory")
    if folder.exists() and is_tracked(folder):
        raise UsageError(
            f"the output directory {folder} holds files of the repository", "name a directory of its own, and ignore it"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the output directory {folder}: {error.strerror}", "choose another place for it") from error


def refuse_links(folder: Path, worktree: Path) -> None:
    """A link in the scanned tree could send the reports, and the removal of earlier ones, to any place."""
    for step in (folder.absolute(), *folder.absolute().parents):
        if step.is_symlink() and step.parent.resolve().is_relative_to(worktree):
            raise UsageError(
                f"the way to {folder} leads over {step}, a symbolic link in the scanned tree", "name the directory itself"
            )


def _refuse_unsafe(file: Path, is_tracked: Callable[[Path], bool]) -> None:
    try:
        mode = file.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}", "choose another place for the report") from error
    if not stat.S_ISREG(mode):
        raise UsageError(f"{file} is not a file that a report may replace", "name another file")
    if is_tracked(file):
        raise UsageError(f"{file} is a file of the repository", "name another file for the report")


def write_reports(outputs: Iterable[ReportTarget], report: Report) -> Mapping[str, str]:
    """Renders and writes every report that goes to a file; returns the others (at most one) by format, rendered.

    First all are written beside their places, then all are put there: a full disk leaves none. Raises OSError.
    """
    texts = {output: FORMATS[output.format].render(report) for output in outputs}
    waiting: list[tuple[Path, Path]] = []
    try:
        for output, text in texts.items():
            if output.file is not None:
                waiting.append((write_temporary(output.file, text.encode("utf-8", "backslashreplace")), output.file))
        for beside, file in waiting:
            beside.replace(file)
    finally:
        for beside, _ in waiting:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
    return {output.format: text for output, text in texts.items() if output.file is None}
