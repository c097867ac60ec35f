"""Runs the real ``scangate`` command as its users do; knows nothing of what it scans."""

from __future__ import annotations

import atexit
import functools
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.preloaded import PreloadedCommand

SCANGATE = Path(sys.executable).parent / "scangate"
TIMEOUT = 240  # seconds after which a test gives up; no test asserts a time

_CACHES = tempfile.TemporaryDirectory(prefix="caches-of-tests-")  # gone when the tests are over
_NUMBERS = itertools.count()


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a run of the command left."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Everything it printed."""
        return self.stdout + self.stderr

    def expect(self, code: int) -> CommandResult:
        """Itself; fails the test where the exit code is another, or a traceback was printed."""
        assert "Traceback" not in self.output, self.output
        assert self.code == code, f"exit code {self.code}, not {code}:\n{self.output}"
        return self


def environment(**more: str) -> dict[str, str]:
    """The variables of an ordinary shell, and ``more``; a cache of its own, for what earlier tests and runs of them left in the
    user's would be reported without a scan."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    coverage = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return {**kept, **coverage, "SCANGATE_CACHE": f"{_CACHES.name}/{next(_NUMBERS)}", **more}


def run_scangate(
    *arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None, command: Path = SCANGATE, under: tuple[str, ...] = ()
) -> CommandResult:
    """Runs ``scangate`` with ``arguments`` in ``cwd``, ``under`` another program where one is given."""
    env, texts = env or environment(), [*map(str, arguments)]
    if command == SCANGATE and not under and (ran := _preloaded().run(texts, cwd, env, TIMEOUT)) is not None:
        code, *printed = ran
        return CommandResult(code, *(text.decode("utf-8", "replace") for text in printed))
    done = subprocess.run(
        [*under, str(command), *texts],
        cwd=cwd,
        env=env,
        capture_output=True,
        timeout=TIMEOUT,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return CommandResult(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


@functools.cache
def _preloaded() -> PreloadedCommand:
    command = PreloadedCommand(environment())
    atexit.register(command.close)
    return command


def load_verdict(folder: Path) -> dict[str, Any]:
    """The verdict.json in an output directory, see `flatten_verdict`."""
    return flatten_verdict(json.loads((folder / "verdict.json").read_text("utf-8")))


def flatten_verdict(document: dict[str, Any]) -> dict[str, Any]:
    """A verdict.json with all fields of a finding or gap at the top of its entry; ``original_severity`` is the scanner's."""
    findings = [_flatten_ruling(ruling) for ruling in document["findings"]]
    return {**document, "findings": findings, "gaps": [{**entry["gap"], **entry} for entry in document["gaps"]]}


def _flatten_ruling(ruling: dict[str, Any]) -> dict[str, Any]:
    finding = ruling["finding"]
    members = [_flatten_ruling(member) for member in ruling["members"]]
    return {**finding, **finding["location"], "original_severity": finding["severity"], **ruling, "members": members}
