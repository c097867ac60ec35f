"""Fetching writes the bytes of the commit, regardless of attributes, submodules and hooks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scangate.errors import ScanError
from scangate.fleet.git_fetch import fetch_commit
from scangate.fleet.repository_address import RepositoryAddress, parse_address
from scangate.scan.process import ProcessRunner
from tests.support.sample_trees import create_repository, run_git

FILES: dict[str, str | bytes] = {
    "a.py": "first = 1\n",
    "crlf.py": b"one = 1\r\ntwo = 2\r\n",
    "id.py": "# $Id$\n",
    "wide.py": "wide = 1\n",
    ".gitattributes": "* filter=evil diff=evil ident\nwide.py working-tree-encoding=UTF-16\ncrlf.py text eol=lf\na.py eol=crlf\n",
    ".gitmodules": '[submodule "s"]\n\tpath = s\n\turl = ext::sh -c "touch pwned"\n',
    ".lfsconfig": "[lfs]\n\turl = https://evil.example\n",
}


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    # written by hand: git would refuse to encode, and change line ends, on the way in
    tree = create_repository(tmp_path / "origin", {"a.py": "zero = 0\n"})
    run_git(tree, "tag", "zero")
    (tree / ".git" / "info").mkdir(exist_ok=True)
    (tree / ".git" / "info" / "attributes").write_text("* -text -ident -filter -working-tree-encoding\n")
    create_repository(tree, FILES)
    return tree


def processes(tmp_path: Path, target: Path, **environ: str) -> ProcessRunner:
    private = tmp_path / "private"
    private.mkdir(exist_ok=True)
    return ProcessRunner(private, target, {**os.environ, **environ})


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_every_byte_is_the_blobs(origin: Path, tmp_path: Path, form: str) -> None:
    target = tmp_path / "target"
    fetch_commit(parse_address(form.format(origin), tmp_path), "", target, processes(tmp_path, target), 60)
    read = {name: (target / name).read_bytes() for name in FILES}
    assert read == {name: data.encode() if isinstance(data, str) else data for name, data in FILES.items()}
    assert run_git(target, "rev-parse", "HEAD") == run_git(origin, "rev-parse", "HEAD")
    assert run_git(target, "rev-list", "--count", "HEAD") == "1"
    assert not list((target / ".git").glob("hooks/*"))


@pytest.mark.parametrize("ref", ["zero", "main"])
def test_a_ref_is_what_is_asked_for(origin: Path, tmp_path: Path, ref: str) -> None:
    target = tmp_path / "target"
    fetch_commit(parse_address(str(origin), tmp_path), ref, target, processes(tmp_path, target), 60)
    assert run_git(target, "rev-parse", "HEAD") == run_git(origin, "rev-parse", ref)


def test_the_users_configuration_starts_nothing(origin: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "template" / "hooks").mkdir(parents=True)
    hook = home / "template" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/pwned\n")
    hook.chmod(0o755)
    evil = f"touch {tmp_path}/pwned"
    (home / ".gitconfig").write_text(
        f'[init]\n\ttemplateDir = {home}/template\n[filter "evil"]\n\tsmudge = {evil}\n\tprocess = {evil}\n\trequired = true\n'
        f"[core]\n\tfsmonitor = {evil}\n\thooksPath = {home}/template/hooks\n"
    )
    target = tmp_path / "target"
    environ = {"HOME": str(home), "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"), "GIT_TEMPLATE_DIR": str(home / "template")}
    fetch_commit(parse_address(str(origin), tmp_path), "", target, processes(tmp_path, target, **environ), 60)
    assert (target / "a.py").read_bytes() == b"first = 1\n"
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "address",
    [
        RepositoryAddress("https", "ext::sh -c touch% pwned"),
        RepositoryAddress("https", "file:///srv"),
        RepositoryAddress("file", "https://localhost:1/a"),
        RepositoryAddress("https", "--upload-pack=touch pwned"),
    ],
)
def test_git_itself_refuses_any_other_way(tmp_path: Path, address: RepositoryAddress) -> None:
    target = tmp_path / "target"
    run = processes(tmp_path, target)
    with pytest.raises(ScanError, match="git fetch failed"):
        fetch_commit(address, "", target, run, 60)
    assert not list(tmp_path.rglob("pwned"))


def test_no_failure_reveals_credentials(tmp_path: Path) -> None:
    target = tmp_path / "target"
    address = parse_address("https://me-myself:hunter2-hunter2@127.0.0.1:1/org/app.git", tmp_path)
    with pytest.raises(ScanError) as caught:
        fetch_commit(address, "", target, processes(tmp_path, target), 60)
    assert "git fetch failed: fatal: " in caught.value.reason
    assert "hunter2" not in caught.value.reason + caught.value.hint
    left = [file for file in tmp_path.rglob("*") if file.is_file() and b"hunter2" in file.read_bytes()]
    assert not left
