"""Pieces of files are scanned as what they are, and reported where they are in their files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from scangate.model import Component, Confidence, FileReport, Finding, FindingKind, Gap, GapKind, Location, Severity, Span
from scangate.plugin import FileFacts, ScanContext, SourceFile
from scangate.scan.cache_store import CacheStore
from scangate.scan.content_types import identify_targets
from scangate.scan.engine import scan, scan_unredacted
from scangate.scan.pieces import without_repeated
from scangate.scan.plan import ScannerTask, ScanPlan
from scangate.scan.replay_scanner import replay_plan
from scangate.scan.result_cache import ResultCache
from scangate.scan.shard_file import ShardHeader, parse_shard_file, write_shard_file
from scangate.scan.shards import Shard, plan_for_shard, take_inventory
from tests.support.fake_scanners import LATER, SECRET, FakeScanner
from tests.support.scan_harness import ScanHarness, write_files

CELL = [
    "x = bad(1)\n",
    f'secret="{SECRET}"\n',
    "y = bad(2)  # scangate: ignore[plugin:bad] -- reviewed\n",
]


def notebook(*cells: Sequence[str], indent: int | None = 1) -> str:
    described: list[dict[str, Any]] = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": list(cell)} for cell in cells
    ]
    language = {"kernelspec": {"language": "python", "name": "python3", "display_name": "Python"}}
    return json.dumps({"cells": described, "metadata": language, "nbformat": 4, "nbformat_minor": 5}, indent=indent)


class PythonScanner(FakeScanner):
    """Reads Python; finds each ``bad(...)`` and the value of ``secret="..."``, gives up on a text with ``broken`` in it."""

    def __init__(self, *content_types: str, splits: bool = True) -> None:
        super().__init__(lambda _: (), splits=splits)
        self._types = content_types or ("python",)
        self.given: list[str] = []

    def reads(self, file: FileFacts, options: Any) -> bool:
        return file.content_type in self._types

    def cache_key(self, *_: Any) -> str:
        return ""

    def scan(self, files: Sequence[SourceFile], options: Any, run: ScanContext) -> Iterable[FileReport]:
        self.given += [source.path for source in files]
        assert all(run.repository_path(str(source.file)) == source.path for source in files)
        return list(map(self._report, files))

    def _report(self, source: SourceFile) -> FileReport:
        findings, spans, gaps = [], [], []
        for number, line in enumerate(source.lines, start=1):
            if "broken" in line:
                gaps.append(Gap(self.NAME, source.path, GapKind.UNPARSABLE, "broken", number))
            if (start := line.find("bad(")) >= 0:
                findings.append(self._finding("bad", Location(source.path, number, number, start + 1, line.index(")") + 2)))
            before, mark, after = line.partition('secret="')
            if mark:
                start, end = len(before + mark) + 1, len(before + mark + after.partition('"')[0]) + 1
                spans.append(Span(number, start, number, end))
                findings.append(self._finding("secret", Location(source.path, number, number, start, end)))
        parts = (Component("package", "1", source.path, 1),)
        return FileReport(source.path, tuple(findings), tuple(gaps), secret_spans=tuple(spans), components=parts)

    def _finding(self, rule: str, location: Location) -> Finding:
        kind = FindingKind.SECRET if rule == "secret" else FindingKind.CODE
        return Finding(f"{self.NAME}:{rule}", Severity.HIGH, Confidence.HIGH, kind, rule, rule, location)


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    return ScanHarness(tmp_path)


def positions(findings: Iterable[Finding], text: str) -> dict[str, int]:
    """How many findings there are of each text at their positions."""
    lines = text.split("\n")
    found: dict[str, int] = {}
    for finding in findings:
        location = finding.location
        excerpt = lines[location.line - 1][location.column - 1 : location.end_column - 1]
        found[excerpt] = found.get(excerpt, 0) + 1
    return found


@pytest.mark.parametrize("indent", [1, None])
def test_findings_are_reported_at_their_places_in_the_file(bench: ScanHarness, indent: int | None) -> None:
    text = notebook(CELL, ["z = bad(3)"], indent=indent)
    scanner = PythonScanner()
    result = bench.result(scanner, {"nb.ipynb": text, "a.py": "bad(0)\n"})
    assert result.files_given == 2
    assert result.analyzed_files == ("a.py", "nb.ipynb")
    in_notebook = [finding for finding in result.findings if finding.location.path == "nb.ipynb"]
    assert positions(in_notebook, text) == {"bad(1)": 1, "bad(2)": 1, "bad(3)": 1, SECRET: 1}
    assert SECRET not in repr(result)
    assert all(finding.piece is None and finding.fingerprint for finding in result.findings)
    assert {component.path for component in result.components} == {"a.py", "nb.ipynb"}
    assert "nb.ipynb" not in scanner.given


@pytest.mark.parametrize("indent", [1, None])
def test_a_comment_suppresses_what_is_next_to_it_in_the_piece_alone(bench: ScanHarness, indent: int | None) -> None:
    text = notebook(CELL, ["z = bad(3)"], indent=indent)
    result = bench.result(PythonScanner(), {"nb.ipynb": text})
    suppressed = [finding for finding in result.findings if finding.ignore_comments]
    assert positions(suppressed, text) == {"bad(2)": 1}
    (comment,) = suppressed[0].ignore_comments
    assert comment.rules == ("plugin:bad",)
    assert "bad(2)" in text.split("\n")[comment.line - 1]


def test_a_comment_that_ends_a_cell_suppresses_nothing_in_the_next_one(bench: ScanHarness) -> None:
    comment = "# scangate: ignore[plugin:bad] -- reviewed"
    text = notebook(["pass\n", comment], ["bad(1)\n", f"{comment}\n", "bad(2)"])
    result = bench.result(PythonScanner(), {"nb.ipynb": text})
    assert positions(result.findings, text) == {"bad(1)": 1, "bad(2)": 1}
    assert positions([finding for finding in result.findings if finding.ignore_comments], text) == {"bad(2)": 1}


def test_a_scanner_of_file_and_pieces_reports_a_finding_once(bench: ScanHarness) -> None:
    text = notebook(CELL)
    both, pieces = (bench.result(PythonScanner(*types), {"nb.ipynb": text}) for types in (("python", "jupyter"), ("python",)))
    assert positions(both.findings, text) == positions(pieces.findings, text)
    assert both.files_given == pieces.files_given == 1


def test_a_gap_of_a_piece_is_a_gap_of_the_file(bench: ScanHarness) -> None:
    text = notebook(["x = 1\n", "broken\n"])
    result = bench.result(PythonScanner(), {"nb.ipynb": text})
    assert (result.files_given, result.analyzed_files) == (1, ())
    (gap,) = result.gaps
    assert (gap.path, gap.kind) == ("nb.ipynb", GapKind.UNPARSABLE)
    assert "broken" in text.split("\n")[gap.line - 1]


def test_a_file_whose_pieces_cannot_be_taken_out_is_a_gap(bench: ScanHarness) -> None:
    result, targets = bench.run(PythonScanner(), {"nb.ipynb": '{"cells": ['})
    assert result.files_given == 0
    assert {(gap.path, gap.kind) for gap in targets.gaps} <= {("nb.ipynb", GapKind.PARTIAL_PARSE), ("nb.ipynb", GapKind.UNPARSABLE)}
    assert targets.gaps
    assert {each.content_type: each.paths for each in targets.content} == {"jupyter": ("nb.ipynb",)}


@pytest.mark.parametrize("splits", [True, False])
def test_results_of_pieces_are_remembered_with_the_file(bench: ScanHarness, *, splits: bool) -> None:
    files = {"nb.ipynb": notebook(CELL, ["z = bad(3)"]), "a.py": "bad(0)\n"}
    cold = bench.result(PythonScanner(splits=splits), files)
    for _ in range(2):
        scanner, cache = PythonScanner(splits=splits), CacheStore(bench.private_folder / "cache", bench.root, now=LATER)
        warm = bench.result(scanner, files, result_cache=ResultCache(cache, {}, LATER))
        cache.close()
        assert (warm.findings, warm.components, warm.gaps) == (cold.findings, cold.components, cold.gaps)
    assert scanner.given == []
    assert warm.files_cached == 2


def test_a_path_that_looks_like_a_piece_is_a_file(bench: ScanHarness) -> None:
    files = {"nb.ipynb": notebook(["bad(1)"]), "x/nb.ipynb/cells.py": "bad(2)\n", "x/nb.ipynb/piece.py": "bad(3)\n"}
    result = bench.result(PythonScanner(), files)
    assert sorted(finding.location.path for finding in result.findings) == sorted(files)


def test_shards_report_what_one_scan_reports(bench: ScanHarness, tmp_path: Path) -> None:
    write_files(bench.root, {"nb.ipynb": notebook(CELL, ["z = bad(3)"]), "b.ipynb": notebook(["broken\n"]), "a.py": "bad(0)\n"})
    scanner = PythonScanner("python", "jupyter")
    plan = ScanPlan((ScannerTask(scanner, scanner.Options(), 60),))
    listing = identify_targets(bench.listing(), plan.max_file_bytes)
    inventory = take_inventory(listing, plan)
    header = ShardHeader("1", "3", "", "", "", (), (), {}, len(inventory.sizes), inventory.digest, 2)
    files = []
    for shard in (Shard(1, 2), Shard(2, 2)):
        folder = tmp_path / f"shard-{shard.number}"
        folder.mkdir()
        part = plan_for_shard(plan, shard, inventory)
        results = scan_unredacted(listing, part, bench.processes, folder, lambda *_: None)
        text = write_shard_file(shard, header, results, listing, plan.max_file_bytes)
        assert SECRET not in text
        files.append(parse_shard_file(text, "shard"))
    whole, merged = (tmp_path / name for name in ("whole", "merged"))
    outputs = []
    for folder, each in ((whole, plan), (merged, replay_plan(plan, listing, inventory, files))):
        folder.mkdir()
        (result,), _ = scan(listing, each, bench.processes, folder, lambda *_: None)
        outputs.append((result.findings, result.gaps, result.components, result.analyzed_files, result.files_given))
    assert outputs[0] == outputs[1]
    assert len(outputs[0][0]) == 5


def test_a_rule_of_the_container_about_the_same_weakness_counts_once() -> None:
    def found(rule: str, severity: Severity, start: int, cwe: int = 494) -> FileReport:
        place = Location("a.yml", 3, 3, start, start + 10)
        return FileReport(
            "a.yml", (Finding(f"plugin:{rule}", severity, Confidence.HIGH, FindingKind.CODE, "t", "m", place, cwe=(cwe,)),)
        )

    known = [found("workflow-download", Severity.MEDIUM, 10)]
    same = found("shell-download", Severity.MEDIUM, 12)
    others = [
        found("shell-download", Severity.HIGH, 12),
        found("shell-tls", Severity.LOW, 12, 295),
        found("shell-more", Severity.LOW, 30),
    ]
    kept = [len(report.findings) for report in without_repeated([same, *others], known)]
    assert kept == [0, 1, 1, 1]
