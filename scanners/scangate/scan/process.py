"""Starts programs, the only module that does: outside the scanned tree, minimal environment, bounded output, no orphans."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from scangate.errors import ScanError
from scangate.files import describe_os_error
from scangate.model import GapKind
from scangate.plugin import ProgramOutput

NETWORK_VARIABLES = (
    *("http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)
MARKER_VARIABLE = "SCANGATE_CHILD"
STDOUT_LIMIT = 512 * 1024 * 1024  # bytes
STDERR_LIMIT = 64 * 1024  # bytes that are kept
MAX_STDERR_BYTES = 16 * 1024 * 1024  # on disk
GRACE_SECONDS = 2.0
POLL_SECONDS = 0.1  # between checks of the limits
MAX_SWEEPS = 20  # a program that forks during a sweep needs more than one


def filter_search_path(search_path: str, root: Path) -> str:
    """``search_path`` (a PATH value) without entries that are relative or in the scanned tree."""
    return os.pathsep.join(entry for entry in search_path.split(os.pathsep) if _is_outside(entry, root))


def _is_outside(path: str, root: Path) -> bool:
    return Path(path).is_absolute() and not Path(path).resolve().is_relative_to(root)


class ProcessRunner:
    """Runs the programs of one scan. ``folder`` is private to the run: the working directory, HOME and TMPDIR are in it.

    Thread-safe. After `cancel` no program starts, and running ones are ended.
    """

    def __init__(self, folder: Path, root: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._root = root
        self.environ = environ
        scripts = str(Path(sys.executable).parent)
        self.search_path = filter_search_path(os.pathsep.join([scripts, environ.get("PATH", os.defpath)]), root)
        self._token = secrets.token_hex(16)
        self._cancelled = threading.Event()
        self._deadline: float | None = None
        self._time_limit = 0.0
        self.working_directory = folder / "work"
        for name in ("work", "home", "tmp"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)

    def is_outside_tree(self, file: str) -> bool:
        """Whether a program is outside the scanned tree."""
        return _is_outside(file, self._root)

    def cancel(self) -> None:
        """Ends running programs and starts no more."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether the run was cancelled."""
        return self._cancelled.is_set()

    def _check_cancelled(self) -> None:
        if self.cancelled:
            raise ScanError(GapKind.INTERRUPTED, "interrupted before it was scanned")

    def limit_time(self, seconds: float, started: float) -> None:
        """Lets no program run longer than ``seconds`` after ``started``, a time of the monotonic clock."""
        self._deadline, self._time_limit = started + seconds, seconds

    @property
    def is_out_of_time(self) -> bool:
        """Whether the time of the whole run is over."""
        return self._deadline is not None and time.monotonic() > self._deadline

    def check_time(self) -> None:
        """Raises ScanError(TIMEOUT) if the time of the whole run is over."""
        if self.is_out_of_time:
            unit = "second" if self._time_limit == 1 else "seconds"
            reason = f"the time limit of the run, {self._time_limit:g} {unit}, was reached"
            raise ScanError(GapKind.TIMEOUT, reason, "raise it: scangate scan --time-limit SECONDS")

    def environment(self, *, network: bool, extra: Mapping[str, str]) -> dict[str, str]:
        """The environment of a program: an allow-list, proxy and CA variables only with ``network``."""
        kept = {name: self.environ[name] for name in NETWORK_VARIABLES if network and name in self.environ}
        return {
            "PATH": self.search_path,
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "HOME": str(self._folder / "home"),
            "TMPDIR": str(self._folder / "tmp"),
            "PYTHONNOUSERSITE": "1",
            "PYTHONSAFEPATH": "1",
            "PYTHONUTF8": "1",
            MARKER_VARIABLE: self._token,
            **kept,
            **extra,
        }

    def run(  # noqa: PLR0913 -- one parameter a bound
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        network: bool = False,
        env: Mapping[str, str] | None = None,
        stdin: bytes | None = None,
        stdout_limit: int = STDOUT_LIMIT,
        name: str = "",
    ) -> ProgramOutput:
        """Runs ``argv`` to its end. ``stdin`` is its input; ``name`` is how messages call it, by default its file name.

        Raises ScanError: TOOL_MISSING if it cannot be started, TIMEOUT after ``timeout`` seconds or when the time of the whole run
        is over, GARBAGE for more than ``stdout_limit`` bytes of output, INTERRUPTED if the run was cancelled.
        """
        self._check_cancelled()
        self.check_time()
        name = name or Path(argv[0]).name
        # Files instead of pipes: no pipe fills up, and no grandchild keeps one open.
        with contextlib.ExitStack() as stack:
            try:
                given, stdout = (stack.enter_context(tempfile.TemporaryFile(dir=self._folder)) for _ in range(2))
                stderr = stack.enter_context(tempfile.TemporaryFile("a+b", dir=self._folder))  # appended to, so it can be emptied
            except FileNotFoundError:
                self._check_cancelled()  # meanwhile, and the folder was removed
                raise
            given.write(stdin or b"")
            given.seek(0)
            try:
                child = subprocess.Popen(
                    list(argv),
                    stdin=subprocess.DEVNULL if stdin is None else given,
                    stdout=stdout,
                    stderr=stderr,
                    cwd=self.working_directory,
                    env=self.environment(network=network, extra=env or {}),
                    start_new_session=True,
                )
            except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
                reason = describe_os_error(error) if isinstance(error, OSError) else type(error).__name__
                hint = "reinstall it: pip install --force-reinstall scangate"
                raise ScanError(GapKind.TOOL_MISSING, f"{name} cannot be started: {reason}", hint) from error
            is_emptied = self._wait(child, stdout, stderr, timeout=timeout, stdout_limit=stdout_limit, name=name)
            stdout.seek(0)
            size = os.fstat(stderr.fileno()).st_size
            stderr.seek(max(size - STDERR_LIMIT, 0))
            return ProgramOutput(child.returncode, stdout.read(), stderr.read(STDERR_LIMIT), is_emptied or size > STDERR_LIMIT)

    def _wait(  # noqa: PLR0913 -- one parameter a bound
        self,
        child: subprocess.Popen[bytes],
        stdout: IO[bytes],
        stderr: IO[bytes],
        *,
        timeout: float,
        stdout_limit: int,
        name: str,
    ) -> bool:
        """Waits for the end of ``child`` and of what it leaves in its group; whether stderr was too long and emptied meanwhile.

        Raises ScanError as `run` does; the group is ended in any case.
        """
        deadline, is_emptied = time.monotonic() + timeout, False
        try:
            while not _exits_within(child, POLL_SECONDS):
                if self.cancelled:
                    raise ScanError(GapKind.INTERRUPTED, f"{name} was interrupted")
                self.check_time()
                if time.monotonic() > deadline:
                    hint = "raise the time limit in the policy: limits: {timeout: SECONDS}"
                    raise ScanError(GapKind.TIMEOUT, f"{name} did not finish within {timeout:g} seconds", hint)
                _check_size(stdout, stdout_limit, name)
                if os.fstat(stderr.fileno()).st_size > MAX_STDERR_BYTES:
                    os.ftruncate(stderr.fileno(), 0)
                    is_emptied = True
            _wait_for_group(child)
        finally:
            _terminate_group(child)
        if self.cancelled and child.returncode < 0:  # `kill_leftovers` was quicker than the next poll
            raise ScanError(GapKind.INTERRUPTED, f"{name} was interrupted")
        _check_size(stdout, stdout_limit, name)
        return is_emptied

    def kill_leftovers(self) -> None:
        """Kills programs that left their process group, found by the marker in their environment (only where /proc exists)."""
        _kill_marked(f"{MARKER_VARIABLE}={self._token}")


