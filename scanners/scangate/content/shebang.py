"""What the first lines of a script say about its language: shebang, trampoline to another interpreter, editor mode line."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from identify.identify import parse_shebang

from scangate.content.file_names import SUFFIXES
from scangate.content.interpreters import interpreter_type

_FIRST_BYTES = 4096
_TRAMPOLINE = re.compile(
    rb"[ '\":;]{0,8}(?:exec|eval)['\" ]+.{0,400}?\b(python|pypy|perl|ruby|node|tclsh|wish|guile|runghc|php|scala|lua)[\d.]*\b"
    rb".{0,200}?\$\{?0"
)
_MODE_LINE = re.compile(
    rb"-\*-\s*(?:.*?mode:\s*)?([A-Za-z][\w+#-]*)\s*(?:;.*?)?-\*-|\b(?:vim?|ex):.*?\b(?:ft|filetype|syntax|syn)=([A-Za-z]\w*)"
)
_MODES = {
    "sh": "shell",
    "shell-script": "shell",
    "js": "javascript",
    "c++": "cpp",
    "conf": "ini",
    "perl": "perl",
    "makefile": "makefile",
}
_RUNNERS = {
    "busybox": (),
    "command": (),
    "doas": (),
    "exec": (),
    "hatch": ("run",),
    "nice": (),
    "pdm": ("run",),
    "pipenv": ("run",),
    "pipx": ("run",),
    "poetry": ("run",),
    "rye": ("run",),
    "sudo": (),
    "time": (),
    "uv": ("run",),
}
"""Programs that run another one: their name, and the subcommand that does it."""
_PYTHON_RUNNERS = frozenset({"hatch", "pdm", "pipenv", "pipx", "poetry", "rye", "uv", "uvx"})


def script_type(data: bytes) -> str:
    """The content type that a shebang names, empty without one; ``data`` is text in any superset of ASCII."""
    head = data[:_FIRST_BYTES].removeprefix(b"\xef\xbb\xbf")
    if not head.startswith(b"#!"):
        return ""
    found = _type_of_command(parse_shebang(io.BytesIO(head.replace(b"\r", b"\n").replace(b"\\", b"/"))))
    if found in ("shell", "tcl"):  # a shell script whose first command replaces the shell
        for line in head.splitlines()[1:8]:
            if match := _TRAMPOLINE.match(line):
                return interpreter_type(match[1].decode())
    return found


def mode_type(data: bytes) -> str:
    """The content type that a mode line of Emacs or Vim names, in the first or last lines; empty without one."""
    head, tail = data[:_FIRST_BYTES].splitlines()[:3], data[-_FIRST_BYTES:].splitlines()[-3:]
    for line in (*head, *tail):
        if match := _MODE_LINE.search(line[:400]):
            mode = (match[1] or match[2]).decode("ascii").lower()
            return _MODES.get(mode) or interpreter_type(mode) or SUFFIXES.get(mode, "")
    return ""


def _type_of_command(command: Sequence[str]) -> str:
    words = list(command)
    while words:
        program = words.pop(0).rpartition("/")[2]
        if program == "env":
            continue
        if program.startswith("-") or "=" in program:  # an option or a variable of env
            continue
        if program in _RUNNERS and words:
            if program in _PYTHON_RUNNERS:
                return "python"
            continue
        return interpreter_type(program)
    return ""
