"""Builds the stages of a Dockerfile in folders, without Docker and without a base image, as far as ours needs it.

https://docs.docker.com/reference/dockerfile/
A stage is a folder that has the role of the root of its file system. RUN is run by sh, with the absolute paths of its text below
that folder, and with programs of the tests in front of the system's, since there is no base image. An unknown instruction is an
error.
"""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["BuildError", "Image", "Instruction", "build_image", "context_files", "parse_dockerfile"]

_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")
_ABSOLUTE = re.compile(r"(?<![\w./:@-])/(?=(?:opt|build|src|var|advisories)\b)")


class BuildError(Exception):
    """A build that Docker would refuse, or a command of it that failed."""


@dataclass(frozen=True)
class Instruction:
    """An instruction and its arguments, with lines joined."""

    name: str
    text: str


@dataclass
class Image:
    """What a stage leaves: its files below ``root``, and its configuration."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    workdir: str = "/"
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    base: str = ""


def parse_dockerfile(text: str) -> list[Instruction]:
    """The instructions, without comments."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    return [Instruction(name.upper(), rest) for name, rest in (line.split(None, 1) for line in joined.splitlines() if line.strip())]


def context_files(context: Path, ignore: str) -> Iterator[Path]:
    """The files of a build context, relative to it, that .dockerignore leaves: the last pattern that matches decides."""
    patterns = [line for line in ignore.splitlines() if line and not line.startswith("#")]
    for folder, folders, names in os.walk(context):
        folders[:] = sorted(name for name in folders if name not in {".git", ".venv", ".work"})  # no pattern of ours includes them
        for name in sorted(names):
            path = (Path(folder) / name).relative_to(context)
            if not _is_ignored(path, patterns):
                yield path


def _is_ignored(path: Path, patterns: Iterable[str]) -> bool:
    ignored = False
    for pattern in patterns:
        plain = pattern.removeprefix("!").rstrip("/")
        candidates = [path.as_posix(), *(parent.as_posix() for parent in path.parents)][:-1] or [path.as_posix()]
        wanted = [plain, plain.removeprefix("**/")] if plain.startswith("**/") else [plain]
        names = candidates if not plain.startswith("**/") else [*candidates, *path.parts]
        if any(fnmatch.fnmatchcase(each, one) for each in names for one in wanted):
            ignored = not pattern.startswith("!")
    return ignored


def build_image(context: Path, target: str, arguments: Mapping[str, str], folder: Path, programs: Path) -> Image:
    """Builds ``target`` of the Dockerfile in ``context`` below ``folder``. Raises BuildError."""
    builder = _Builder(context, arguments, folder, programs)
    for instruction in parse_dockerfile((context / "Dockerfile").read_text("utf-8")):
        builder.execute(instruction)
    return builder.stages[target]


class _Builder:
    def __init__(self, context: Path, arguments: Mapping[str, str], folder: Path, programs: Path) -> None:
        self.context = context
        self.folder = folder
        self.programs = programs
        self.given = dict(arguments)
        self.globals: dict[str, str] = {}
        self.arguments: dict[str, str] = {}
        self.stages: dict[str, Image] = {}
        self.image: Image | None = None
        ignore = (context / ".dockerignore").read_text("utf-8")
        self.files = list(context_files(context, ignore))

    def execute(self, instruction: Instruction) -> None:
        if instruction.name == "ARG" and self.image is None:
            name, _, default = instruction.text.partition("=")
            self.globals[name] = self.given.get(name, default)
            return
        getattr(self, f"_{instruction.name.lower()}")(instruction.text)

    @property
    def current(self) -> Image:
        assert self.image is not None
        return self.image

    def _from(self, text: str) -> None:
        source, _, name = re.fullmatch(r"(\S+)(\s+AS\s+(\S+))?", text).groups()  # type: ignore[union-attr]  # else it is an error
        base = _expand(source, self.globals)
        if not base:
            raise BuildError("base name should not be blank")
        root = self.folder / f"stage-{len(self.stages)}"
        if base in self.stages:
            parent = self.stages[base]
            shutil.copytree(parent.root, root, symlinks=True)
            values = (dict(parent.environment), dict(parent.labels), parent.user, parent.workdir)
            self.image = Image(root, *values, parent.entrypoint, parent.command, parent.base)
        else:
            root.mkdir()
            self.image = Image(root, {"PATH": "/usr/bin:/bin"}, base=base)
        self.arguments = {}
        self.stages[name or str(len(self.stages))] = self.image

    def _arg(self, text: str) -> None:
        name, mark, default = text.partition("=")
        self.arguments[name] = self.given.get(name, default if mark else self.globals.get(name, ""))

    def _variables(self) -> dict[str, str]:
        return {**self.arguments, **self.current.environment}

    def _env(self, text: str) -> None:
        known = self._variables()
        self.current.environment |= {name: _expand(value, known) for name, value in _pairs(text)}

    def _label(self, text: str) -> None:
        self.current.labels |= {name: _expand(value, self._variables()) for name, value in _pairs(text)}

    def _workdir(self, text: str) -> None:
        self.current.workdir = text
        self._inside(text).mkdir(parents=True, exist_ok=True)

    def _user(self, text: str) -> None:
        self.current.user = text

    def _entrypoint(self, text: str) -> None:
        self.current.entrypoint, self.current.command = tuple(json.loads(text)), ()

    def _cmd(self, text: str) -> None:
        self.current.command = tuple(json.loads(text))

    def _inside(self, path: str) -> Path:
        return self.current.root / str(Path(self.current.workdir) / path).lstrip("/")

    def _copy(self, text: str) -> None:
        words = shlex.split(text)
        stage = words.pop(0).partition("=")[2] if words[0].startswith("--from=") else ""
        *sources, target = words
        if stage:
            (source,) = sources
            shutil.copytree(self.stages[stage].root / source.lstrip("/"), self._inside(target), symlinks=True)
            return
        found = [file for file in self.files if any(_is_source(file, source) for source in sources)]
        if not found:
            raise BuildError(f"no source for COPY {text}")
        for file in found:
            destination = self._inside(target) / file
            destination.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.context / file, destination)

    def _run(self, text: str) -> None:
        root = str(self.current.root)
        variables = {name: _ABSOLUTE.sub(f"{root}/", value) for name, value in self._variables().items()}
        environment = {**variables, "PATH": f"{self.programs}:{variables['PATH']}", "ROOT": root}
        argv = ["/bin/sh", "-c", _ABSOLUTE.sub(f"{root}/", text)]
        ran = subprocess.run(argv, cwd=self._inside("."), env=environment, capture_output=True, text=True, timeout=300, check=False)
        if ran.returncode:
            raise BuildError(f"RUN ended with {ran.returncode}: {ran.stdout}{ran.stderr}")


def _is_source(file: Path, source: str) -> bool:
    return source == "." or fnmatch.fnmatchcase(file.as_posix(), source)


def _pairs(text: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (word.partition("=") for word in shlex.split(text))]


def _expand(text: str, variables: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: variables.get(match[1] or match[2], ""), text)
