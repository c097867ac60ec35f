"""Pages that show a session of a shell: runs its commands, in order, and gives what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.support.doc_pages import code_blocks

COLUMNS = 100
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
VARYING = re.compile(r"\b\d+\.\d+(?= s\b)|\b[0-9a-f]{12,64}\b|\b\d{4}-\d\d-\d\d\b|\b\d+ days?\b")


class Step(NamedTuple):
    """A command of a page, what the page shows as its output, and what it really prints."""

    command: str
    shown: str
    printed: str


def run_page(page: Path, folder: Path) -> Iterator[Step]:
    """Writes the files of a page ("Create `FILE`"), and runs the commands of its blocks ``console``.

    It begins in ``folder``, and ``cd`` lasts. An exit code other than 0 is part of the session.
    """
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    session = folder / "session"  # where a command leaves the current directory to the next one
    environment = {**os.environ, "PATH": paths, "COLUMNS": str(COLUMNS), "HOME": str(folder), "SESSION": str(session)}
    session.write_text(str(folder), encoding="utf-8")
    for block in code_blocks(page):
        for path in re.findall(r"\bCreate\s`([^`]+)`", block.introduction):
            (Path(session.read_text("utf-8").strip()) / path).write_text(block.text, encoding="utf-8")
        if block.language == "console":
            for command, shown in COMMAND.findall(block.text):
                yield Step(command, shown, _run(command, session.read_text("utf-8").strip(), environment))


def _run(command: str, folder: str, environment: dict[str, str]) -> str:
    script = ["bash", "-c", f'{command}\npwd > "$SESSION"']
    result = subprocess.run(
        script,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    return result.stdout


def steady(text: str) -> list[str]:
    """The lines of an output without what differs from run to run: seconds, digests, dates."""
    return [VARYING.sub("N", line).rstrip() for line in text.splitlines()]
