"""Detects how a repository is deployed from a few files at its root, without running or parsing them."""

from __future__ import annotations

import stat
from pathlib import Path

MAX_BYTES = 256 * 1024
SAM_TEMPLATES = ("template.yaml", "template.yml")
PYPROJECT_TABLES = (b"[project]", b"[build-system]")
PYTHON_FILES = ("setup.cfg", "requirements.txt", "Pipfile", "pyproject.toml")


def detect_workload(root: Path) -> tuple[str, str]:
    """The name of the snippet that fits ``root``, and the reason; of several, the most specific one."""
    for template in SAM_TEMPLATES:
        if is_file(root / "samconfig.toml") and is_file(root / template):
            return "lambda", f"it has {template} and samconfig.toml"
        if b"AWS::Serverless" in read_head(root / template):
            return "lambda", f"{template} is a SAM template"
    for appspec in ("appspec.yml", "appspec.yaml"):
        if b"\nos:" in b"\n" + read_head(root / appspec):
            return "ec2-codedeploy", f"{appspec} deploys to hosts"
    if is_file(root / "Dockerfile"):
        return "container-image", "it has a Dockerfile"
    return _detect_packaging(root)


def _detect_packaging(root: Path) -> tuple[str, str]:
    """By its packaging configuration: a snippet that cannot package the source would fail in its first build."""
    project = read_head(root / "pyproject.toml")
    if any(table in project for table in PYPROJECT_TABLES):
        return "python-application", "pyproject.toml configures its packaging"
    if is_file(root / "setup.py"):
        return "python-application", "setup.py configures its packaging"
    if python := next((name for name in PYTHON_FILES if is_file(root / name)), ""):
        return "gate", f"it has {python}, and no packaging configuration"
    if b'"build"' in read_head(root / "package.json"):
        return "static-site", "package.json has a build script, and there is no Python code"
    return "gate", "no file at its root shows how it is built"


def is_file(path: Path) -> bool:
    """Whether ``path`` is a regular file, and no link."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def read_head(path: Path) -> bytes:
    """The first 256 KiB of a file; empty for what is no regular file or cannot be read."""
    if not is_file(path):
        return b""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError:
        return b""
