"""The trees that are scanned: named source distributions, fetched by pip, checked by their hashes, each made a git repository."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["MORE", "SDISTS", "Sdist", "Tree", "git", "plant"]


@dataclass(frozen=True, slots=True)
class Sdist:
    """A source distribution on PyPI; ``sha256`` is that of its archive."""

    name: str
    version: str
    sha256: str


# By the lines of their Python files, tests included: 13,323; 89,653; 247,561.
SDISTS = {
    "12k": Sdist("Flask", "0.12.5", "fac2b9d443e49f7e7358a444a3db5950bdd0324674d92ba67f8f1f15f876b14f"),
    "90k": Sdist("celery", "5.5.3", "6c972ae7968c2b5281227f01c3a3f984037d21c5129d07bf3550cc2afc6b10a5"),
    "250k": Sdist("ansible-core", "2.16.14", "80279fffd98686badfaa32e1ec785d98a6df1b2fc1e4097dec0597640d746415"),
}
# Beside these, what detect-secrets is measured on: source, binary protocols, translations, documentation.
MORE = (
    Sdist("Scrapy", "2.11.0", "3cbdedce0c3f0e0482d61be2d7458683be7cd7cf14b0ee6adfbaddb80f5b36a5"),
    Sdist("impacket", "0.11.0", "ee4039b4d2aede8f5f64478bc59faac86036796be24dea8dc18f009fb0905e4a"),
    Sdist("pycountry", "22.3.5", "b2163a246c585894d808f18783e19137cb70a0c18fb36748dc01fc6f109c1646"),
    Sdist("sphinx", "7.2.6", "9a5160e1ea90688d5963ba09a2dcd8bdd526620edbb65c328728f1b2228d5ab5"),
)
IDENTITY = ("-c", "user.name=Example", "-c", "user.email=example@example.org", "-c", "commit.gpgsign=false")


@dataclass(frozen=True, slots=True)
class Tree:
    """A git repository with everything committed; ``lines`` counts those of its Python files."""

    root: Path
    lines: int

    def file_of(self, lines: int) -> Path:
        """The Python file whose length is nearest to ``lines``."""
        return min(sorted(_python(self.root)), key=lambda file: abs(_lines(file) - lines))


def plant(sdist: Sdist, folder: Path) -> Tree:
    """The tree of ``sdist`` in ``folder``; its archive is fetched once. pip runs its build backend for its metadata."""
    archives, root = folder / "archives", folder / "trees" / f"{sdist.name}-{sdist.version}"
    if not root.exists():
        archives.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as name:
            archive = _fetched(sdist, archives, Path(name))
            with tarfile.open(archive) as packed:
                packed.extractall(name, filter="data")
            (unpacked,) = [each for each in Path(name).iterdir() if each.is_dir()]
            _commit(unpacked)
            root.parent.mkdir(exist_ok=True)
            unpacked.rename(root)
    git(root, "reset", "--quiet", "--hard", "HEAD")
    return tree(root)


def tree(root: Path) -> Tree:
    """The tree at ``root``, made a git repository where it is none."""
    if not (root / ".git").exists():
        _commit(root)
    return Tree(root, sum(map(_lines, _python(root))))


def git(root: Path, *arguments: str) -> str:
    """What git answers in ``root``."""
    return subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def _fetched(sdist: Sdist, archives: Path, folder: Path) -> Path:
    pins = folder / "pins.txt"
    pins.write_text(f"{sdist.name}=={sdist.version} --hash=sha256:{sdist.sha256}\n")
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-binary", ":all:", "--require-hashes"]
    argv = [sys.executable, "-m", "pip", "download", *options, "--dest", str(archives), "--requirement", str(pins)]
    subprocess.run(argv, check=True)
    form = f"{sdist.name.replace('-', '[-_]')}-{sdist.version}.tar.gz"
    (archive,) = archives.glob(form)
    return archive


def _commit(root: Path) -> None:
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all", "--force")
    git(root, "commit", "--quiet", "--message", "as released")


def _python(root: Path) -> list[Path]:
    return [file for file in root.rglob("*.py") if file.is_file() and not file.is_symlink() and ".git" not in file.parts]


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n")
