"""The wheel, built from the sdist and installed alone, brings its policies, rules and snippets along, byte for byte."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from scangate.assets import PACKED

ROOT = Path(__file__).resolve().parents[1]
DATA = ("policies", "buildspec_snippets", "docs/reference/rules", "ci/gitlab")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that is made of the sdist, not of the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    argv = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(argv, check=True, capture_output=True, timeout=300)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment in which the wheel alone is installed; its dependencies are those of the running one."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    programs = folder / "bin"
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True, timeout=120)
    (site,) = folder.glob("lib/python*/site-packages")
    # a .pth in a folder that a .pth names is not read: the checkout that is installed there is not on the path
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return programs


def run(programs: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The installed command, started from the root of the file system with an empty environment."""
    environment = {"PATH": os.defpath, "HOME": "/nonexistent"}
    argv = [str(programs / "scangate"), *arguments]
    return subprocess.run(argv, cwd="/", env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_wheel_holds_all_data_unchanged(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {
            name: archive.read(name) for name in archive.namelist() if name.startswith("scangate/_data/") and not name.endswith("/")
        }
    here = {
        f"scangate/_data/{file.relative_to(ROOT)}": file.read_bytes()
        for kind in DATA
        for file in (ROOT / kind).rglob("*")
        if file.is_file()
    }
    assert here
    assert packed == here


def test_the_wheel_holds_the_templates_of_the_pages(wheel: Path) -> None:
    folder = ROOT / "scanners" / "scangate" / "report" / "templates"
    here = {f"scangate/report/templates/{file.name}": file.read_bytes() for file in folder.iterdir()}
    with zipfile.ZipFile(wheel) as archive:
        packed = {name: archive.read(name) for name in archive.namelist() if "/templates/" in name}
    assert {"scangate/report/templates/report.html.j2", "scangate/report/templates/report.js"} <= here.keys()
    assert packed == here


def test_the_wheel_holds_no_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith((".data", ".dist-info"))} == {"scangate"}


def test_a_checkout_has_no_copy_of_its_own_data() -> None:
    assert not PACKED.exists(), "a stray copy would shadow the files that are edited"


@pytest.mark.parametrize("policy", ["baseline", "production"])
def test_the_installed_command_finds_its_policies(installed: Path, policy: str) -> None:
    output = run(installed, "policy", "show", policy)
    assert (output.returncode, output.stderr) == (0, "")
    assert f"name: {policy}" in output.stdout


def test_the_installed_command_finds_its_rules(installed: Path) -> None:
    output = run(installed, "scanners")
    assert output.returncode == 0
    (line,) = [line for line in output.stdout.splitlines() if line.startswith("semgrep")]
    assert "python (code" in line


def test_the_installed_command_is_the_wheels(installed: Path) -> None:
    where = "import scangate; print(scangate.__file__)"
    output = subprocess.run([installed / "python", "-I", "-c", where], capture_output=True, text=True, timeout=60, check=True)
    assert Path(output.stdout.strip()).is_relative_to(installed.parent)
