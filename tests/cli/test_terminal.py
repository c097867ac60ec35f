"""What a person sees: progress on a terminal, a sign of life in a log, and no control character of a file's name."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import time
from pathlib import Path

import pytest

from scangate.cli.progress import show_progress
from tests.support.command import SCANGATE, environment
from tests.support.sample_trees import WEAK_SOURCE, write_files, write_policy

OURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\]8;[^;\x1b]*;[!-~]*?\x1b\\")  # colours, cursor moves and links, as rich writes them


def on_a_terminal(argv: list[str], cwd: Path, **env: str) -> tuple[int, str]:
    """Runs ``argv`` on a pseudo-terminal: its exit code, and every byte it sent there."""
    master, slave = pty.openpty()
    child = subprocess.Popen(argv, cwd=cwd, env=environment(TERM="xterm-256color", **env), stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    seen = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not piece:
            break
        seen += piece
    os.close(master)
    return child.wait(), seen.decode("utf-8", "replace")


def test_a_terminal_gets_progress_and_colour_and_nothing_of_a_name(tmp_path: Path) -> None:
    tree = write_files(tmp_path / "tree", {"a\x1b]0;title\x07\x9b31m\r\x08.py": WEAK_SOURCE, "b\u202e.py": WEAK_SOURCE})
    rules = write_policy(tmp_path / "policy.yaml", "bandit")
    code, seen = on_a_terminal([str(SCANGATE), "scan", "--policy", str(rules)], tree)
    assert code == 1
    assert "bandit" in seen
    assert "1/" in seen or "2/2" in seen or "━" in seen
    assert "\x1b[" in seen
    rest = OURS.sub("", seen).replace("\r\n", "\n").replace("\r", "")
    assert not [sign for sign in rest if sign != "\n" and not sign.isprintable()]
    assert "\\x1b]0;title\\x07" in rest
    assert "\x1b]8;" in seen


def test_no_colour_where_it_is_not_wanted(tmp_path: Path) -> None:
    tree = write_files(tmp_path / "tree", {"a.py": WEAK_SOURCE})
    rules = write_policy(tmp_path / "policy.yaml", "bandit")
    _, seen = on_a_terminal([str(SCANGATE), "scan", "--quiet", "--policy", str(rules)], tree, NO_COLOR="1")
    assert "\x1b" not in seen
    code, seen = on_a_terminal([str(SCANGATE), "scan", "--policy", str(rules)], tree, NO_COLOR="1")
    assert code == 1
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m|\x1b\]8", seen)


def test_a_log_gets_a_sign_of_life(capfd: pytest.CaptureFixture[str]) -> None:
    with show_progress(quiet=False, heartbeat=0.01) as report_progress:
        report_progress("bandit", 3, 7)
        report_progress("semgrep", 0, 2)
        said = ""
        while "bandit" not in said:
            time.sleep(0.01)
            said += capfd.readouterr().err
    assert re.search(r"^scangate: still scanning after \d+ s: bandit 3 of 7 files, semgrep 0 of 2 files$", said, re.MULTILINE)


def test_quiet_gives_no_sign(capfd: pytest.CaptureFixture[str]) -> None:
    with show_progress(quiet=True, heartbeat=0.001) as report_progress:
        report_progress("bandit", 1, 1)
        time.sleep(0.05)
    assert capfd.readouterr() == ("", "")
