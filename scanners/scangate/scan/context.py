"""The `plugin.ScanContext` of one call of a scanner."""

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
from scangate.plugin import ProgramOutput
from scangate.scan.process import ProcessRunner
from scangate.scan.saved_values import SavedValues
from scangate.scan.snapshot import Snapshot


class CallContext:
    """One call of one scanner, see `plugin.ScanContext`; its files are in a folder below ``parent``.

    ``today``: by default the last of all days, on which all data is out of date.
    """

    def __init__(  # noqa: PLR0913 -- what a call is made of
        self,
        processes: ProcessRunner,
        snapshot: Snapshot,
        parent: Path,
        timeout: float,
        today: dt.date = dt.date.max,
        *,
        scanner: str = "",
        saved_values: SavedValues | None = None,
    ) -> None:
        self._processes = processes
        self._snapshot = snapshot
        self._parent = parent
        self._timeout = timeout
        self._scanner = scanner
        self._saved_values = saved_values
        self.today = today
        self.environ = processes.environ
        self.working_directory = processes.working_directory
        self.repository_path = snapshot.repository_path
        self.make_tree = snapshot.make_tree
        self.make_alias = snapshot.make_alias

    def check_time(self) -> None:
        """Raises ScanError(TIMEOUT) if the time of the whole run is over."""
        self._processes.check_time()

    def fresh(self) -> CallContext:
        """A context like this one with its own folder."""
        return CallContext(
            self._processes,
            self._snapshot,
            self._parent,
            self._timeout,
            self.today,
            scanner=self._scanner,
            saved_values=self._saved_values,
        )

    @functools.cached_property
    def temp_folder(self) -> Path:
        """A private folder of this call."""
        return Path(tempfile.mkdtemp(prefix="call-", dir=self._parent))

    def load_values(self, keys: Iterable[str]) -> Mapping[str, bytes]:
        """What this scanner saved in earlier runs."""
        return self._saved_values.load(self._scanner, keys) if self._saved_values is not None else {}

    def save_values(self, values: Mapping[str, bytes], seconds: float) -> None:
        """Saves ``values`` for later runs."""
        if self._saved_values is not None:
            self._saved_values.save(self._scanner, values, seconds)

    def find_console_script(self, name: str) -> str:
        """The absolute path of the console script next to the running Python; PATH may have another one."""
        file = Path(sys.executable).parent / name
        if not file.is_file() or not os.access(file, os.X_OK):
            raise ScanError(GapKind.TOOL_MISSING, f"{name} is not installed", f"pip install {name}")
        return str(file)

    def find_program(self, name: str) -> str:
        """The absolute path of a program on PATH, outside the scanned tree."""
        file = shutil.which(name, path=self._processes.search_path)
        if file is None or not self._processes.is_outside_tree(file):
            raise ScanError(GapKind.TOOL_MISSING, f"{name} is not installed", f"install {name}, or remove it from the policy")
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
        """Runs a program to its end. Raises ScanError(CRASH) for an exit code not in ``exit_codes``."""
        output = self._processes.run(argv, timeout=self._timeout, network=network, env=env, name=name)
        if output.exit_code not in set(exit_codes):
            name = name or Path(argv[0]).name
            reason = output.describe_death() or f"ended with the unexpected exit code {output.exit_code}"
            raise ScanError(GapKind.CRASH, f"{name} {reason}", f"try it by hand: {name} --version")
        return output
