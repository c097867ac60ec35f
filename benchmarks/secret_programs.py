"""Runs programs that search for secrets over a tree, each by its own command, and reads the places of what they report."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measure import VERDICTS, Cost, run
from secret_scoring import Found, Place

from scangate.model import FindingKind, Report, Ruling, RulingOutcome
from scangate.report.schema import parse_report

__all__ = ["PROGRAMS", "Runner", "blocking_secrets", "find_command", "run_scangate"]


@dataclass(frozen=True, slots=True)
class Runner:
    """``folder`` for output files, ``env`` for the programs."""

    folder: Path
    env: Mapping[str, str]

    def run(self, name: str, root: Path, policy: str = "strict") -> tuple[tuple[Found, ...], Cost]:
        """What one of `PROGRAMS` finds in ``root``, with paths relative to it, and what it cost."""
        if name == "scangate":
            report, cost = run_scangate(self, root, policy)
            return tuple(map(locate, blocking_secrets(report))), cost
        output = self.folder / f"{name}.json"
        arguments, read = OTHERS[name]
        argv = [find_command(name) or name, *(each.format(output=output) for each in arguments), "."]
        writes_file = any("{output}" in each for each in arguments)
        cost = run(argv, cwd=root, env=self.env, out=None if writes_file else output)
        return tuple(read(json.loads(output.read_bytes()))), cost


def find_command(name: str) -> str | None:
    """The program beside this Python, or on PATH; None if it is missing."""
    return shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))


def run_scangate(runner: Runner, root: Path, policy: str, *, cache: Path | None = None) -> tuple[Report, Cost]:
    """The report of a scan of ``root`` for secrets alone under a bundled policy; without a cache, or with the one in a folder."""
    output = runner.folder / "verdict.json"
    cached = ["--no-cache"] if cache is None else ["--cache-dir", str(cache)]
    options = ["--policy", policy, "--scanner", "detect-secrets", *cached, "--no-baseline", "--quiet"]
    argv = [find_command("scangate") or "scangate", "scan", *options, "--report", f"json={output}", "."]
    cost = run(argv, cwd=root, env=runner.env, codes=VERDICTS)
    return parse_report(output.read_text("utf-8")), cost


def blocking_secrets(report: Report) -> Iterator[Ruling]:
    """The rulings on secrets that block."""
    for ruling in report.verdict.rulings:
        if ruling.finding.kind is FindingKind.SECRET and ruling.outcome is RulingOutcome.BLOCKING:
            yield ruling


def locate(ruling: Ruling) -> Found:
    """The place of a finding of scangate."""
    place = ruling.finding.location
    return Found(ruling.finding.rule, (Place(place.path, place.line, place.end_line, place.column, place.end_column),))


def _read_detect_secrets(document: Any) -> Iterator[Found]:
    for path, secrets in document["results"].items():
        for each in secrets:
            yield Found(each["type"], (Place(_path(path), each["line_number"], each["line_number"]),))


def _read_betterleaks(document: Any) -> Iterator[Found]:
    for each in document["findings"]:  # its columns count octets
        place = each["location"]
        yield Found(each["rule_id"], (Place(_path(place["path"]), place["start_line"], place["end_line"]),))


def _read_credsweeper(document: Any) -> Iterator[Found]:
    for each in document:
        yield Found(each["rule"], tuple(_place_of_credsweeper(line) for line in each["line_data_list"]))


def _place_of_credsweeper(line: Any) -> Place:
    start, end = line["value_start"], line["value_end"]
    columns = (start + 1, end + 1) if 0 <= start < end else (0, 0)
    return Place(_path(line["path"]), line["line_num"], line["line_num"], *columns)


def _path(path: str) -> str:
    return path.removeprefix("./")


OTHERS: Mapping[str, tuple[tuple[str, ...], Callable[[Any], Iterator[Found]]]] = {
    "detect-secrets": (("scan", "--all-files"), _read_detect_secrets),
    "betterleaks": (("--silent", "--no-banner", "--redact", "--exit-code=0", "--output={output}"), _read_betterleaks),
    "credsweeper": (("--hashed", "--no-stdout", "--log=error", "--save-json={output}", "--path"), _read_credsweeper),
}
"""By name: the arguments before the folder, and what reads the output. None of them reports values, and none validates online."""

PROGRAMS = ("scangate", *OTHERS)
