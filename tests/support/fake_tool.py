"""Puts a small program of a test's own in the place of a tool: real, on disk, started as the tool would be."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

__all__ = ["install_fake_tool"]


def install_fake_tool(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: str, keep: tuple[str, ...] = ()) -> Path:
    """Makes a folder of console scripts in which ``name`` is the Python program ``code``, and lets ours be looked for there.

    The real scripts ``keep`` stay next to it.
    """
    folder.mkdir(exist_ok=True)
    for script in keep:
        (folder / script).symlink_to(Path(sys.executable).parent / script)
    program = folder / name
    program.write_text(f"#!{sys.executable}\n{code}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    python = folder / "python"
    if not python.exists():
        python.symlink_to(sys.executable)
        for part in ("pyvenv.cfg", "lib"):  # so that it finds all that the real one finds
            (folder.parent / part).symlink_to(Path(sys.prefix) / part)
        monkeypatch.setattr(sys, "executable", str(python))
    return program
