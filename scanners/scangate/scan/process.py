"""The only place that starts a program: outside the scanned tree, with little environment, bounded output, no child left behind."""

from __future__ import annotations

import contextlib
import os
import secrets
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.plugin import ProgramOutput

__all__ = ["ProcessRunner", "filter_search_path", "terminate_marked"]

NETWORK_VARIABLES = (
    *("http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)
MARKER_VARIABLE = "SCANGATE_CHILD"
STDOUT_LIMIT = 512 * 1024 * 1024
STDERR_LIMIT = 64 * 1024
GRACE_SECONDS = 2.0
POLL_SECONDS = 0.0005  # seconds
MAX_SWEEPS = 20  # a program that forks while it is swept needs more than one


def filter_search_path(search_path: str, root: Path) -> str:
    """``path`` (a PATH value) without entries that are relative or lie in the scanned tree."""
    kept = [
        entry
        for entry in search_path.split(os.pathsep)
        if Path(entry).is_absolute() and not Path(entry).resolve().is_relative_to(root)
    ]
    return os.pathsep.join(kept)


class ProcessRunner:
    """Every program of one run. ``folder`` is private to the run: programs start in it, with their HOME and TMPDIR in it.

    Safe to use from several threads. After ``cancel()`` nothing starts any more and what runs is ended.
    """

    def __init__(self, folder: Path, root: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._root = root
        self._environ = environ
        self._search_path = filter_search_path(
            os.pathsep.join([str(Path(sys.executable).parent), environ.get("PATH", os.defpath)]), root
        )
        self._token = secrets.token_hex(16)
        self._cancelled = threading.Event()
        for name in ("work", "home", "tmp"):
            (folder / name).mkdir(mode=0o700, exist_ok=True)

    def is_outside_tree(self, file: str) -> bool:
        """Whether a program lies outside the scanned tree."""
        return Path(file).is_absolute() and not Path(file).resolve().is_relative_to(self._root)

    @property
    def working_directory(self) -> Path:
        """The folder that programs start in."""
        return self._folder / "work"

    @property
    def search_path(self) -> str:
        """The PATH that programs get."""
        return self._search_path

    def cancel(self) -> None:
        """Ends what runs and starts nothing more."""
        self._cancelled.set()

    @property
    def cancelled(self) -> bool:
        """Whether the run was cancelled."""
        return self._cancelled.is_set()

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of the run; a program gets only what is on the list."""
        return self._environ

    def environment(self, *, network: bool, extra: Mapping[str, str]) -> dict[str, str]:
        """The allow-listed environment of a program."""
        kept = {name: self._environ[name] for name in NETWORK_VARIABLES if network and name in self._environ}
        return {
            "PATH": self._search_path,
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
        """Runs ``argv`` to its end and returns what it left; ``name`` is what it is called where something is wrong.

        Raises Unreadable: TOOL_MISSING where it cannot be started, TIMEOUT after ``timeout`` seconds, GARBAGE for more than
        ``limit`` bytes of output, INTERRUPTED where the run was cancelled.
        """
        if self.cancelled:
            raise ScanError(GapKind.INTERRUPTED, "interrupted before it was scanned")
        name = name or Path(argv[0]).name
        try:
            child = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.working_directory,
                env=self.environment(network=network, extra=env or {}),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:  # ValueError: a NUL in a word of the command line
            reason = f"{name} cannot be started: {getattr(error, 'strerror', '') or type(error).__name__}"
            raise ScanError(
                GapKind.TOOL_MISSING, reason, "reinstall it beside scangate: pip install --force-reinstall scangate"
            ) from error
        with child:
            try:
                stdout, stderr, cut = _PipeReader(child, stdin, stdout_limit, timeout).read(self._cancelled.is_set)
            except ScanError as fault:
                raise ScanError(fault.kind, f"{name} {fault.reason}", fault.hint) from None
            finally:
                _terminate_group(child)
        return ProgramOutput(exit_code=child.returncode, stdout=stdout, stderr=stderr, stderr_truncated=cut)

    def kill_leftovers(self) -> None:
        """Kills what a program may have left behind outside its own process group (found by the mark in its environment)."""
        for _ in range(MAX_SWEEPS):
            if not _signal_marked(f"{MARKER_VARIABLE}={self._token}", signal.SIGKILL):
                return
            time.sleep(0.01)


def terminate_marked(marker: str, grace_seconds: float) -> None:
    """Ends every program with ``mark`` (``NAME=VALUE``) in its environment: politely, and after ``patience`` seconds surely."""
    limit = time.monotonic() + grace_seconds
    found = _signal_marked(marker, signal.SIGTERM)
    while found and time.monotonic() < limit:
        time.sleep(0.1)
        found = _signal_marked(marker, None)
    for _ in range(MAX_SWEEPS if found else 0):
        if not _signal_marked(marker, signal.SIGKILL):
            return
        time.sleep(0.01)


def _signal_marked(marker: str, signal_number: signal.Signals | None) -> bool:
    """Sends a signal (None: nothing) to every program with ``mark`` in its environment; whether there was one."""
    found = False
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if marker.encode() in (entry / "environ").read_bytes().split(b"\0"):
                if signal_number is not None:
                    os.kill(int(entry.name), signal_number)
                found = True
    return found


class _PipeReader:
    """Reads both outputs of a child at once (a child that fills one pipe while the other is read would hang)."""

    def __init__(self, child: subprocess.Popen[bytes], feed: bytes | None, limit: int, timeout: float) -> None:
        self._child = child
        self._limit = limit
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._stdout: list[bytes] = []
        self._size = 0
        self._stderr = bytearray()
        self._stderr_truncated = False
        self._stdin = memoryview(feed or b"")

    def read(self, cancelled: Callable[[], bool]) -> tuple[bytes, bytes, bool]:
        """All of stdout, the end of stderr and whether that was cut, once the child has ended and both are closed."""
        with selectors.DefaultSelector() as selector:
            for pipe, event, step in self._pipes():
                os.set_blocking(pipe.fileno(), False)
                selector.register(pipe, event, (pipe, step))
            ended = 0.0
            while selector.get_map():
                for key, _ in selector.select(0.1):
                    pipe, step = key.data
                    if not step(key.fd):
                        selector.unregister(pipe)
                        pipe.close()
                self._check_limits(cancelled())
                if _has_exited(self._child):
                    ended = ended or time.monotonic()
                    if time.monotonic() - ended > GRACE_SECONDS:  # a grandchild holds the pipes open
                        break
            while not _exits_within(self._child, 0.01):
                self._check_limits(cancelled())
        return (
            b"".join(self._stdout),
            bytes(self._stderr[-STDERR_LIMIT:]),
            self._stderr_truncated or len(self._stderr) > STDERR_LIMIT,
        )

    def _pipes(self) -> Iterable[tuple[IO[bytes], int, Callable[[int], bool]]]:
        if self._child.stdout is not None:
            yield self._child.stdout, selectors.EVENT_READ, self._read_stdout
        if self._child.stderr is not None:
            yield self._child.stderr, selectors.EVENT_READ, self._read_stderr
        if self._child.stdin is not None:
            yield self._child.stdin, selectors.EVENT_WRITE, self._write_stdin

    def _read_stdout(self, fd: int) -> bool:
        chunk = os.read(fd, 1 << 16)
        self._size += len(chunk)
        self._stdout.append(chunk)
        return bool(chunk)

    def _read_stderr(self, fd: int) -> bool:
        chunk = os.read(fd, 1 << 16)
        self._stderr += chunk
        if len(self._stderr) > 4 * STDERR_LIMIT:
            del self._stderr[:-STDERR_LIMIT]
            self._stderr_truncated = True
        return bool(chunk)

    def _write_stdin(self, fd: int) -> bool:
        try:
            self._stdin = self._stdin[os.write(fd, self._stdin[: 1 << 16]) :]
        except BrokenPipeError:
            return False
        return bool(self._stdin)

    def _check_limits(self, cancelled: bool) -> None:
        if cancelled:
            raise ScanError(GapKind.INTERRUPTED, "was interrupted")
        if time.monotonic() > self._deadline:
            hint = "raise the time limit in the policy: limits: {timeout: SECONDS}"
            raise ScanError(GapKind.TIMEOUT, f"did not end within {self._timeout:g} seconds", hint)
        if self._size > self._limit:
            raise ScanError(GapKind.GARBAGE, f"wrote more than {self._limit} bytes of output")


def _has_exited(child: subprocess.Popen[bytes]) -> bool:
    """Whether the child has ended; it is not reaped yet, so that its process group keeps its number."""
    return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _exits_within(child: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether the child has ended, or does within so many seconds: a program closes its pipes a moment before it is gone."""
    limit = time.monotonic() + seconds
    while not _has_exited(child):
        if time.monotonic() > limit:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _terminate_group(child: subprocess.Popen[bytes]) -> None:
    """Ends the child's whole process group: politely where the child still runs, then surely."""
    if child.returncode is not None:
        return
    if not _has_exited(child):
        _signal_group(child, signal.SIGTERM)
        limit = time.monotonic() + GRACE_SECONDS
        while not _has_exited(child) and time.monotonic() < limit:
            time.sleep(0.02)
    _signal_group(child, signal.SIGKILL)
    child.wait()


def _signal_group(child: subprocess.Popen[bytes], signal_number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal_number)
