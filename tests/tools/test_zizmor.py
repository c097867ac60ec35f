"""zizmor: what it reports becomes findings at the right file, and its comments are visible. Needs no zizmor, but for one test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scangate.errors import ScanError
from scangate.model import Analysis, Confidence, FindingKind, GapKind, Severity
from scangate.plugin import FileFacts, ProgramOutput
from scangate.tools import zizmor
from tests.support.scan_harness import ScanHarness

WORKFLOW = """on: pull_request_target
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.event.pull_request.title }}
      - run: echo ${{ github.event.pull_request.body }} # zizmor: ignore[template-injection]
"""
FILES: dict[str, bytes | str] = {
    ".github/workflows/ci.yml": WORKFLOW,
    "tools/a/action.yml": "name: a\nruns:\n  using: composite\n  steps: []\n",
}


def found(path: str, **fields: Any) -> dict[str, Any]:
    """A finding as zizmor 1.32 writes it."""
    place = {
        "symbolic": {
            "key": {"Local": {"verbatim_path": path}},
            "annotation": "may expand",
            "kind": "Primary",
            "feature_kind": "Normal",
        },
        "concrete": {"location": {"start_point": {"row": 5, "column": 13}, "end_point": {"row": 5, "column": 20}}, "comments": []},
    }
    return {
        "ident": "template-injection",
        "desc": "code injection via template expansion",
        "url": "https://docs.zizmor.sh/audits/#template-injection",
        "determinations": {"confidence": "High", "severity": "High", "persona": "Regular"},
        "locations": [place],
        "ignored": False,
        **fields,
    }


def run(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch, answer: list[Any], code: int = 0) -> list[Any]:
    """The reports on FILES where zizmor gives this answer; ``{0}`` and ``{1}`` in it are the paths of the files."""
    context, sources = bench.sources(FILES)
    names = [zizmor._name(number, source) for number, source in enumerate(sources)]

    def program(argv: list[str], **_: Any) -> ProgramOutput:
        text = json.dumps(answer)
        for number, name in enumerate(names):
            text = text.replace(f"{{{number}}}", f"{argv[-1]}/{name}")
        return ProgramOutput(code, text.encode(), b"fatal: no\n")

    monkeypatch.setattr(context, "find_console_script", lambda name: name)
    monkeypatch.setattr(context, "run_program", program)
    return list(zizmor.scan(sources, zizmor.Options(), context))


@pytest.fixture
def bench(tmp_path: Path) -> ScanHarness:
    return ScanHarness(tmp_path)


def test_findings_have_the_place_and_what_zizmor_says(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow, action = run(bench, monkeypatch, [found("{0}"), found("{0}", ident="unpinned-uses", ignored=True)])
    assert (workflow.path, action.path, action.findings) == (".github/workflows/ci.yml", "tools/a/action.yml", ())
    injection, pinned = workflow.findings
    assert (injection.rule, injection.severity, injection.confidence) == (
        "zizmor:template-injection",
        Severity.HIGH,
        Confidence.HIGH,
    )
    assert (injection.kind, injection.cwe, injection.tool_comment) == (FindingKind.CONFIGURATION, (78,), "")
    assert (injection.location.line, injection.location.column) == (6, 14)
    assert (pinned.severity, pinned.tool_comment) == (Severity.MEDIUM, "zizmor: ignore[unpinned-uses]")


def test_what_is_unexpected_is_no_answer(bench: ScanHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    for answer, code, kind in (
        ([found("elsewhere.yml")], 0, GapKind.GARBAGE),
        ([found("{0}", locations=[])], 0, GapKind.GARBAGE),
        ([{}], 0, GapKind.GARBAGE),
        ([], 1, GapKind.CRASH),
    ):
        with pytest.raises(ScanError) as caught:
            run(bench, monkeypatch, answer, code)
        assert caught.value.kind is kind


def test_content_decides_what_it_reads_and_covers() -> None:
    options = zizmor.Options()
    assert zizmor.reads(FileFacts("a.txt", "github-workflow"), options)
    assert not zizmor.reads(FileFacts(".github/workflows/a.yml", "yaml"), options)
    assert [(each.content_type, each.analysis) for each in zizmor.coverage(options)] == [
        ("github-action", Analysis.CONFIGURATION),
        ("github-workflow", Analysis.CONFIGURATION),
    ]


def test_the_real_program(bench: ScanHarness) -> None:
    try:
        zizmor.version()
        bench.new_context().find_console_script("zizmor")
    except ScanError:
        pytest.skip("the extra is not installed")
    result = bench.result(zizmor, {**FILES, ".github/workflows/bad.yml": "on: push\njobs: [\n"})
    rules = {(each.rule, each.location.line, bool(each.tool_comment)) for each in result.findings}
    assert ("zizmor:template-injection", 6, False) in rules
    assert ("zizmor:template-injection", 7, True) in rules
    assert [(gap.path, gap.kind) for gap in result.gaps] == [(".github/workflows/bad.yml", GapKind.UNPARSABLE)]
