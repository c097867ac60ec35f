"""scangate's own baselines and reports are recognized by their content, strictly, and not scanned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from scangate.app.own_outputs import is_own_output
from scangate.app.requests import ScanRequest
from scangate.app.scanning import scan
from scangate.judge.baseline import Baseline, parse_baseline, render_baseline
from scangate.judge.finding_matching import KnownFinding
from scangate.model import Report, SkipReason
from scangate.report import FORMATS
from tests.support.report_strategies import reports
from tests.support.sample_reports import (
    failing_report,
    incomplete_report,
    many_findings,
    merged,
    not_judged_report,
    partly_covered_report,
    passing_report,
    replace_rulings,
)
from tests.support.sample_trees import create_repository, write_files, write_policy

AWS_ACCESS_KEY = "AKIA" + "Q7ZK3XN5WJ2VBT6Y"
DIGEST = "0123456789abcdef" * 2
ENTRIES = (KnownFinding("src/app.py", "detect-secrets:secret-keyword", DIGEST, DIGEST, "01234567"),)
BASELINE = render_baseline(Baseline(bytes(range(16)), ENTRIES))
SAMPLES = [failing_report, incomplete_report, merged, not_judged_report, partly_covered_report, passing_report]


def is_own(text: str) -> bool:
    return is_own_output(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", ["json", "sarif", "html"])
def test_our_reports_are_recognized(sample: Callable[[], Report], name: str) -> None:
    assert is_own(FORMATS[name].render(sample()))


def test_a_shortened_log_is_recognized(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scangate.report.sarif.MAX_RESULTS", 2)
    assert is_own(FORMATS["sarif"].render(many_findings(5)))


@given(reports())
@settings(max_examples=25, deadline=None)
def test_the_keys_of_our_logs_are_known(report: Report) -> None:
    from scangate.app.own_outputs import _keys
    from scangate.report.sarif import KEYS

    assert set(_keys(json.loads(FORMATS["sarif"].render(report)))) <= KEYS


@pytest.mark.parametrize("name", ["json", "sarif", "html"])
@pytest.mark.parametrize("value", [DIGEST, DIGEST[:16], DIGEST[:8], f"{DIGEST}01234567", "GHSA-abcd-efgh-ijkl"])
@pytest.mark.parametrize("text", ["api_key = '{}'", "{{'password': '{}'}}", "DB_PASSWORD={}"])
def test_report_with_a_secret_that_looks_like_a_digest_is_scanned(name: str, value: str, text: str) -> None:
    report = failing_report()
    rulings = report.verdict.rulings
    finding = next(ruling.finding for ruling in rulings if ruling.finding.evidence)

    def replaced(evidence: str) -> str:
        changed = msgspec.structs.replace(finding, evidence=evidence)
        results = tuple(
            msgspec.structs.replace(result, findings=tuple(changed if each == finding else each for each in result.findings))
            for result in report.results
        )
        ruled = tuple(msgspec.structs.replace(each, finding=changed) if each.finding == finding else each for each in rulings)
        verdict = msgspec.structs.replace(report.verdict, rulings=ruled)
        return FORMATS[name].render(msgspec.structs.replace(report, results=results, verdict=verdict))

    assert is_own(replaced(f"commit {value}"))
    assert not is_own(replaced(text.format(value)))


def test_page_with_a_masked_value_between_quotes_is_recognized() -> None:
    report = failing_report()
    (first, *others) = report.verdict.rulings
    masked = msgspec.structs.replace(first.finding, evidence="def login(self, username='***', password='***'):")
    rulings = (msgspec.structs.replace(first, finding=masked), *others)
    assert is_own(FORMATS["html"].render(replace_rulings(report, rulings)))


def test_verdict_with_a_secret_in_its_record_of_the_scan_is_scanned() -> None:
    def rendered(key: str) -> str:
        return FORMATS["json"].render(
            msgspec.structs.replace(passing_report(), scope={"scanners": {"x": {"options": {key: DIGEST}}}})
        )

    assert is_own(rendered("rules"))
    assert not is_own(rendered("api_key"))
    assert not is_own(rendered("secret")), "that is as short as a baseline's only"


@pytest.mark.parametrize(
    "options",
    [
        {"password": {"value": "c0rrect-h0rse-battery"}},
        {"env": [{"name": "DB_PASSWORD", "value": "c0rrect-h0rse-battery"}]},
        {"command": ["mysql", "--password", "c0rrect-h0rse-battery"]},
    ],
    ids=["nested", "name and value", "command"],
)
def test_verdict_whose_structure_assigns_a_secret_is_scanned(options: dict[str, Any]) -> None:
    def rendered(chosen: dict[str, Any]) -> str:
        scope = {"scanners": {"x": {"options": chosen}}}
        return FORMATS["json"].render(msgspec.structs.replace(passing_report(), scope=scope))

    assert is_own(rendered(json.loads(json.dumps(options).replace("c0rrect-h0rse-battery", "***"))))
    assert not is_own(rendered(options))


def test_our_baseline_is_recognized() -> None:
    assert is_own(BASELINE)
    assert is_own(BASELINE.replace("\n", "\r\n"))
    assert is_own(render_baseline(Baseline(bytes(16))))


def test_our_baseline_is_recognized_whatever_its_digests() -> None:
    def digest(number: int) -> str:
        return hashlib.sha256(str(number).encode()).hexdigest()

    entries = tuple(
        msgspec.structs.replace(ENTRIES[0], content=digest(n)[:32], context=digest(n)[32:], secret=digest(-n)[:8])
        for n in range(1, 200)
    )
    assert is_own(render_baseline(Baseline(bytes.fromhex(digest(0)[:32]), entries)))


@pytest.mark.parametrize(
    "text",
    [
        BASELINE.replace('"count"', f'"note": "{AWS_ACCESS_KEY}", "count"'),
        BASELINE.replace("src/app.py", f"src/{AWS_ACCESS_KEY}"),
        BASELINE.replace("src/app.py", "password = 'hunter2hunter2'"),
        BASELINE.replace(DIGEST, DIGEST[:-1]),
        BASELINE + "x",
        BASELINE[:-3],
        '{\n "version": 1,\n "salt": "0"\n}\n',
        "{}",
        "",
    ],
)
def test_another_baseline_is_an_ordinary_file(text: str) -> None:
    assert not is_own(text)


def _edit(name: str, edit: Callable[[dict[str, object]], object]) -> str:
    document = json.loads(FORMATS[name].render(failing_report()))
    edit(document)
    return json.dumps(document, indent=1) + "\n"


@pytest.mark.parametrize("name", ["json", "sarif"])
@pytest.mark.parametrize(
    "edit",
    [
        lambda document: document.update(token=AWS_ACCESS_KEY),
        lambda document: document.update(extra=1),
        lambda document: document.update(outcome="PASS", runs=[]),
    ],
)
def test_another_report_is_an_ordinary_file(name: str, edit: Callable[[dict[str, object]], object]) -> None:
    assert not is_own(_edit(name, edit))


def test_a_secret_in_a_field_of_ours_makes_an_ordinary_file() -> None:
    report = failing_report()
    ruling = report.verdict.rulings[0]
    for text in (AWS_ACCESS_KEY, 'DB_PASSWORD = "hunter2hunter2"', "https://bob:hunter2hunter2@example.org/"):
        planted = msgspec.structs.replace(ruling, finding=msgspec.structs.replace(ruling.finding, message=text))
        verdict = msgspec.structs.replace(report.verdict, rulings=(planted, *report.verdict.rulings[1:]))
        for name in ("json", "sarif", "html"):
            assert text not in FORMATS[name].render(report)
            assert not is_own(FORMATS[name].render(msgspec.structs.replace(report, verdict=verdict)))


@pytest.mark.parametrize("title", ["GitHub Token", "Basic Auth Credentials", "Secret Keyword"])
def test_a_report_on_a_secret_is_ours(title: str) -> None:
    report = failing_report()
    ruling = report.verdict.rulings[0]
    message = f"{title}: remove it from the repository, revoke it, and read it from a secret store at run time"
    finding = msgspec.structs.replace(ruling.finding, title=title, message=message, line_hash="7d224070968ef39:1")
    verdict = msgspec.structs.replace(
        report.verdict, rulings=(msgspec.structs.replace(ruling, finding=finding), *report.verdict.rulings[1:])
    )
    for name in ("json", "sarif", "html"):
        assert is_own(FORMATS[name].render(msgspec.structs.replace(report, verdict=verdict)))


@pytest.mark.parametrize(
    "scope", [{AWS_ACCESS_KEY: 1}, {"x": {"db_password": "Tr0ub4dor&3xyz"}}, {"x": [{"token": ["hunter2hunter2"]}]}]
)
def test_a_secret_under_a_key_of_its_own_makes_an_ordinary_file(scope: dict[str, object]) -> None:
    report = msgspec.structs.replace(failing_report(), scope=scope)
    assert not is_own(FORMATS["json"].render(report))


@pytest.mark.parametrize(("name", "key"), [("json", "policy"), ("sarif", "version")])
def test_a_key_that_is_there_twice_makes_an_ordinary_file(name: str, key: str) -> None:
    text = FORMATS[name].render(failing_report())
    assert f'"{key}": "' in text
    assert not is_own(text.replace(f'"{key}": "', f'"{key}": "{AWS_ACCESS_KEY}", "{key}": "', 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</main>", f"<p>{AWS_ACCESS_KEY}</p></main>"),
        ("</body>", "<script>fetch('//evil.example')</script></body>"),
        ("use strict", "use  strict"),
        ("app/db.py", f"app/{AWS_ACCESS_KEY}"),
        ('"schema":1', '"schema":1,"schema":1'),
    ],
)
def test_another_page_is_an_ordinary_file(old: str, new: str) -> None:
    text = FORMATS["html"].render(failing_report())
    assert old in text
    assert not is_own(text.replace(old, new))


def test_the_log_of_another_tool_is_an_ordinary_file() -> None:
    log = json.loads(FORMATS["sarif"].render(failing_report()))
    for run in log["runs"]:
        run["automationDetails"]["id"] = "other/"
    assert not is_own(json.dumps(log, indent=1))


@pytest.mark.integration
@pytest.mark.parametrize("staged", [None, ()])
def test_what_else_is_beside_our_outputs_is_scanned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, staged: tuple[str, ...] | None
) -> None:
    key = f'{{"id": "{AWS_ACCESS_KEY}"}}\n'
    files: dict[str, str | bytes] = {
        ".scangate-baseline.json": BASELINE,
        "old/known": BASELINE,
        "scangate-reports/verdict.json": FORMATS["json"].render(failing_report()),
        "scangate-reports/renamed.json": FORMATS["sarif"].render(failing_report()),
        "scangate-reports/report.html": FORMATS["html"].render(failing_report()),
        "scangate-reports/other.json": key,
        "scangate-reports/forged.json": BASELINE.replace("src/app.py", f"src/{AWS_ACCESS_KEY}"),
    }
    monkeypatch.chdir(create_repository(write_files(tmp_path / "tree", files), {}, commit=False))
    policy = write_policy(tmp_path / "policy.yaml", "detect-secrets")
    report = scan(ScanRequest(staged=staged, policy=str(policy), ignore_baseline=True, ignore_cache=True))
    own = {skipped.path for skipped in report.targets.skipped_paths if skipped.reason is SkipReason.OWN_OUTPUT}
    reports = {f"scangate-reports/{name}" for name in ("verdict.json", "renamed.json", "report.html")}
    assert own == {".scangate-baseline.json", "old/known", *reports}
    assert {ruling.finding.location.path for ruling in report.verdict.rulings} == {
        "scangate-reports/other.json",
        "scangate-reports/forged.json",
    }
    assert report.targets.file_count == 2


def test_a_merged_baseline_is_recognized() -> None:
    more = (*ENTRIES, msgspec.structs.replace(ENTRIES[0], path="src/other.py"))
    text = render_baseline(Baseline(bytes(range(16)), more))
    assert parse_baseline(text, "").finding_count == 2
    assert is_own(text)
