"""Finds programs on PATH without running them, and identifies the version of a program by its file."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from scangate.errors import ScanError
from scangate.model import GapKind

MAX_BUILD_INFO = 1 << 16  # bytes


def find_on_path(name: str) -> str:
    """The path of a program next to the running Python or on PATH, as `ScanContext.find_program` looks for it.

    Raises ScanError(TOOL_MISSING) if there is none.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    file = shutil.which(name, path=path)
    if file is None:
        raise ScanError(GapKind.TOOL_MISSING, f"{name} is not installed", f"install {name}, or remove it from the policy")
    return file


@functools.cache
def read_go_version(program: str, module: str) -> str:
    """The version of ``module`` in the file of a Go program; "unstated" if the file says none.

    The linker writes down the options that set a variable ``Version``, and the module's own version:
    https://pkg.go.dev/runtime/debug#BuildInfo
    """
    data = Path(program).read_bytes()
    start = data.find(b"\xff Go buildinf:")
    for pattern in (rb"%s[^\s=]*\.Version=v?([\w.+-]+)", rb"mod\t%s(?:/v\d+)?\tv([\w.+-]+)"):
        found = re.compile(pattern % re.escape(module.encode())).search(data, start, start + MAX_BUILD_INFO) if start >= 0 else None
        if found is not None:
            return found[1].decode()
    return "unstated"


def digest_command(command: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """The digest of the program (size and modification time) and of each file that an argument names by its absolute path.

    None if an argument names a folder or a special file, whose changes would not be noticed.
    """
    program = shutil.which(command[0], path=environ.get("PATH"))
    parts = [os.fsencode(program or "")]
    if program is not None:
        state = Path(program).stat()
        parts.append(f"{state.st_size} {state.st_mtime_ns}".encode())
    for word in command[1:]:
        file = Path(word[word.find("=/") + 1 :])
        if not file.is_absolute() or not file.exists():
            continue
        if not file.is_file():
            return None
        parts.append(hashlib.sha256(file.read_bytes()).digest())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()
