"""Recognises what a repository is built into, by the names of a few files at its root; runs and parses nothing of it."""

from __future__ import annotations

import stat
from pathlib import Path

__all__ = ["recognise"]

MOST_BYTES = 256 * 1024
TEMPLATES = ("template.yaml", "template.yml")
PYTHON = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile")


def recognise(root: Path) -> tuple[str, str]:  # noqa: PLR0911 -- one a workload
    """The name of the snippet that fits ``root``, and why; where several would, the one that says most about how it is deployed."""
    for template in TEMPLATES:
        if _is_file(root / "samconfig.toml") and _is_file(root / template):
            return "lambda", f"there are {template} and samconfig.toml"
        if b"AWS::Serverless" in _start(root / template):
            return "lambda", f"{template} is a template of SAM"
    for appspec in ("appspec.yml", "appspec.yaml"):
        if b"\nos:" in b"\n" + _start(root / appspec):
            return "ec2-codedeploy", f"{appspec} is for hosts"
    if _is_file(root / "Dockerfile"):
        return "container-image", "there is a Dockerfile"
    python = next((name for name in PYTHON if _is_file(root / name)), "")
    if not python and _is_file(root / "package.json"):
        return "static-site", "there is a package.json, and nothing of Python"
    if python:
        return "python-application", f"there is a {python}"
    return "gate", "nothing tells how it is built"


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _start(path: Path) -> bytes:
    if not _is_file(path):
        return b""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError:
        return b""
