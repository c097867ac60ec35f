"""One bash that runs a build's commands one after the other; knows nothing of phases."""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

# The shell reads the path of an entry's file on one descriptor and answers on another; neither is open while the entry
# runs, so that no child of it can hold or forge them. The state is written on `exit` too: in CodeBuild an entry that
# exits fails that entry alone, and the build goes on.
_DRIVER = r"""
__codebuild_state() {
    local status=$1 IFS=$'\n' name
    { printf '%s\0%s\0' "$status" "$PWD"
      for name in $(builtin compgen -e); do printf '%s=%s\0' "$name" "${!name-}"; done
    } >|@STATE@
}
trap '__codebuild_state $?' EXIT
while IFS= read -r __codebuild_entry <&@ASK@; do
    . "$__codebuild_entry" </dev/null @ASK@<&- @ANSWER@>&-
    __codebuild_state $?
    printf . >&@ANSWER@
done
trap - EXIT
"""
_TICK = 0.05
_GRACE = 2.0

StateScope = Literal["shell", "exports"]


class BuildEndedError(Exception):
    """The build ended while a command was running; `status` is STOPPED or TIMED_OUT."""

    def __init__(self, status: str, output: str) -> None:
        super().__init__(status)
        self.status = status
        self.output = output


@dataclass(frozen=True, slots=True)
class CommandResult:
    """A finished command: exit status, and the output of both streams in order."""

    exit_code: int
    output: str


class Shell:
    """The one shell of a build.

    `carry` says what lives from one entry to the next. "shell" is the documented rule: the same shell instance, with its
    functions and plain variables. "exports" is the least that a buildspec may count on: the directory and what is
    exported. One that is to be trusted gives the same result under both.
    """

    def __init__(
        self,
        *,
        directory: Path,
        environment: Mapping[str, str],
        scratch: Path,
        deadline: float,
        stop: Callable[[], bool],
        carry: StateScope,
    ) -> None:
        self.environment = dict(environment)
        self._directory = str(directory)
        self._scratch = scratch
        self._state = scratch / "state"
        self._log = scratch / "log"
        self._log.touch()
        self._deadline = deadline
        self._stop = stop
        self._carry = carry
        self._process: subprocess.Popen[bytes] | None = None
        self._groups: list[int] = []
        self._asking = self._answering = -1
        self._count = 0
        self._read_up_to = 0

    def run(self, text: str, succeeding: bool) -> CommandResult:
        """Run one entry and wait for it.

        Raises EndedError; every process of the build is then gone.
        """
        if self._process is None:
            self._start()
        self._count += 1
        entry = self._scratch / f"entry-{self._count}"
        entry.write_text(f"export CODEBUILD_BUILD_SUCCEEDING={int(succeeding)}\n{text}\n", encoding="utf-8")
        self._read_up_to = self._log.stat().st_size
        self._state.unlink(missing_ok=True)
        os.write(self._asking, f"{entry}\n".encode())
        self._wait()
        exit_code = self._read_state()
        if self._carry == "exports":
            self._leave()
        return CommandResult(exit_code, self._printed())

    def close(self) -> None:
        """End the shell and, as the container's end would, everything it left running."""
        self._leave()
        for group in self._groups:
            _signal(group, signal.SIGKILL)

    def _start(self) -> None:
        entries, self._asking = os.pipe()
        self._answering, answers = os.pipe()
        driver = _DRIVER.replace("@STATE@", shlex.quote(str(self._state)))
        driver = driver.replace("@ASK@", str(entries)).replace("@ANSWER@", str(answers))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["bash", "--noprofile", "--norc", "-c", driver],
                cwd=self._directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(entries, answers),
                start_new_session=True,
            )
        os.close(entries)
        os.close(answers)
        self._groups.append(self._process.pid)

    def _wait(self) -> None:
        assert self._process is not None
        while True:
            ready, _, _ = select.select([self._answering], [], [], _TICK)
            # An empty read is the end of the shell: an entry that said `exit`.
            if ready:
                if not os.read(self._answering, 1):
                    self._process.wait()
                return
            if self._process.poll() is not None:
                return
            if self._stop():
                self._end()
                raise BuildEndedError("STOPPED", self._printed())
            if time.monotonic() > self._deadline:
                self._end()
                raise BuildEndedError("TIMED_OUT", self._printed())

    def _printed(self) -> str:
        return self._log.read_bytes()[self._read_up_to :].decode(errors="replace")

    def _read_state(self) -> int:
        """Take over directory and exports from the state the entry left, and return its exit status.

        A shell killed outright leaves no state: then its own status is all there is, and the next entry starts from
        where the one before it ended.
        """
        assert self._process is not None
        gone = self._process.poll()
        fields = self._state.read_bytes().split(b"\0")[:-1] if self._state.exists() else []
        if gone is not None:
            self._leave()
        if len(fields) < 2:
            return gone if gone is not None and gone >= 0 else 128 - (gone or 0)
        self._directory = os.fsdecode(fields[1])
        pairs = (os.fsdecode(field).partition("=") for field in fields[2:])
        self.environment = {name: value for name, _, value in pairs}
        return int(fields[0])

    def _end(self) -> None:
        """Stop everything: SIGTERM to each group, then SIGKILL."""
        assert self._process is not None
        for group in self._groups:
            _signal(group, signal.SIGTERM)
        until = time.monotonic() + _GRACE
        # The shell dies of the signal at once; what it started may have something to put in order.
        while any(_is_there(group) for group in self._groups) and time.monotonic() < until:
            self._process.poll()
            time.sleep(_TICK)
        self.close()

    def _leave(self) -> None:
        if self._process is None:
            return
        os.close(self._asking)
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            _signal(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._answering)
        self._process = None


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)
