"""Small trees to scan, with git or without, and small policies next to them."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

CLEAN_SOURCE = '"""Adds."""\n\n\ndef add(left: int, right: int) -> int:\n    """The sum."""\n    return left + right\n'
WEAK_SOURCE = '"""Runs."""\n\nimport subprocess\n\n\ndef run(command: str) -> None:\n    subprocess.call(command, shell=True)\n'
NOT_ANALYZED = "{kind: not-analyzed, reason: few scanners make a quick test}"
GIT_CONFIG = ("-c", "user.name=Example", "-c", "user.email=example@example.org", "-c", "commit.gpgsign=false")


def write_files(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write ``files`` below ``root`` and return it."""
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def run_git(root: Path, *arguments: str) -> str:
    """What git answers in ``root``, without the user's own configuration."""
    env = {"HOME": "/nonexistent", "PATH": "/usr/local/bin:/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *GIT_CONFIG, *arguments], cwd=root, env=env, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def create_repository(root: Path, files: dict[str, str | bytes], *, commit: bool = True) -> Path:
    """A git repository with the files, in the index, and committed by default."""
    write_files(root, files)
    run_git(root, "init", "--quiet", "--initial-branch=main")
    run_git(root, "add", "--all")
    if commit:
        run_git(root, "commit", "--quiet", "--message", "first")
    return root


def write_policy(file: Path, *scanners: str, timeout: int = 120, more: str = "") -> Path:
    """A policy that requires ``scanners`` alone, allows nothing high, and no gap except for what these do not analyze.

    It is outside the tree.
    """
    blocks = ", ".join(f"{name}: {{enabled: true}}" for name in scanners)
    lines = ["version: 1", f"scanners: {{{blocks}}}", f"limits: {{timeout: {timeout}}}", "unknown: high"]
    lines += ["budgets: {critical: 0, high: 0, medium: unlimited, low: unlimited, info: unlimited}"]
    lines += [f"coverage: {{required: [{', '.join(scanners)}], allowed-gaps: [{NOT_ANALYZED}]}}"]
    file.write_text("\n".join(lines) + "\n" + more, encoding="utf-8")
    return file
