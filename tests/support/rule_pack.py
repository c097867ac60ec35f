"""The rule pack and its examples as values. Reads files and starts semgrep; judges nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import yaml

from scangate.tools.rule_pack import DOCUMENT_MODE
from tests.support.paths import ROOT, TESTS

RULE_TESTS = TESTS / "rules"
EXAMPLES = RULE_TESTS / "examples"
RULES = ROOT / "policies" / "rules"
MARK = re.compile(r"(?:#|//) expect(?P<next>-next)?: (?P<rule>[\w-]+)")
"""``expect:`` is on the line a finding starts on, ``expect-next:`` on the line before it."""


class ChangedText(Protocol):
    """Another text of an example, and how to find a range of it in the example."""

    text: bytes

    def locate(self, start: tuple[int, int], end: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]: ...


Change = Callable[[bytes], ChangedText]

Place = tuple[str, str, int]
"""Rule, path below ``examples``, line a finding starts on."""


@dataclass(frozen=True)
class SemgrepRun:
    """What one run of semgrep said: places with their number, files it read, errors, and each finding in full."""

    places: Counter[Place]
    scanned: frozenset[str]
    errors: tuple[str, ...]
    findings: tuple[tuple[str, str, int, int, int, int, str], ...]


def rule_files() -> list[Path]:
    return sorted(path for path in RULES.rglob("*") if path.is_file())


@cache
def load_rules() -> Mapping[str, tuple[Path, dict[str, Any]]]:
    """Every rule by its id, with its file; read once. Raises ValueError on an id that is there twice."""
    found: dict[str, tuple[Path, dict[str, Any]]] = {}
    for file in rule_files():
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            if rule["id"] in found:
                raise ValueError(f"{rule['id']} is in {found[rule['id']][0]} and in {file}")
            found[rule["id"]] = (file, rule)
    return found


def is_document_rule(rule: str) -> bool:
    """Whether a rule is about the structure of a document, and not semgrep's."""
    return bool(load_rules()[rule][1].get("mode") == DOCUMENT_MODE)


def semgrep_files() -> list[Path]:
    """The rule files that are semgrep's."""
    documents = {file for rule, (file, _) in load_rules().items() if is_document_rule(rule)}
    return [file for file in rule_files() if file not in documents]


def example_files(rule: str) -> list[Path]:
    """The example files of a rule: all below the folder of its name, but for the lists of lines next to JSON files."""
    return sorted(path for path in (EXAMPLES / rule).rglob("*") if path.is_file() and path.suffix != ".expect")


def is_bad_example(path: Path) -> bool:
    """``bad.py``, ``bad-two.json`` and ``bad/buildspec.yml`` are bad examples of the rule their folder is named after."""
    return path.relative_to(EXAMPLES).parts[1].startswith("bad")


def expected_findings(path: Path) -> Counter[Place]:
    """The places a file's marks, or the list of lines next to it, say findings of its own rule start on."""
    rule = path.relative_to(EXAMPLES).parts[0]
    where = path.relative_to(EXAMPLES).as_posix()
    lines: Counter[Place] = Counter()
    beside = path.with_name(path.name + ".expect")
    if beside.exists():
        lines.update((rule, where, int(number)) for number in beside.read_text(encoding="utf-8").split())
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        for mark in MARK.finditer(line):
            if mark["rule"] == rule:
                lines[rule, where, number + (1 if mark["next"] else 0)] += 1
    return lines


def run_semgrep(
    folder: Path, *flags: str, given: Sequence[Path] = (), ending: str = "", change: Change | None = None
) -> SemgrepRun:
    """Run semgrep with all its rules, or those ``given``, over a copy of every example below ``folder`` whose name has this
    ``ending``, each named by its absolute path, its bytes as ``change`` makes them. Positions are those in the examples.

    A copy, because the ordinary front end asks git about each file it is given: 0.2 s a file inside a repository.
    """
    copy = folder.resolve() / "examples"
    shutil.copytree(EXAMPLES, copy)
    targets = [
        str(copy / path.relative_to(EXAMPLES))
        for rule in sorted(load_rules())
        if not is_document_rule(rule)
        for path in example_files(rule)
    ]
    targets = [target for target in targets if target.endswith(ending)]
    texts = {target: change(Path(target).read_bytes()) for target in targets} if change else {}
    for target, text in texts.items():
        Path(target).write_bytes(text.text)
    # Taken from the folder of this interpreter: `python -m` and PATH could start another one.
    program = Path(sys.executable).with_name("semgrep")
    command = [str(program), "scan", *flags, "--metrics", "off", "--disable-version-check"]
    command += [word for file in given or semgrep_files() for word in ("--config", str(file))]
    command += ["--disable-nosem", "--json", "--jobs", "2", *targets]
    home = folder / "home"
    home.mkdir(exist_ok=True)
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "EIO_BACKEND": "posix"}
    run = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300)
    if not run.stdout:
        raise RuntimeError(f"semgrep ended with {run.returncode} and said nothing: {run.stderr[-2000:]}")
    said = json.loads(run.stdout)
    findings = tuple(
        sorted(
            (
                str(one["check_id"]).rsplit(".", 1)[-1],
                relative_path(one["path"], copy),
                *_range(one, texts.get(one["path"])),
                str(one["extra"]["severity"]),
            )
            for one in said["results"]
        )
    )
    return SemgrepRun(
        places=Counter((rule, path, line) for rule, path, line, *_ in findings),
        scanned=frozenset(relative_path(path, copy) for path in said["paths"]["scanned"]),
        errors=tuple(str(error["message"]) for error in said["errors"]),
        findings=findings,
    )


def _range(one: dict[str, Any], text: ChangedText | None) -> tuple[int, int, int, int]:
    start, end = ((int(one[name]["line"]), int(one[name]["col"])) for name in ("start", "end"))
    if text is not None:
        start, end = text.locate(start, end)
    return (*start, *end)


def relative_path(path: str, folder: Path) -> str:
    return Path(path).resolve().relative_to(folder).as_posix()
