"""scangate-verify: exactly the modules that `scangate verify` needs, for Python 3.9, and a program that needs three packages."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scangate import __version__
from tests.publish.test_verify_script import SMALL, top_levels
from tests.support.attestation import BundleProject
from tests.support.command import environment
from tests.support.paths import ROOT
from tests.support.verdict_files import whole_tree_pass

FOLDER = ROOT / "distributions" / "verify"
PACKAGE = ROOT / "scanners" / "scangate"
DOCUMENT = tomllib.loads((FOLDER / "pyproject.toml").read_text("utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
ROOTS = ("scangate.__main__", "scangate.cli.launcher", "scangate.cli.verify")
ABSENT = {"scangate.app.policies", "scangate.scan.masking"}
"""Imported where they are installed only."""
THIRD_PARTY = {"boto3", "botocore", "click", "cryptography", "msgspec"}
OLDEST = (3, 9)
KMS_KEY = "arn:aws:kms:eu-west-1:111122223333:key/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"


def included() -> set[Path]:
    """The modules that the wheel names, from the root of the package."""
    files = DOCUMENT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for source, target in files.items():
        assert (FOLDER / source).exists(), source
        assert target == "scangate/LICENSE" or source.endswith(f"/{target}"), target
    named = {Path(target).relative_to("scangate") for target in files.values() if target.endswith(".py")}
    return named | {file.relative_to(PACKAGE) for file in (PACKAGE / "model").glob("*.py")}


def find_module(name: str) -> Path | None:
    parts = name.split(".")[1:]
    candidates = [PACKAGE.joinpath(*parts, "__init__.py"), PACKAGE.joinpath(*parts).with_suffix(".py")]
    return next((file for file in candidates if file.is_file()), None)


def imported_names(file: Path) -> Iterator[str]:
    """Every module that a file imports when it runs, with the packages that hold it."""
    tree = ast.parse(file.read_text("utf-8"), feature_version=OLDEST)
    only_types = {
        id(each)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for each in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def closure() -> tuple[set[Path], set[str]]:
    """The files that the roots need, and the top-level names of all else that these import."""
    waiting, files, others = list(ROOTS), set(), set()
    while waiting:
        name = waiting.pop()
        top = name.partition(".")[0]
        if top != "scangate":
            others.add(top)
            continue
        if name in ABSENT or name == "scangate.scan":
            continue
        waiting += [name.rpartition(".")[0]] if "." in name else []
        file = find_module(name)
        if file is not None and file not in files:
            files.add(file)
            waiting += imported_names(file)
    return {file.relative_to(PACKAGE) for file in files}, others


def test_the_wheel_names_what_verify_imports() -> None:
    """And all of the model, whose package imports it."""
    assert included() == closure()[0]


def test_only_the_declared_packages_are_imported() -> None:
    declared = {text.partition(">")[0] for text in DOCUMENT["project"]["dependencies"]}
    assert declared == {"click", "cryptography", "msgspec"}
    assert closure()[1] - set(sys.stdlib_module_names) == THIRD_PARTY


def test_ruff_checks_the_modules_for_the_oldest_python() -> None:
    versions = PROJECT["tool"]["ruff"]["per-file-target-version"]
    checked = {file.relative_to(PACKAGE) for pattern in versions for file in ROOT.glob(pattern)}
    assert (checked, set(versions.values())) == (included(), {"py39"})
    assert DOCUMENT["project"]["requires-python"] == ">=3.9"


@pytest.mark.parametrize("name", sorted(map(str, included())))
def test_a_module_is_python_3_9(name: str) -> None:
    """The syntax, and names of later versions, which no parser knows."""
    text = ast.unparse(ast.parse((PACKAGE / name).read_text("utf-8"), feature_version=OLDEST))
    assert not [word for word in ("dt.UTC", "datetime.UTC", "file_digest", "enum.StrEnum", "strict=True") if word in text]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(FOLDER)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_is_small_and_has_the_version_of_scangate(wheel: Path) -> None:
    assert wheel.stat().st_size < 200_000
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for file in included():
            assert archive.read(f"scangate/{file}") == (PACKAGE / file).read_bytes()
    assert "scangate/LICENSE" in names
    assert wheel.name.startswith(f"scangate_verify-{__version__}-")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment with this wheel, its three packages and what these need, and nothing else."""
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True, timeout=120)
    pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True, timeout=120)
    (site,) = home.glob("lib/python*/site-packages")
    for name in SMALL:
        for path in top_levels(name):
            (site / path.name).symlink_to(path)
    return home / "bin"


def run(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *words], cwd="/", env=environment(), capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def bundle(tmp_path: Path) -> BundleProject:
    project = BundleProject(tmp_path)
    project.attest(whole_tree_pass()).expect(0)
    return project


@pytest.mark.integration
def test_the_command_admits_what_was_attested_and_refuses_what_was_changed(installed: Path, bundle: BundleProject) -> None:
    words = (str(bundle.bundle), "--key", str(bundle.folder / "pub.pem"), "--env", "production")
    for program, command in ((installed / "scangate-verify", ()), (installed / "python", ("-I", "-m", "scangate", "verify"))):
        admitted = run(program, *command, *words)
        assert (admitted.returncode, "admitted: PASS" in admitted.stderr) == (0, True), admitted.stderr
    (bundle.bundle / "added.txt").write_text("changed\n", "utf-8")
    assert run(installed / "scangate-verify", *words).returncode == 1


@pytest.mark.integration
def test_what_the_distribution_lacks_is_no_verdict(installed: Path, bundle: BundleProject) -> None:
    words = ("--key", str(bundle.folder / "pub.pem"), "--env", "production")
    assert run(installed / "scangate-verify", str(bundle.bundle), *words, "--policy", "baseline").returncode == 2
    assert run(installed / "scangate-verify", str(bundle.bundle), *words, "--key", KMS_KEY).returncode == 4
    assert run(installed / "python", "-I", "-m", "scangate", "scan").returncode == 2
    assert run(installed / "scangate-verify").returncode == 2


@pytest.mark.integration
@pytest.mark.nightly
def test_the_wheel_works_on_the_oldest_python(wheel: Path, bundle: BundleProject, tmp_path: Path) -> None:
    """Installs the packages from an index; left out where no Python 3.9 is found, as in tests/smoke.sh."""
    installed = list(Path.home().glob(".pyenv/versions/3.9.*/bin/python3.9"))  # pyenv's shim on the PATH is no Python
    program = str(installed[0]) if installed else shutil.which("python3.9")
    if program is None:
        pytest.skip("no Python 3.9")
    home = tmp_path / "oldest"
    subprocess.run([program, "-m", "venv", str(home)], check=True, timeout=120)
    subprocess.run([home / "bin" / "pip", "install", "--quiet", str(wheel)], check=True, timeout=300)
    words = (str(bundle.bundle), "--key", str(bundle.folder / "pub.pem"), "--env", "production")
    assert run(home / "bin" / "scangate-verify", *words).returncode == 0
    (bundle.bundle / "added.txt").write_text("changed\n", "utf-8")
    assert run(home / "bin" / "scangate-verify", *words).returncode == 1
