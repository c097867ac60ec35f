"""Fetches the packages on which false findings are counted, and reads and writes the list of labels for what blocks in them.

Both lists are in ``secret_labels``: ``packages.tsv`` has registry, name, version and what the package is; ``labels.tsv`` has
project, path, line, class, rule and what each of two readers made of the finding: right, debatable or wrong. No list has a value.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

__all__ = ["LABELS", "PACKAGES", "Finding", "Package", "agreement", "fetch", "read_findings", "read_packages", "write_findings"]

LISTS = Path(__file__).with_name("secret_labels")
PACKAGES, LABELS = LISTS / "packages.tsv", LISTS / "labels.tsv"
READINGS = ("right", "debatable", "wrong", "")


@dataclass(frozen=True, slots=True)
class Package:
    """A package by ``registry`` (pypi or npm), name and version; ``kind`` says what it is."""

    registry: str
    name: str
    version: str
    kind: str

    @property
    def project(self) -> str:
        """The name of its folder and in the list of labels: a slash in a name becomes a plus."""
        return f"{self.registry}/{self.name.replace('/', '+')}-{self.version}"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A blocking finding, and one or two readings of it; a reading is empty until it is made."""

    project: str
    path: str
    line: int
    secret_class: str
    rule: str
    first: str = ""
    second: str = ""

    def __post_init__(self) -> None:
        if self.first not in READINGS or self.second not in READINGS:
            raise ValueError(f"{self.project} {self.path}:{self.line}: a reading is right, debatable or wrong")

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What a label is found by: findings of one rule in one line have one label."""
        return self.project, self.path, self.line, self.rule

    @property
    def label(self) -> str:
        """The reading, debatable where two differ, empty until the first is made."""
        return self.first if self.second in ("", self.first) else "debatable"


def read_packages(file: Path = PACKAGES) -> tuple[Package, ...]:
    """The packages of a list."""
    return tuple(Package(**row) for row in _rows(file))


def read_findings(file: Path = LABELS) -> tuple[Finding, ...]:
    """The findings of a list, in its order. ValueError for a label that is none."""
    return tuple(Finding(**{**row, "line": int(row["line"])}) for row in _rows(file))  # type: ignore[arg-type]


def write_findings(file: Path, findings: Iterable[Finding]) -> None:
    """Writes a list that `read_findings` reads, sorted."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter="\t", lineterminator="\n")
        writer.writerow(field.name for field in fields(Finding))
        writer.writerows(map(astuple, sorted(findings)))


def agreement(findings: Sequence[Finding]) -> Counter[tuple[str, str]]:
    """How often the readers gave each pair of labels."""
    return Counter((each.first, each.second) for each in findings if each.first and each.second)


def fetch(package: Package, folder: Path) -> Path:
    """The unpacked package below ``folder``. Its archive is fetched once; pip runs its build backend for metadata."""
    root = folder / "trees" / package.project
    if not root.exists():
        archives = folder / "archives" / package.project
        if not archives.exists():
            with tempfile.TemporaryDirectory(dir=folder) as name:
                subprocess.run(_fetch_command(package, name), check=True, capture_output=True, text=True)
                archives.parent.mkdir(parents=True, exist_ok=True)
                shutil.copytree(name, archives)
        (archive,) = archives.iterdir()
        root.mkdir(parents=True)
        with tarfile.open(archive) as packed:
            packed.extractall(root, filter="data")
    return root


def _fetch_command(package: Package, folder: str) -> list[str]:
    if package.registry == "npm":
        return ["npm", "pack", "--ignore-scripts", "--pack-destination", folder, f"{package.name}@{package.version}"]
    options = ["--disable-pip-version-check", "--no-deps", "--no-binary", ":all:"]
    return [sys.executable, "-m", "pip", "download", *options, "--dest", folder, f"{package.name}=={package.version}"]


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t")
