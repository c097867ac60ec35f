"""IPython's additions to Python: cell and line magics, commands for the shell, questions for help.

https://ipython.readthedocs.io/en/stable/interactive/magics.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from scangate.content.file_names import SUFFIXES
from scangate.content.identification import identify_text
from scangate.content.interpreters import interpreter_type
from scangate.content.position_maps import MappedText, join
from scangate.content.python_text import is_python


class CellPart(msgspec.Struct, frozen=True):
    """A part of a cell in one language; an empty content type if ``magic`` names an unknown one."""

    content_type: str
    text: MappedText
    magic: str = ""


_PYTHON_MAGICS = frozenset({
    "capture", "debug", "heat", "memit", "memory", "mprun", "notify", "prun", "px", "pyinstrument", "python3", "python", "skip",
    "time", "timeit", "lprun", "scalene", "snakeviz", "spark", "pyspark", "ipytest", "with", "matplotlib", "local", "configure",
    "info",
})  # fmt: skip
_MAGIC_TYPES = {
    "!": "shell", "bash": "shell", "sh": "shell", "sx": "shell", "system": "shell", "shell": "shell", "cmd": "batch",
    "powershell": "powershell", "pwsh": "powershell", "javascript": "javascript", "js": "javascript", "typescript": "typescript",
    "perl": "perl", "ruby": "ruby", "pypy": "python", "r": "r", "julia": "julia", "scala": "scala", "go": "go", "cpp": "cpp",
    "html": "html", "svg": "svg", "latex": "tex", "markdown": "markdown", "sql": "sql", "bigquery": "sql", "sqlite": "sql",
    "cython": "cython", "fortran": "fortran", "php": "php", "rust": "rust",
}  # fmt: skip
_CELL_MAGIC = re.compile(r"\s*%%(!|[\w.]+)([^\n]*)(?:\n|\Z)|\s*(!!)([^\n]*)(?:\n|\Z)")
_LINE = re.compile(
    r"(?P<indent>[ \t]*)(?:(?P<target>[A-Za-z_][\w.,\[\]'\" \t]*=[ \t]*)(?P<assigned>[!%])(?P<rest>.*)"
    r"|!{1,2}(?P<command>.*)|%(?P<magic>[A-Za-z_]\w*)(?P<arguments>.*)|%[ \t]*|(?P<help>\?{1,2}.*|[%\w.*]+\?{1,2}[ \t]*;?[ \t]*))",
)
_STATEMENT_MAGICS = frozenset({"time", "timeit", "prun", "memit", "lprun", "mprun", "debug", "pdb_run"})
_OPTIONS = re.compile(r"[ \t]*(?:-\w+(?:[ \t]+[\d.]+)?[ \t]+)*")
_INSTALLERS = frozenset({"pip", "conda", "mamba", "micromamba", "uv"})


def split_cell(cell: MappedText) -> list[CellPart]:
    """The parts of a code cell of a Python notebook; each line of its Python stays on its line."""
    magic = _CELL_MAGIC.match(cell.text)
    if magic:
        return _cell_magic(cell, magic[1] or magic[3], magic[2] or magic[4] or "", magic)
    if not _may_have_magics(cell.text) or is_python(cell.text):
        return [CellPart("python", cell)]
    commands: list[MappedText | str] = []
    code = join(_python_lines(cell, commands))
    return [CellPart("python", code), *([CellPart("shell", join(commands))] if commands else [])]


def _cell_magic(cell: MappedText, name: str, arguments: str, match: re.Match[str]) -> list[CellPart]:
    body = cell.slice(match.end(), len(cell.text))
    first_line = "\n" * cell.text.count("\n", 0, match.end())
    key = name.lower()
    if key in _PYTHON_MAGICS:
        return split_cell(join([first_line, body])) if body.text.strip() else [CellPart("python", body)]
    if key in ("writefile", "file"):
        target = next((word for word in arguments.split() if not word.startswith("-")), "")
        return [CellPart(identify_text(target, body.text), body)]
    if key == "script":
        words = [word for word in arguments.split() if not word.startswith("-")]
        return [CellPart(interpreter_type(words[0]) if words else "", body, "%%script")]
    found = "shell" if name == "!!" else _type_of_magic(key)
    if name in ("!!", "!", "sx", "system"):
        body = cell.slice(match.start(2) if match[2] is not None else match.start(4), len(cell.text))
    if not found and is_python(body.text):
        found = "python"
    return [CellPart(found, body, f"%%{name}")]


def _type_of_magic(name: str) -> str:
    return _MAGIC_TYPES.get(name) or interpreter_type(name)


def language_of_magic(name: str) -> str | None:
    """The content type of what a magic of another kind of notebook reads, an interpreter of Zeppelin for instance; else None."""
    name = name.lower()
    found = _OTHER_MAGICS.get(name) or ("python" if name in _PYTHON_MAGICS else _type_of_magic(name))
    return found or (name if name in SUFFIXES.values() else None)


_OTHER_MAGICS = {
    "angular": "html", "conda": "shell", "fs": "text", "hive": "sql", "ipyspark": "python", "ir": "r", "jdbc": "sql",
    "kotlin": "kotlin", "md": "markdown", "md-sandbox": "html", "pip": "shell", "run": "text", "sparkr": "r", "spark": "scala",
}  # fmt: skip
"""Magics of Databricks and Zeppelin that notebooks of Jupyter do not have, or have with another meaning."""


def _may_have_magics(text: str) -> bool:
    return any(mark in text for mark in "!%?")


def _python_lines(cell: MappedText, commands: list[MappedText | str]) -> Iterator[MappedText | str]:
    """The cell line by line, with Python instead of IPython's additions; commands for the shell are added to ``commands``."""
    offset, continued = 0, False
    for line in cell.text.split("\n"):
        end = offset + len(line)
        if offset:
            yield "\n" if continued else cell.slice(offset - 1, offset)
        if continued:
            commands += [cell.slice(offset, end), "\n"]
        else:
            match = _LINE.fullmatch(line)
            yield from _python_line(cell, offset, match, commands) if match else [cell.slice(offset, end)]
        is_command = continued or (match is not None and (match["command"] is not None or match["assigned"] == "!"))
        continued = is_command and line.endswith("\\")
        offset = end + 1


def _python_line(
    cell: MappedText, offset: int, match: re.Match[str], commands: list[MappedText | str]
) -> Iterator[MappedText | str]:
    def part(name: str) -> MappedText:
        return cell.slice(offset + match.start(name), offset + match.end(name))

    yield part("indent")
    if match["assigned"]:
        yield part("target")
        yield "None"
        if match["assigned"] == "!":
            commands += [part("rest"), "\n"]
    elif match["command"] is not None:
        commands += [part("command"), "\n"]
        yield "pass"
    elif match["magic"] in _STATEMENT_MAGICS:
        options = _OPTIONS.match(match["arguments"])
        start = offset + match.start("arguments") + (options.end() if options else 0)
        statement = cell.slice(start, offset + match.end("arguments"))
        yield statement if statement.text.strip() else "pass"
    else:
        if match["magic"] in _INSTALLERS or match["magic"] in ("sx", "system"):
            commands += [part("magic" if match["magic"] in _INSTALLERS else "arguments"), part("arguments"), "\n"]
        yield "pass"
