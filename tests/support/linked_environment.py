"""A copy of the environment that scangate is installed in, made of links, in which a tool can be taken away or replaced."""

from __future__ import annotations

import os
import sys
import sysconfig
import time
from pathlib import Path

REAL_BIN = Path(sys.executable).parent
SITE_PACKAGES = Path(sysconfig.get_path("purelib"))


class LinkedEnvironment:
    """The environment under ``root``: its ``command`` is scangate as if installed there, so it looks for its tools there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bin = root / "bin"
        self._packages = root / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
        self.bin.mkdir(parents=True)
        self._packages.parent.mkdir(parents=True)
        python = Path(os.path.realpath(sys.executable))
        (root / "pyvenv.cfg").write_text(f"home = {python.parent}\ninclude-system-site-packages = false\n")
        for file in REAL_BIN.iterdir():
            if file.name != "scangate" and not file.name.startswith("python"):
                (self.bin / file.name).symlink_to(file)
        self.python.symlink_to(python)
        self._packages.symlink_to(SITE_PACKAGES)
        self.write("scangate", "import sys\nfrom scangate.cli.main import main\nmain()\n")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.bin / "python"

    @property
    def command(self) -> Path:
        """Its scangate."""
        return self.bin / "scangate"

    def write(self, name: str, code: str) -> None:
        """Puts a Python program in the place of the console script ``name``."""
        file = self.bin / name
        file.unlink(missing_ok=True)
        file.write_text(f"#!{self.python}\n{code}", encoding="utf-8")
        file.chmod(0o755)

    def remove(self, name: str) -> None:
        """Takes the console script ``name`` away."""
        (self.bin / name).unlink()

    def restore(self, name: str) -> None:
        """Puts the real console script ``name`` back."""
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).symlink_to(REAL_BIN / name)

    def remove_package(self, prefix: str) -> Path:
        """Takes what begins with ``prefix`` out of its packages; returns their folder."""
        if self._packages.is_symlink():
            self._packages.unlink()
            self._packages.mkdir()
            for file in SITE_PACKAGES.iterdir():
                (self._packages / file.name).symlink_to(file)
        for file in list(self._packages.iterdir()):
            if file.name.startswith(prefix):
                file.unlink()
        return self._packages

    def write_package(self, name: str, code: str) -> None:
        """Puts a package that does ``code`` when it is imported in the place of ``name``, whose metadata stay."""
        folder = self.remove_package(name + "/") / name
        folder.unlink()
        folder.mkdir()
        (folder / "__init__.py").write_text(code, encoding="utf-8")


def left_behind(bench: LinkedEnvironment) -> list[str]:
    """The command lines of programs of this bench that still run."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            facts = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
            if os.fsencode(bench.bin) in facts:
                found.append((process / "cmdline").read_bytes().decode())
        except OSError:
            continue
    return found


def assert_nothing_left(bench: LinkedEnvironment) -> None:
    deadline = time.monotonic() + 10
    while (found := left_behind(bench)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not found
