"""A bench for scanners: files on disk, the real engine, real programs. Starts nothing by itself."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scangate.content.identification import identify
from scangate.model import Gap, ScanResult, Targets
from scangate.plugin import SourceFile
from scangate.scan.context import CallContext
from scangate.scan.discovery import Listing, list_files
from scangate.scan.engine import scan
from scangate.scan.git import Repository, find_repository
from scangate.scan.plan import ScannerTask, ScanPlan
from scangate.scan.process import ProcessRunner
from scangate.scan.result_cache import ResultCache
from scangate.scan.saved_values import SavedValues
from scangate.scan.skipping import ExcludedPaths
from scangate.scan.snapshot import Snapshot
from tests.support.sample_trees import write_files

__all__ = ["SCRIPTS_FOLDER", "ScanHarness", "is_ledger_complete", "run_git", "write_files"]

SCRIPTS_FOLDER = Path(sys.executable).parent
"""The folder of the tools' own commands."""


def run_git(root: Path, *arguments: str) -> str:
    """Runs the real git in ``root``, with a name and without anybody's configuration."""
    names = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "GIT_CONFIG_NOSYSTEM": "1", **names}
    argv = ["git", "-c", "protocol.file.allow=always", *arguments]
    return subprocess.run(argv, cwd=root, env=environment, check=True, capture_output=True, text=True).stdout


def is_ledger_complete(result: ScanResult) -> bool:
    """Whether every file given is read or has a gap, and none is both."""
    lost = {gap.path for gap in result.gaps if gap.path is not None}
    return not lost & set(result.analyzed_files) and result.files_given == len(result.analyzed_files) + len(lost)


class ScanHarness:
    """One private folder, one scanned root."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self.root = folder / "root"
        self.root.mkdir(parents=True, exist_ok=True)
        self.private_folder = folder / "private"
        self.private_folder.mkdir()
        self.processes = ProcessRunner(self.private_folder, self.root, os.environ if environ is None else environ)

    def repository(self) -> Repository | None:
        """The repository of the root, found as a scan finds it."""
        return find_repository(self.root, self.processes)

    def listing(self) -> Listing:
        """What a scan of the root lists."""
        return list_files(self.root, self.repository())

    def new_context(self, *, timeout: float = 60) -> CallContext:
        """A call to hand to a scanner, over a snapshot that holds nothing yet."""
        folder = Path(tempfile.mkdtemp(dir=self.private_folder))
        return CallContext(self.processes, Snapshot(folder / "snapshot"), folder, timeout)

    def sources(self, files: Mapping[str, bytes | str], *, timeout: float = 60) -> tuple[CallContext, list[SourceFile]]:
        """A call, and ``files`` as the sources that a scanner gets in it."""
        folder = Path(tempfile.mkdtemp(dir=self.private_folder))
        snapshot = Snapshot(folder / "snapshot")
        contents = {path: data if isinstance(data, bytes) else data.encode() for path, data in files.items()}
        held = [snapshot.add(path, data, identify(path, data)) for path, data in contents.items()]
        return CallContext(self.processes, snapshot, folder, timeout), held

    def run(
        self,
        scanner: Any,
        files: Mapping[str, bytes | str] | None = None,
        options: Any = None,
        *,
        listing: Listing | None = None,
        timeout: float = 120,
        jobs: int = 1,
        max_file_bytes: int = 1024 * 1024,
        exclusions: Sequence[ExcludedPaths] = (),
        result_cache: ResultCache | None = None,
        today: dt.date = dt.date.max,
        saved_values: SavedValues | None = None,
    ) -> tuple[ScanResult, Targets]:
        """Scans the root, with ``files`` written to it first, by one scanner."""
        write_files(self.root, files or {})
        task = ScannerTask(scanner, scanner.Options() if options is None else options, timeout)
        plan = ScanPlan(
            (task,), tuple(exclusions), max_file_bytes, jobs, today, result_cache=result_cache, saved_values=saved_values
        )
        folder = Path(tempfile.mkdtemp(dir=self.private_folder))
        listing = self.listing() if listing is None else listing
        (result,), facts = scan(listing, plan, self.processes, folder, lambda *_: None)
        assert is_ledger_complete(result)
        return result, facts

    def result(self, scanner: Any, files: Mapping[str, bytes | str] | None = None, options: Any = None, **rest: Any) -> ScanResult:
        """The scanner's part of ``run``."""
        return self.run(scanner, files, options, **rest)[0]


def gap_kinds(gaps: Sequence[Gap]) -> set[tuple[str | None, str]]:
    """Gaps as (path, kind)."""
    return {(gap.path, gap.kind.value) for gap in gaps}
