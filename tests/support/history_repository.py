"""A repository whose history is written commit by commit, with dates that follow from their order."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.support.command import CommandResult, environment, flatten_verdict, run_scangate
from tests.support.sample_trees import GIT_CONFIG, write_files, write_policy

__all__ = ["HistoryRepository"]


class HistoryRepository:
    """A repository in ``root`` on the branch main; the policy beside it allows no finding of high severity."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root = folder, folder / "tree"
        self.root.mkdir(parents=True)
        self.policy = write_policy(folder / "policy.yaml", "detect-secrets")
        self._seconds = 1_700_000_000  # 2023-11-14, 22:13:20 UTC
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        """What git answers, without the user's own configuration."""
        when = f"{self._seconds} +0900"  # in Tokyo it is already the next day
        env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        argv = ["git", *GIT_CONFIG, "-c", "protocol.file.allow=always", *arguments]
        return subprocess.run(argv, cwd=cwd or self.root, env=env, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, files: dict[str, str | bytes | None]) -> str:
        """Commits ``files``, a day after the last one; None removes one. The commit's id."""
        self._seconds += 86_400
        write_files(self.root, {name: content for name, content in files.items() if content is not None})
        for name, content in files.items():
            if content is None:
                (self.root / name).unlink()
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        return self.git("rev-parse", "HEAD")

    def scan(self, *arguments: str | Path, env: dict[str, str] | None = None) -> tuple[CommandResult, dict[str, Any]]:
        """``scangate history`` with ``arguments``, and its verdict.json."""
        out = self.folder / "out"
        policy = () if "--policy" in arguments else ("--policy", self.policy)
        ran = run_scangate("history", *arguments, *policy, "--output-dir", out, cwd=self.root, env={**environment(), **(env or {})})
        file = out / "verdict.json"
        return ran, flatten_verdict(json.loads(file.read_text("utf-8"))) if file.exists() else {}

    def found(self, *arguments: str | Path) -> set[tuple[str, str, bool]]:
        """The path, the commit and whether it is in HEAD, of each finding of high severity."""
        _, document = self.scan(*arguments)
        return {
            (entry["location"]["path"], entry["introduction"]["commit"], entry["introduction"]["in_head"])
            for entry in document["findings"]
            if entry["severity"] == "high"
        }
