"""Runs the four tools without scangate, one after another, and compares their findings with those of scangate."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from measure import Cost, run

from scangate.model import Finding
from scangate.report.schema import parse_report
from scangate.tools.rule_pack import semgrep_rule_files

__all__ = ["Seen", "StandaloneTools", "find_missing", "load_findings"]

PROGRAMS = Path(sys.executable).parent
Seen: TypeAlias = Counter[tuple[str, ...]]
"""Numbers of findings by scanner, path and rule; of secrets by scanner, path and line."""


class StandaloneTools:
    """The tools over one tree or one file of it; their output goes to ``folder``."""

    def __init__(self, root: Path, folder: Path, env: Mapping[str, str]) -> None:
        self._root = root
        self._folder = folder
        self._env = env
        folder.mkdir(parents=True, exist_ok=True)

    def whole(self) -> Cost:
        """Run bandit, semgrep, detect-secrets, and pip-audit for each requirements file."""
        cost = self._three(".")
        for manifest in self._manifests():
            cost += self._run(
                "pip-audit", "--no-deps", "--disable-pip", "-f", "json", "-r", manifest, out="pip-audit.json", codes=(0, 1)
            )
        return cost

    def one(self, file: Path) -> Cost:
        """Run the three tools that read a Python file."""
        return self._three(str(file.relative_to(self._root)))

    def found(self) -> Seen:
        """The findings of the last run."""
        seen: Seen = Counter()
        for each in self._read("bandit.json")["results"]:
            seen["bandit", _path(each["filename"]), each["test_id"]] += 1
        for each in self._read("semgrep.json")["results"]:
            seen["semgrep", _path(each["path"]), each["check_id"].rpartition(".")[2]] += 1
        for path, secrets in self._read("detect-secrets.json")["results"].items():
            for each in secrets:
                seen["detect-secrets", _path(path), str(each["line_number"])] = 1
        return seen

    def _three(self, target: str) -> Cost:
        whole = ("--all-files",) if target == "." else ()
        configs = (word for file in semgrep_rule_files() for word in ("--config", str(file)))
        rules = (*configs, "--metrics", "off", "--disable-version-check")
        cost = self._run("bandit", "-q", "-r", "-f", "json", target, out="bandit.json", codes=(0, 1))
        cost += self._run("semgrep", "scan", "--quiet", "--json", *rules, target, out="semgrep.json", codes=(0, 1))
        return cost + self._run("detect-secrets", "scan", *whole, target, out="detect-secrets.json")

    def _run(self, program: str, *arguments: str, out: str, codes: tuple[int, ...] = (0,)) -> Cost:
        return run([str(PROGRAMS / program), *arguments], cwd=self._root, env=self._env, out=self._folder / out, codes=codes)

    def _manifests(self) -> list[str]:
        return [str(file.relative_to(self._root)) for file in sorted(self._root.glob("requirements*.txt"))]

    def _read(self, name: str) -> dict[str, Any]:
        document = json.loads((self._folder / name).read_text("utf-8"))
        return document if isinstance(document, dict) else {}


def load_findings(verdict: Path) -> list[Finding]:
    """Every finding in a verdict.json; the members of a merged finding count separately."""
    results = parse_report(verdict.read_text("utf-8")).results
    return [finding for result in results for finding in result.findings]


def find_missing(by_hand: Seen, findings: Iterable[Finding]) -> Seen:
    """The findings of the tools that scangate did not report for the same files and rules."""
    seen: Seen = Counter()
    for finding in findings:
        scanner, _, rule = finding.rule.partition(":")
        place = finding.location
        if scanner == "detect-secrets":
            seen[scanner, place.path, str(place.line)] = 1
        else:
            seen[scanner, place.path, rule] += 1
    return by_hand - seen


def _path(path: str) -> str:
    return path.removeprefix("./")
