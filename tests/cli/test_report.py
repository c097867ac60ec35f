"""``scangate report``: a kept verdict.json becomes every report again, byte for byte, and is never changed itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from scangate.report import FORMATS
from tests.support.command import environment, run_scangate
from tests.support.scanned_project import ScannedProject


@pytest.fixture
def kept(scanned: ScannedProject, tmp_path: Path) -> Path:
    """A copy of the reports of a scan, as an artifact has them."""
    return Path(shutil.copytree(scanned.out, tmp_path / "scangate-reports"))


@pytest.mark.smoke
def test_the_reports_of_an_output_directory_are_made_again(scanned: ScannedProject, kept: Path, tmp_path: Path) -> None:
    ran = run_scangate("report", kept / "verdict.json", "--output-dir", "again", cwd=tmp_path).expect(0)
    assert ran.output == ""
    written = {form.file_name for form in FORMATS.values() if form.file_name}
    assert {file.name for file in (tmp_path / "again").iterdir()} == written
    assert all((tmp_path / "again" / name).read_bytes() == (scanned.out / name).read_bytes() for name in written)


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_is_printed_as_it_is_written(form: str, kept: Path, tmp_path: Path) -> None:
    shown = run_scangate("report", "--format", form, cwd=tmp_path, env=environment(COLUMNS="100")).expect(0)
    run_scangate("report", kept / "verdict.json", "--report", f"{form}=file", cwd=tmp_path).expect(0)
    assert shown.stdout == (tmp_path / "file").read_text("utf-8")
    assert shown.stderr == ""


def test_the_console_report_is_the_default(scanned: ScannedProject, kept: Path, tmp_path: Path) -> None:
    shown = run_scangate("report", kept / "verdict.json", cwd=tmp_path).expect(0)
    elsewhere = f" --verdict {scanned.out}/verdict.json;"  # the default place is not named
    assert shown.stdout.split() == scanned.result.stdout.replace("\n  ", " ").replace(elsewhere, ";").split()


def test_the_exit_code_is_the_verdict_s_only_on_demand(kept: Path, tmp_path: Path) -> None:
    run_scangate("report", "--format", "env", cwd=tmp_path).expect(0)
    run_scangate("report", "--format", "env", "--exit-code", cwd=tmp_path).expect(1)


def test_a_verdict_in_its_own_output_directory_stays_as_it_is(kept: Path, tmp_path: Path) -> None:
    verdict = kept / "verdict.json"
    text = verdict.read_text("utf-8") + " \n\n"  # the same document in other bytes, as signatures distinguish them
    verdict.write_text(text, "utf-8")
    (kept / "junit.xml").unlink()
    run_scangate("report", verdict, "--output-dir", kept, cwd=tmp_path).expect(0)
    assert verdict.read_text("utf-8") == text
    assert (kept / "junit.xml").exists()


def test_no_report_replaces_the_verdict_from_which_it_is_made(kept: Path, tmp_path: Path) -> None:
    verdict = kept / "verdict.json"
    before = verdict.read_bytes()
    (tmp_path / "link").symlink_to(kept)
    for name in (verdict, tmp_path / "link" / "verdict.json"):
        ran = run_scangate("report", verdict, "--report", f"sarif={name}", cwd=tmp_path).expect(2)
        assert "would replace" in ran.stderr
    assert verdict.read_bytes() == before


@pytest.mark.parametrize("change", [{"outcome": "PASS"}, {"exit_code": 0}, {"findings": []}, {"extra": 1}, {"schema": 1}])
def test_a_changed_verdict_is_refused(change: dict[str, object], kept: Path, tmp_path: Path) -> None:
    verdict = kept / "verdict.json"
    verdict.write_text(json.dumps(json.loads(verdict.read_text("utf-8")) | change), "utf-8")
    ran = run_scangate("report", verdict, "--output-dir", "again", cwd=tmp_path).expect(2)
    assert ran.stdout == ""
    assert not (tmp_path / "again").exists()


def test_without_a_verdict_a_command_that_writes_one_is_suggested(tmp_path: Path) -> None:
    assert "hint: scangate scan --output-dir" in run_scangate("report", cwd=tmp_path).expect(2).stderr
    run_scangate("report", "absent.json", cwd=tmp_path).expect(2)


def test_two_reports_cannot_be_printed(kept: Path, tmp_path: Path) -> None:
    run_scangate("report", "--format", "env", "--report", "sarif=-", cwd=tmp_path).expect(2)
