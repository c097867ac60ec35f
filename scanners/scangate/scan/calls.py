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

from scangate.errors import Unreadable
from scangate.model import GapKind
from scangate.scan.plugin import Source
from scangate.scan.process import Output, Processes
from scangate.scan.snapshot import Snapshot

__all__ = ["Call"]


class Call:
    """One call of one scanner; see ``plugin.Run``. It keeps its files in a folder of its own below ``parent``."""

    def __init__(
        self, processes: Processes, snapshot: Snapshot, parent: Path, timeout: float, today: dt.date = dt.date.max
    ) -> None:
        self._processes = processes
        self._snapshot = snapshot
        self._parent = parent
        self._timeout = timeout
        self._today = today

    def again(self) -> Call:
        """A call like this one, with a folder of its own."""
        return Call(self._processes, self._snapshot, self._parent, self._timeout, self._today)

    @functools.cached_property
    def folder(self) -> Path:
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
    def start_folder(self) -> Path:
        """The folder that programs start in."""
        return self._processes.start_folder

    def script(self, name: str) -> str:
        """The absolute path of the console script beside the running Python; a PATH is not asked, it may name another."""
        file = Path(sys.executable).parent / name
        if not file.is_file() or not os.access(file, os.X_OK):
            raise Unreadable(GapKind.TOOL_MISSING, f"{name} is not installed", f"pip install {name}")
        return str(file)

    def program(self, name: str) -> str:
        """The absolute path of a program on the PATH without the scanned tree."""
        file = shutil.which(name, path=self._processes.search_path)
        if file is None or not self._processes.may_start(file):
            raise Unreadable(GapKind.TOOL_MISSING, f"{name} is not installed", f"install {name}, or take it out of the policy")
        return file

    def start(
        self,
        argv: Sequence[str],
        *,
        network: bool = False,
        env: Mapping[str, str] | None = None,
        codes: Iterable[int] = (0,),
        name: str = "",
    ) -> Output:
        """Runs a program to its end; an exit code that is not one of ``codes`` raises Unreadable(CRASH)."""
        output = self._processes.run(argv, timeout=self._timeout, network=network, env=env, name=name)
        if output.code not in set(codes):
            name = name or Path(argv[0]).name
            raise Unreadable(
                GapKind.CRASH,
                f"{name} {output.died() or f'ended with exit code {output.code}'}, which is none of its ordinary answers",
                f"try it by hand: {name} --version",
            )
        return output

    def path_of(self, name: str) -> str:
        """The repository path behind a path that a program named."""
        return self._snapshot.path_of(name)

    def tree(self, files: Sequence[Source]) -> tuple[Path, tuple[Path, ...]]:
        """A folder that holds exactly ``files``, and their names in it."""
        return self._snapshot.tree(files)

    def alias(self, source: Source, name: str = "", data: bytes | None = None) -> Path:
        """A copy of ``source`` under another name, or with other bytes."""
        return self._snapshot.alias(source, name, data)
