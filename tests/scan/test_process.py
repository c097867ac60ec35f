"""Programs that do what programs should not: bounded in time, memory and number, and none left behind."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scangate.errors import ScanError
from scangate.model import GapKind
from scangate.plugin import ProgramOutput
from scangate.scan import process
from scangate.scan.process import NETWORK_VARIABLES, STDERR_LIMIT, ProcessRunner, filter_search_path

ENVIRON = {
    **dict.fromkeys(NETWORK_VARIABLES, "http://proxy.example.com"),
    "PATH": os.environ["PATH"],
    "AWS_SECRET_ACCESS_KEY": "value",
    "PYTHONPATH": "/evil",
    "LD_PRELOAD": "/evil.so",
    "GIT_DIR": "/evil",
    "PYTHONSTARTUP": "/evil.py",
    "SEMGREP_APP_TOKEN": "value",
    "BASH_ENV": "/evil",
    "HOME": "/home/somebody",
    "LC_ALL": "de_DE",
}


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[ProcessRunner]:
    (tmp_path / "private").mkdir()
    (tmp_path / "root").mkdir()
    made = ProcessRunner(tmp_path / "private", tmp_path / "root", ENVIRON)
    yield made
    made.kill_leftovers()


def python(
    processes: ProcessRunner,
    code: str,
    *,
    timeout: float = 20,
    limit: int = 1 << 20,
    feed: bytes | None = None,
    network: bool = False,
) -> ProgramOutput:
    return processes.run([sys.executable, "-c", code], timeout=timeout, stdout_limit=limit, stdin=feed, network=network)


def alive(number: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def gone(number: int) -> bool:
    """Whether a process goes within a moment."""
    limit = time.monotonic() + 5
    while alive(number) and time.monotonic() < limit:
        time.sleep(0.02)
    return not alive(number)


def test_program_output_is_collected(processes: ProcessRunner) -> None:
    output = python(processes, "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    assert output == ProgramOutput(3, b"out\n", b"err\n")
    assert output.describe_death() == ""


@pytest.mark.parametrize(
    ("code", "died"),
    [
        ("import sys; sys.exit(137)", "killed by SIGKILL"),
        ("import sys; sys.exit(143)", "killed by SIGTERM"),
        ("import os; os.kill(os.getpid(), 9)", "killed by SIGKILL"),
        ("import os; os.abort()", "killed by SIGABRT"),
        ("import sys; sys.exit(128)", ""),
        ("import sys; sys.exit(255)", ""),
    ],
)
def test_how_a_program_died(processes: ProcessRunner, code: str, died: str) -> None:
    assert python(processes, code).describe_death() == died


@pytest.mark.parametrize("argv", [["no-such-program"], ["/no/such/program"], ["/etc/passwd"], ["/"], [sys.executable, "a\0b"]])
def test_a_program_that_cannot_be_started_is_missing(processes: ProcessRunner, argv: list[str]) -> None:
    with pytest.raises(ScanError) as fault:
        processes.run(argv, timeout=5)
    assert fault.value.kind is GapKind.TOOL_MISSING
    assert fault.value.hint


def test_a_flood_of_output_is_garbage_and_a_flood_of_complaints_is_cut(processes: ProcessRunner) -> None:
    with pytest.raises(ScanError) as fault:
        python(processes, "import os\nwhile True: os.write(1, b'x' * 65536)", limit=1 << 20)
    assert fault.value.kind is GapKind.GARBAGE
    output = python(processes, "import os\nfor _ in range(200): os.write(2, b'x' * 65536)\nos.write(2, b'end')\nprint('done')")
    assert output.stdout == b"done\n"
    assert (len(output.stderr), output.stderr_truncated, output.stderr[-3:]) == (STDERR_LIMIT, True, b"end")


def test_a_program_that_hangs_is_ended_with_all_it_started(processes: ProcessRunner, tmp_path: Path) -> None:
    note = tmp_path / "note"
    code = f"""
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(100)'])
open({str(note)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')
time.sleep(100)
"""
    with pytest.raises(ScanError) as fault:
        python(processes, code, timeout=1.0)
    assert fault.value.kind is GapKind.TIMEOUT
    assert all(gone(int(number)) for number in note.read_text().split())


def test_a_daemon_that_left_its_group_is_swept(processes: ProcessRunner, tmp_path: Path) -> None:
    note = tmp_path / "note"
    code = f"""
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in (0, 1, 2): os.close(fd)
        with open({str(note)!r}, 'w') as file: file.write(str(os.getpid()))
        time.sleep(100)
    os._exit(0)
os.wait()
time.sleep(0.2)
"""
    python(processes, code)
    number = int(note.read_text())
    assert alive(number)
    processes.kill_leftovers()
    assert gone(number)


def test_a_grandchild_that_holds_the_pipe_open_is_not_waited_for(processes: ProcessRunner) -> None:
    code = "import subprocess; print(subprocess.Popen(['sleep', '100']).pid, flush=True)"
    assert alive(int(python(processes, code, timeout=60).stdout))


def test_a_program_that_closes_its_outputs_is_waited_for(processes: ProcessRunner) -> None:
    assert (
        python(processes, "import os, time; os.write(1, b'a'); os.close(1); os.close(2); time.sleep(0.3); os._exit(5)").exit_code
        == 5
    )
    with pytest.raises(ScanError) as fault:
        python(processes, "import os, time; os.close(1); os.close(2); time.sleep(100)", timeout=0.5)
    assert fault.value.kind is GapKind.TIMEOUT


def test_a_program_is_fed(processes: ProcessRunner) -> None:
    data = os.urandom(300_000)
    assert python(processes, "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", feed=data).stdout == data
    assert python(processes, "import os; os.close(0)", feed=data).exit_code == 0
    assert python(processes, "import sys; print(sys.stdin.read() == '')").stdout == b"True\n"


def test_the_environment_is_an_allow_list(processes: ProcessRunner, tmp_path: Path) -> None:
    show = "import json, os; print(json.dumps([dict(os.environ), os.getcwd()]))"
    import json

    environment, where = json.loads(python(processes, show).stdout)
    mine = {"PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "PYTHONNOUSERSITE", "PYTHONSAFEPATH", "PYTHONUTF8", "SCANGATE_CHILD"}
    assert set(environment) <= mine | {"LC_CTYPE"}
    assert environment["HOME"].startswith(str(tmp_path / "private"))
    assert Path(where) == processes.working_directory
    assert Path(where).is_relative_to(tmp_path / "private")
    routed, _ = json.loads(python(processes, show, network=True).stdout)
    assert set(routed) - set(environment) == set(NETWORK_VARIABLES)


def test_no_program_is_found_in_the_scanned_tree(tmp_path: Path) -> None:
    (tmp_path / "root/bin").mkdir(parents=True)
    (tmp_path / "link").symlink_to("root/bin")
    value = os.pathsep.join(
        [str(tmp_path / "root/bin"), "", ".", "bin", str(tmp_path / "link"), "/usr/bin", str(tmp_path / "root")]
    )
    assert filter_search_path(value, (tmp_path / "root").resolve()) == "/usr/bin"


def test_a_run_that_is_cancelled_ends_what_runs_and_starts_nothing(processes: ProcessRunner, tmp_path: Path) -> None:
    note = tmp_path / "note"
    code = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(100)"
    kinds = []

    def run() -> None:
        with pytest.raises(ScanError) as fault:
            python(processes, code, timeout=60)
        kinds.append(fault.value.kind)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    while not note.exists() or not note.read_text():
        time.sleep(0.02)
    processes.cancel()
    for thread in threads:
        thread.join(15)
    assert kinds == [GapKind.INTERRUPTED] * 2
    assert gone(int(note.read_text()))
    with pytest.raises(ScanError) as fault:
        python(processes, "")
    assert fault.value.kind is GapKind.INTERRUPTED


def test_a_run_that_is_cancelled_while_a_program_is_started_is_interrupted(
    processes: ProcessRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end_session() -> None:
        processes.cancel()
        shutil.rmtree(tmp_path / "private")

    monkeypatch.setattr(processes, "check_time", end_session)  # just after the run looked whether it is cancelled
    with pytest.raises(ScanError) as fault:
        python(processes, "")
    assert fault.value.kind is GapKind.INTERRUPTED


def test_signals_have_names() -> None:
    assert ProgramOutput(-signal.SIGSEGV, b"", b"").describe_death() == "killed by SIGSEGV"


@pytest.fixture
def without_waitid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "waitid")


@pytest.mark.usefixtures("without_waitid")
def test_programs_run_and_time_out_without_waitid(processes: ProcessRunner) -> None:
    assert python(processes, "print(1)").stdout == b"1\n"
    with pytest.raises(ScanError) as error:
        python(processes, "import time; time.sleep(100)", timeout=0.5)
    assert error.value.kind is GapKind.TIMEOUT


def test_a_program_that_floods_stderr_times_out_and_fills_no_disk(
    processes: ProcessRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "MAX_STDERR_BYTES", 1 << 20)
    with pytest.raises(ScanError) as error:
        python(processes, "import os\nwhile True: os.write(2, b'x' * 65536)", timeout=1.0)
    assert error.value.kind is GapKind.TIMEOUT
    output = python(
        processes, "import os, time\nfor _ in range(40): os.write(2, b'x' * 65536); time.sleep(0.01)\nos.write(2, b'end')"
    )
    assert (output.stderr_truncated, output.stderr[-3:]) == (True, b"end")


def test_output_of_a_background_child_is_collected(processes: ProcessRunner) -> None:
    """Its output belongs to the program: without it, an incomplete report could look complete."""
    code = "import os, time\nos.write(1, b'first')\nif os.fork() == 0:\n    time.sleep(0.3)\n    os.write(1, b' last')\nos._exit(0)"
    assert python(processes, code).stdout == b"first last"


def test_the_time_of_the_whole_run_bounds_every_program(tmp_path: Path) -> None:
    runner = ProcessRunner(tmp_path, tmp_path / "tree", {})
    runner.limit_time(0.2, time.monotonic())
    for _ in range(2):  # the second one is not started
        with pytest.raises(ScanError) as caught:
            runner.run([sys.executable, "-c", "import time; time.sleep(60)"], timeout=60)
        assert caught.value.kind is GapKind.TIMEOUT
        assert "--time-limit" in caught.value.hint
    assert runner.is_out_of_time


@pytest.mark.parametrize(("seconds", "text"), [(1, "1 second, was"), (0.5, "0.5 seconds, was")])
def test_the_time_limit_has_its_unit(tmp_path: Path, seconds: float, text: str) -> None:
    runner = ProcessRunner(tmp_path, tmp_path / "root", os.environ)
    runner.limit_time(seconds, time.monotonic() - 2)
    with pytest.raises(ScanError, match=text):
        runner.check_time()
