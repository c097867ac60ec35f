"""A source directory and a HOME for a build to run in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.support.buildspec.interpreter import Project
from tests.support.buildspec.shell import StateScope


class Workspace:
    """Fresh directories under `root`; the image's environment names them and has the PATH of the tests themselves."""

    def __init__(self, root: Path) -> None:
        self.source = root / "src"
        self.home = root / "home"
        self.temporary = root / "tmp"
        for directory in (self.source, self.home, self.temporary):
            directory.mkdir()

    def project(
        self,
        *,
        overrides: dict[str, str] | None = None,
        commit: str = "",
        seconds: float = 60.0,
        stop: Callable[[], bool] = lambda: False,
        carry: StateScope = "shell",
    ) -> Project:
        image = {"HOME": str(self.home), "PATH": os.environ["PATH"], "TMPDIR": str(self.temporary)}
        return Project(self.source, image, overrides or {}, commit, seconds, stop, carry)

    def write(self, path: str, text: str = "x\n") -> None:
        file = self.source / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
