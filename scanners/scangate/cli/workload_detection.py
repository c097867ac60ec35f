"""Recognises what a repository is built into, by the names of a few files at its root; runs and parses nothing of it."""

from __future__ import annotations

import stat
from pathlib import Path

__all__ = ["detect_workload"]

MAX_BYTES = 256 * 1024
SAM_TEMPLATES = ("template.yaml", "template.yml")
PYPROJECT_TABLES = (b"[project]", b"[build-system]")
PYTHON_FILES = ("setup.cfg", "requirements.txt", "Pipfile", "pyproject.toml")


def detect_workload(root: Path) -> tuple[str, str]:
    """The name of the snippet that fits ``root``, and why; where several would, the one that says most about how it is deployed."""
    for template in SAM_TEMPLATES:
        if _is_file(root / "samconfig.toml") and _is_file(root / template):
            return "lambda", f"there are {template} and samconfig.toml"
        if b"AWS::Serverless" in _read_head(root / template):
            return "lambda", f"{template} is a template of SAM"
    for appspec in ("appspec.yml", "appspec.yaml"):
        if b"\nos:" in b"\n" + _read_head(root / appspec):
            return "ec2-codedeploy", f"{appspec} is for hosts"
    if _is_file(root / "Dockerfile"):
        return "container-image", "there is a Dockerfile"
    return _detect_packaging(root)


def _detect_packaging(root: Path) -> tuple[str, str]:
    """By what says how the source is packed: a snippet that could not pack it would fail at its first build."""
    project = _read_head(root / "pyproject.toml")
    if any(table in project for table in PYPROJECT_TABLES):
        return "python-application", "pyproject.toml says how it is packed"
    if _is_file(root / "setup.py"):
        return "python-application", "setup.py says how it is packed"
    if python := next((name for name in PYTHON_FILES if _is_file(root / name)), ""):
        return "gate", f"there is a {python}, and nothing that says how it is packed"
    if b'"build"' in _read_head(root / "package.json"):
        return "static-site", "package.json says how it is built, and there is nothing of Python"
    return "gate", "nothing at its root tells how it is built"


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _read_head(path: Path) -> bytes:
    if not _is_file(path):
        return b""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES)
    except OSError:
        return b""