def terminate_marked(marker: str, grace_seconds: float) -> None:
    """Ends every program with ``marker`` (``NAME=VALUE``) in its environment: SIGTERM, and SIGKILL after ``grace_seconds``.

    Without /proc (macOS) none is found.
    """
    limit = time.monotonic() + grace_seconds
    found = _signal_marked(marker, signal.SIGTERM)
    while found and time.monotonic() < limit:
        time.sleep(0.1)
        found = _signal_marked(marker, None)
    if found:
        _kill_marked(marker)


def _kill_marked(marker: str) -> None:
    for _ in range(MAX_SWEEPS):
        if not _signal_marked(marker, signal.SIGKILL):
            return
        time.sleep(0.01)


def _signal_marked(marker: str, signal_number: signal.Signals | None) -> bool:
    """Sends a signal (None: nothing) to every program with ``marker`` in its environment; whether there was one."""
    found = False
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if marker.encode() in (entry / "environ").read_bytes().split(b"\0"):
                if signal_number is not None:
                    os.kill(int(entry.name), signal_number)
                found = True
    return found


def _check_size(output: IO[bytes], limit: int, name: str) -> None:
    if os.fstat(output.fileno()).st_size > limit:
        raise ScanError(GapKind.GARBAGE, f"{name} wrote more than {limit} bytes of output")


def _has_exited(child: subprocess.Popen[bytes]) -> bool:
    """Whether the child has ended; it is not reaped where os.waitid exists, so that its process group keeps its number."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return child.poll() is not None
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _exits_within(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the child ends within so many seconds, polled at growing intervals."""
    limit, pause = time.monotonic() + seconds, 0.0005
    while not _has_exited(child):
        if time.monotonic() > limit:
            return False
        time.sleep(pause)
        pause = min(2 * pause, 0.02)
    return True


def _wait_for_group(child: subprocess.Popen[bytes]) -> None:
    """Waits up to GRACE_SECONDS for processes that an exited child left in its group: they may still write its output."""
    child.wait()
    limit, pause = time.monotonic() + GRACE_SECONDS, 0.0005
    with contextlib.suppress(ProcessLookupError, PermissionError):
        while time.monotonic() < limit:
            os.killpg(child.pid, 0)
            time.sleep(pause)
            pause = min(2 * pause, 0.02)


def _terminate_group(child: subprocess.Popen[bytes]) -> None:
    """Ends the child's process group: SIGTERM if the child still runs, then SIGKILL."""
    if child.returncode is None and not _has_exited(child):
        _signal_group(child, signal.SIGTERM)
        _exits_within(child, GRACE_SECONDS)
    _signal_group(child, signal.SIGKILL)
    child.wait()


def _signal_group(child: subprocess.Popen[bytes], signal_number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal_number)
