"""The image: its steps run in folders, what it brings, who it runs as, and a scan of a repository that belongs to somebody else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

from tests.support.dockerfile import BuildError, Image, build_image, context_files, parse_dockerfile
from tests.support.paths import ROOT

BASE = f"registry.example.com/python@sha256:{'0' * 64}"
ARGUMENTS = {"BASE": BASE, "VERSION": "1.2.3", "REVISION": "0123abc"}
SOURCE = (ROOT / "Dockerfile").read_text("utf-8")
FOREIGN = 12345
SCANNERS = ("bandit", "*semgrep*", "pip-audit", "detect-secrets")
pytestmark = pytest.mark.integration


def write_program(file: Path, text: str) -> None:
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base image's: a python3 whose environments see the packages of the tests, and what only a package manager does."""
    folder = tmp_path_factory.mktemp("programs")
    for name in ("apt-get", "groupadd", "useradd"):
        write_program(folder / name, f'printf "%s\\n" "{name} $*" >> "$ROOT/calls"')
    packages = sysconfig.get_paths()["purelib"]
    venv = f'{sys.executable} -I -m venv --without-pip "$3"'
    venv += f' && for site in "$3"/lib/python3*/site-packages; do echo {packages} > "$site/dependencies.pth"; done'
    # the dependencies are there already; pip gets to see only what has no index
    links = " && ".join(f'ln -s {file} "${{0%/*}}"' for name in SCANNERS for file in Path(sys.executable).parent.glob(name))
    wrapper = f'case "$*" in *--require-hashes*) echo "$*" >> "$ROOT/calls" && {links} ;; *) exec "${{0}}-real" "$@" ;; esac'
    wrapper = f"export PIP_NO_BUILD_ISOLATION=0 PIP_NO_INDEX=1 PIP_IGNORE_INSTALLED=1; {wrapper}"
    write_program(folder / "wrapper", wrapper)
    moved = f'mv "$3/bin/python" "$3/bin/python-real" && cp {folder}/wrapper "$3/bin/python"'
    write_program(folder / "python3", f"{venv} && {moved}")
    return folder


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `docker build` sends: the files that .dockerignore leaves."""
    folder = tmp_path_factory.mktemp("context")
    for file in context_files(ROOT, (ROOT / ".dockerignore").read_text("utf-8")):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, folder / file)
    for name in ("Dockerfile", ".dockerignore"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


def build(context: Path, folder: Path, programs: Path, target: str = "scangate", **arguments: str) -> Image:
    return build_image(context, target, {**ARGUMENTS, **arguments}, folder, programs)


@pytest.fixture(scope="module")
def image(context: Path, programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Image:
    return build(context, tmp_path_factory.mktemp("image"), programs)


def test_the_context_has_what_the_wheel_needs_and_no_more() -> None:
    tops = {file.parts[0] for file in context_files(ROOT, (ROOT / ".dockerignore").read_text("utf-8"))}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    data = {Path(each).parts[0] for each in project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]}
    assert tops - {"advisories.sqlite"} == {"LICENSE", "README.md", "constraints.txt", "pyproject.toml", "scanners", *data}


def test_the_image_is_labelled_and_runs_as_a_user_of_its_own(image: Image) -> None:
    assert (image.user, image.entrypoint, image.command) == ("10001:10001", ("scangate",), ("scan", "/src", "--no-cache"))
    labels = {name.removeprefix("org.opencontainers.image."): text for name, text in image.labels.items()}
    assert (labels["version"], labels["revision"], labels["licenses"]) == ("1.2.3", "0123abc", "Apache-2.0")
    calls = (image.root / "calls").read_text()
    assert "useradd --uid 10001 --gid scangate --create-home" in calls
    assert {"bash", "ca-certificates", "git", "tar"} <= set(calls.split())


def test_dependencies_are_installed_by_hash_in_the_first_stage(image: Image) -> None:
    calls = (image.root.parent / "stage-0" / "calls").read_text()
    assert "--require-hashes --requirement constraints.txt" in calls
    assert "constraints.txt" not in (image.root / "calls").read_text()


def test_codebuild_s_target_starts_as_root_with_the_same_programs(context: Path, programs: Path, tmp_path: Path) -> None:
    made = build(context, tmp_path, programs, target="codebuild")
    assert (made.user, made.entrypoint, made.environment["SCANGATE_HOME"]) == ("root", (), "/opt/scangate")
    assert (made.root / "opt" / "scangate" / "bin" / "scangate").exists()


@pytest.mark.parametrize("base", ["", "python:3.12-slim-bookworm"])
def test_a_base_without_a_digest_is_refused(context: Path, programs: Path, tmp_path: Path, base: str) -> None:
    with pytest.raises(BuildError, match=r"blank|needs a digest"):
        build(context, tmp_path, programs, BASE=base)


def test_an_advisory_store_is_brought_along_if_there_is_one(context: Path, programs: Path, image: Image, tmp_path: Path) -> None:
    assert [file.name for file in (image.root / "opt" / "advisories").iterdir()] == ["LICENSE"]
    (context / "advisories.sqlite").write_bytes(b"a store")
    made = build(context, tmp_path, programs)
    (context / "advisories.sqlite").unlink()
    assert (made.root / made.environment["SCANGATE_STORE"].lstrip("/")).read_bytes() == b"a store"


def run_container(image: Image, *words: str) -> subprocess.CompletedProcess[str]:
    """`docker run`: the entry point with its arguments. The environment is used where the first stage made it."""
    made = image.root.parent / "stage-0"
    paths = {name: text.replace("/opt/scangate", f"{made}/opt/scangate") for name, text in image.environment.items()}
    path = f"{paths['PATH']}:{os.environ['PATH']}"
    environment = {**paths, "PATH": path, "HOME": str(image.root / "home"), "SCANGATE_STORE": str(image.root / "none.sqlite")}
    source = image.root / "src"
    argv = [*image.entrypoint, *(words or image.command)]
    argv = [word.replace("/src", str(source)) for word in argv]
    return subprocess.run(argv, cwd=source, env=environment, capture_output=True, text=True, timeout=200, check=False)


def test_the_program_of_the_image_is_the_one_that_was_built(image: Image) -> None:
    assert run_container(image, "--version").stdout.startswith("scangate ")
    program = image.root.parent / "stage-0" / "opt" / "scangate" / "bin" / "python-real"
    where = subprocess.run(
        [program, "-I", "-c", "import scangate; print(scangate.__file__)"], capture_output=True, text=True, check=True
    )
    assert str(image.root.parent / "stage-0" / "opt" / "scangate") in where.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_volume_of_another_owner_is_scanned_with_git(image: Image) -> None:
    source = image.root / "src"
    (source / "app.py").write_text("x = 1\n")
    (source / "ignored.py").write_text("import subprocess\nsubprocess.call(input(), shell=True)\n")
    (source / ".gitignore").write_text("ignored.py\n")
    subprocess.run(["git", "-C", source, "init", "-q"], check=True)
    subprocess.run(["git", "-C", source, "add", "app.py", ".gitignore"], check=True)
    for folder, _, names in os.walk(source):
        for path in (folder, *(os.path.join(folder, name) for name in names)):  # noqa: PTH118
            os.chown(path, FOREIGN, FOREIGN)
    assert subprocess.run(["git", "-C", source, "status"], capture_output=True, check=False).returncode != 0, "git refuses it"
    ran = run_container(image)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2 files from git index" in run_container(image, "scan", "/src", "--no-cache", "--verbose").stdout


def test_the_file_keeps_to_rules_of_images() -> None:
    """Those of hadolint that concern us; https://github.com/hadolint/hadolint#rules"""
    instructions = parse_dockerfile(SOURCE)
    names = [each.name for each in instructions]
    assert {"ADD", "ONBUILD", "MAINTAINER"}.isdisjoint(names)
    assert [each.text for each in instructions if each.name == "FROM"][-1] == "codebuild AS scangate"
    assert names.index("USER") > max(index for index, name in enumerate(names) if name == "RUN")
    runs = " ".join(each.text for each in instructions if each.name == "RUN")
    assert "--no-install-recommends" in runs
    assert "rm -rf /var/lib/apt/lists/*" in runs
    assert "sudo" not in runs
    assert all(each.text.startswith("/") for each in instructions if each.name == "WORKDIR")
