"""Runs the tools themselves, with their own suppressions on and off: the difference is what they hide. Judges nothing."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import scangate.assets
from scangate.tools.detect_secrets_job import slugify
from tests.support.scan_harness import SCRIPTS_FOLDER

__all__ = ["FindingCounts", "run_bandit", "run_detect_secrets", "run_semgrep"]

FindingCounts = Counter[tuple[str, str, int]]
"""Rule, path below the folder, line."""

RULES = scangate.assets.folder("policies") / "rules"


def _run(folder: Path, *argv: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder.parent), "LANG": "C.UTF-8", "EIO_BACKEND": "posix"}
    done = subprocess.run([str(SCRIPTS_FOLDER / argv[0]), *argv[1:]], cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr[-2000:]
    return done.stdout.decode()


def run_bandit(folder: Path, *flags: str) -> FindingCounts:
    """``bandit -r`` itself."""
    answer = json.loads(_run(folder, "bandit", "-q", "-r", ".", "-f", "json", *flags))
    return Counter((one["test_id"], one["filename"].removeprefix("./"), one["line_number"]) for one in answer["results"])


def run_semgrep(folder: Path, *flags: str, rules: Path = RULES) -> FindingCounts:
    """``semgrep scan`` itself, with the ordinary front end."""
    argv = ("semgrep", "scan", "--metrics", "off", "--disable-version-check", "--no-git-ignore", "--no-rewrite-rule-ids")
    answer = json.loads(_run(folder, *argv, "--json", "--quiet", "--oss-only", "--config", str(rules), *flags, "."))
    return Counter((one["check_id"].rpartition(".")[2], one["path"], one["start"]["line"]) for one in answer["results"])


def run_detect_secrets(folder: Path, *flags: str) -> FindingCounts:
    """``detect-secrets scan --all-files`` itself, without asking anybody whether a secret is alive."""
    answer = json.loads(_run(folder, "detect-secrets", "scan", "--all-files", "--no-verify", *flags))
    return Counter((slugify(one["type"]), path, one["line_number"]) for path, found in answer["results"].items() for one in found)
