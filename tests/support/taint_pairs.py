"""Pairs of small projects, one weak and one safe, in one text file each: ``==> weak/app.py`` begins a file.

``==> both/app.py`` begins a file of both projects; its comments ``# expect: RULE`` expect findings in the weak one only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from scangate.assets import folder
from scangate.taint.request_flows import Answer, follow_requests
from scangate.taint.rules import load_taint_rules

PAIRS = Path(__file__).parents[1] / "taint" / "pairs"
APPLICATIONS = Path(__file__).parents[1] / "taint" / "applications"
RULES = load_taint_rules(folder("policies") / "rules")
_FILE = re.compile(r"^==> (weak|safe|both)/(\S+)\n", re.MULTILINE)
_EXPECTED = re.compile(r" *# expect: (\S+)")

Place = tuple[str, int, str]
"""A path, a line and a rule."""


def read_pair(name: str, folder: Path = PAIRS) -> Mapping[str, Mapping[str, str]]:
    """The files of both projects of a pair, by ``weak`` and ``safe``, then by path."""
    _, *parts = _FILE.split((folder / f"{name}.txt").read_text("utf-8"))
    found: dict[str, dict[str, str]] = {"weak": {}, "safe": {}}
    for kind, path, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        for project in ("weak", "safe") if kind == "both" else (kind,):
            found[project][path] = text if (project, kind) != ("safe", "both") else _EXPECTED.sub("", text)
    return found


def expected(files: Mapping[str, str]) -> set[Place]:
    """Where comments expect findings."""
    lines = ((path, number, line) for path, text in files.items() for number, line in enumerate(text.splitlines(), start=1))
    return {(path, number, match[1]) for path, number, line in lines for match in _EXPECTED.finditer(line)}


def follow(files: Mapping[str, str]) -> Answer:
    """What the engine finds in files."""
    return follow_requests(RULES, {path: lambda text=text: text for path, text in files.items()})  # type: ignore[misc]


def found(answer: Answer) -> set[Place]:
    """Where findings are."""
    return {(flow.steps[-1].path, flow.steps[-1].line, RULES.documents[flow.rule]["id"]) for flow in answer.flows}
