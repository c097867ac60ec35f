"""``scangate completion``: the script of each shell, which the shells accept, and the completion that it asks for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.command import environment, run_scangate

MARKS = {"bash": "complete -o nosort -F", "zsh": "#compdef scangate", "fish": "complete --no-files --command scangate"}


@pytest.mark.parametrize("shell", MARKS)
def test_the_script_is_printed_with_its_installation(shell: str, tmp_path: Path) -> None:
    printed = run_scangate("completion", shell, cwd=tmp_path).expect(0).stdout
    assert printed.startswith("# Completion for scangate.")
    assert f"#   scangate completion {shell} > " in printed
    assert MARKS[shell] in printed
    program = shutil.which(shell)
    if program is not None:
        subprocess.run([program, "-n"], input=printed.encode(), check=True, capture_output=True)


def test_other_shells_are_refused(tmp_path: Path) -> None:
    assert "'bash', 'zsh', 'fish'" in run_scangate("completion", "tcsh", cwd=tmp_path).expect(2).stderr


def test_the_script_gets_commands_and_options(tmp_path: Path) -> None:
    asked = environment(_SCANGATE_COMPLETE="bash_complete", COMP_WORDS="scangate comp", COMP_CWORD="1")
    assert run_scangate(cwd=tmp_path, env=asked).stdout == "plain,completion\n"
    asked = environment(_SCANGATE_COMPLETE="bash_complete", COMP_WORDS="scangate scan --out", COMP_CWORD="2")
    assert run_scangate(cwd=tmp_path, env=asked).stdout == "plain,--output-dir\n"


@pytest.mark.parametrize("asked", ["bash_source", "bash_complete", "fish_source"])
def test_a_variable_for_completion_never_takes_the_place_of_a_scan(asked: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = run_scangate("scan", "empty", "--quiet", cwd=tmp_path, env=environment(_SCANGATE_COMPLETE=asked)).expect(3)
    assert ran.stdout.startswith("INCOMPLETE")
