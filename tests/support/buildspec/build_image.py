"""The build image that our buildspecs require: programs, scangate's environment, the cache of earlier builds."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pip

_CACHE = ".cache/scangate"
_PYTHON = shlex.quote(sys.executable)
_PROGRAMS = ("aws", "docker", "npm", "sam")


@dataclass(frozen=True)
class BuildImage:
    """``environment`` is what a `python3 -m venv` starts from, ``cache`` what earlier builds left; many tests share both."""

    environment: Path
    cache: Path

    def install_programs(self, folder: Path) -> str:
        """Puts the image's own programs into ``folder``; the PATH with it. `python3 -m venv` copies what is there."""
        texts = {name: f'exec {_PYTHON} -I {Path(__file__).with_name(f"{name}_command.py")} "$@"' for name in _PROGRAMS}
        texts["python3"] = f'[ "$1 $2" != "-m venv" ] || exec cp -R {shlex.quote(str(self.environment))} "$3"\nexec {_PYTHON} "$@"'
        _write(folder, texts)
        return f"{folder}:{os.environ['PATH']}"

    def install(self, home: Path) -> dict[str, str]:
        """Puts the programs and scangate's environment below ``home``; the variables that name them.

        That environment brings all that pip is asked for, so its pip has nothing to do: what pip really does there is in
        test_gate_faults.py, and that all buildspecs ask for the same in test_snippets.py.
        """
        quick = f'[ "$1 $2 $3 $4" != "-I -m pip install" ] || exit 0\nexec {_PYTHON} "$@"'
        _write(home / "scangate/bin", {"python": quick})
        return {"PATH": self.install_programs(home / "bin"), "SCANGATE_HOME": str(home / "scangate")}

    def restore_cache(self, home: Path) -> None:
        """As CodeBuild does before a build."""
        if self.cache.exists():
            shutil.copytree(self.cache, home / _CACHE, dirs_exist_ok=True)

    def save_cache(self, home: Path) -> None:
        """As CodeBuild does after a build."""
        if (home / _CACHE).exists():
            shutil.copytree(home / _CACHE, self.cache, dirs_exist_ok=True)


def create_environment(folder: Path) -> Path:
    """Creates an environment with pip in ``folder``, without the slow ensurepip."""
    subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    shutil.copytree(Path(pip.__file__).parent, packages / "pip", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def _write(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    for name, text in texts.items():
        script = folder / name
        script.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        script.chmod(0o755)
