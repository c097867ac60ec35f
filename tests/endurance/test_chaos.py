"""What chaos takes for wrong after a scan: each kind of failure, found on a site that was made so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from tests.endurance import chaos_site
from tests.endurance.chaos import draw_fault, report
from tests.endurance.chaos_faults import BEFORE, DURING
from tests.endurance.chaos_site import Conditions, Site, judge, judge_next


def verdict(outcome: str, *findings: str, gap: str | None = None) -> dict[str, Any]:
    found = [
        {"outcome": "blocking", "members": [], "finding": {"fingerprint": each, "rule": "r", "location": {"path": each}}}
        for each in findings
    ]
    return {"outcome": outcome, "findings": found, "gaps": [] if gap is None else [{"gap": {"path": gap}}]}


@pytest.fixture(scope="module")
def a_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("chaos") / "site")


@pytest.fixture
def site(a_site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(Site, "restore_tree", lambda self: None)
    monkeypatch.setattr(chaos_site, "END_SECONDS", 0)
    a_site.reset()
    a_site.out.mkdir()
    (a_site.root / "printed").write_bytes(b"FAIL\n")
    return a_site


def problems(site: Site, code: int, reported: Mapping[str, Any] | None = None) -> list[str]:
    (site.out / "verdict.json").write_text(json.dumps(reported or verdict("FAIL", "a", "b")))
    return judge(site, code, Conditions(), verdict("FAIL", "a", "b"))


def test_a_scan_that_fails_and_reports_everything_is_right(site: Site) -> None:
    assert problems(site, 1) == []
    assert problems(site, 3, verdict("INCOMPLETE", gap="")) == []


def test_an_exit_code_of_success_is_a_false_pass(site: Site) -> None:
    assert problems(site, 0) == ["false pass: exit code 0"]
    assert "false pass: verdict.json" in problems(site, 1, verdict("PASS", "a", "b"))


def test_a_finding_without_a_gap_is_lost_unless_its_file_was_changed(site: Site) -> None:
    assert problems(site, 1, verdict("FAIL", "a", gap="c")) == ["lost: r in b"]
    assert problems(site, 1, verdict("FAIL", "a", gap="b")) == []
    site.touched.add("b")
    assert problems(site, 1, verdict("FAIL", "a")) == []


def test_a_secret_in_the_output_is_a_leak(site: Site) -> None:
    (site.root / "printed").write_text(site.secrets.values["github"])
    assert problems(site, 1)[0].startswith("leak: github")


def test_temporary_files_are_left_only_by_a_scan_that_was_killed(site: Site) -> None:
    (site.temp / "x").touch()
    assert problems(site, 1) == ["temporary files left: 1"]
    assert problems(site, -9) == []
    assert judge_next(site, 1, (1, site.reports())) == ["next scan: temporary files left"]


def test_the_next_scan_has_to_report_the_same(site: Site) -> None:
    (site.out / "summary.md").write_text("one\n")
    assert judge_next(site, 1, (1, {"summary.md": "one\n"})) == []
    code, text = judge_next(site, 3, (1, {"summary.md": "two\n"}))
    assert (code, text) == ("next scan: exit code 3, not 1", "next scan: summary.md differs: 'two\\n' became 'one\\n'")


def test_a_run_is_decided_by_its_number_and_all_faults_are_drawn() -> None:
    drawn = [draw_fault(Random(f"1:{run}")) for run in range(300)]
    assert set(drawn) == BEFORE.keys() | DURING.keys()
    assert drawn == [draw_fault(Random(f"1:{run}")) for run in range(300)]


def test_the_report_fails_for_a_problem_and_for_missing_runs(capsys: pytest.CaptureFixture[str]) -> None:
    record = {"run": 1, "fault": "kill -9", "detail": "the scan", "code": -9, "problems": [], "product": "p"}
    assert report([record], 1, "p") == 0
    assert report([record], 2, "p") == 1
    assert report([record | {"problems": ["leak: github"]}], 1, "q") == 1
    assert "run 1, kill -9, the scan: leak: github\n1 of 1 scans, 0 of them" in capsys.readouterr().out
