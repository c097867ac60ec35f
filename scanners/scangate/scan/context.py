"""What one call of a scanner may do with the world: the ``Run`` it is handed."""

from __future__ import annotations

import datetime as dt
import functools
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.plugin import ProgramOutput, SourceFile
from scangate.scan.process import ProcessRunner
from scangate.scan.snapshot import Snapshot

__all__ = ["CallContext"]


class CallContext:
    """One call of one scanner; see ``plugin.Run``. It keeps its files in a folder of its own below ``parent``."""

    def __init__(
        self, processes: ProcessRunner, snapshot: Snapshot, parent: Path, timeout: float, today: dt.date = dt.date.max
    ) -> None:
        self._processes = processes
        self._snapshot = snapshot
        self._parent = parent
        self._timeout = timeout
        self._today = today

    def fresh(self) -> CallContext:
        """A call like this one, with a folder of its own."""
        return CallContext(self._processes, self._snapshot, self._parent, self._timeout, self._today)

    @functools.cached_property
    def temp_folder(self) -> Path:
        """A private folder of this call."""
        return Path(tempfile.mkdtemp(prefix="call-", dir=self._parent))

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of scangate itself."""
        return self._processes.environ

    @property
    def today(self) -> dt.date:
        """The day of the run; the last of all days where nobody said, on which everything is out of date."""
        return self._today

    @property
    def working_directory(self) -> Path:
        """The folder that programs start in."""
        return self._processes.working_directory

    def find_console_script(self, name: str) -> str:
        """The absolute path of the console script beside the running Python; a PATH is not asked, it may name another."""
        file = Path(sys.executable).parent / name
        if not file.is_file() or not os.access(file, os.X_OK):
            raise ScanError(GapKind.TOOL_MISSING, f"{name} is not installed", f"pip install {name}")
        return str(file)

    def find_program(self, name: str) -> str:
        """The absolute path of a program on the PATH without the scanned tree."""
        file = shutil.which(name, path=self._processes.search_path)
        if file is None or not self._processes.is_outside_tree(file):
            raise ScanError(GapKind.TOOL_MISSING, f"{name} is not installed", f"install {name}, or take it out of the policy")
        return file

    def run_program(
        self,
        argv: Sequence[str],
        *,
        network: bool = False,
        env: Mapping[str, str] | None = None,
        exit_codes: Iterable[int] = (0,),
        name: str = "",
    ) -> ProgramOutput:
        """Runs a program to its end; an exit code that is not one of ``codes`` raises Unreadable(CRASH)."""
        output = self._processes.run(argv, timeout=self._timeout, network=network, env=env, name=name)
        if output.exit_code not in set(exit_codes):
            name = name or Path(argv[0]).name
            raise ScanError(
                GapKind.CRASH,
                f"{name} {output.describe_death() or f'ended with exit code {output.exit_code}'}, which is unexpected",
                f"try it by hand: {name} --version",
            )
        return output

    def repository_path(self, name: str) -> str:
        """The repository path behind a path that a program named."""
        return self._snapshot.repository_path(name)

    def make_tree(self, files: Sequence[SourceFile]) -> tuple[Path, tuple[Path, ...]]:
        """A folder that holds exactly ``files``, and their names in it."""
        return self._snapshot.make_tree(files)

    def make_alias(self, source: SourceFile, name: str = "", data: bytes | None = None) -> Path:
        """A copy of ``source`` under another name, or with other bytes."""
        return self._snapshot.make_alias(source, name, data)
