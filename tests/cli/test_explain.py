"""``scangate explain`` as its users meet it: after a scan of the weak application, and without any."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scangate.cli.explain_location import find_at_line
from tests.support import sample_trees
from tests.support.command import CommandResult, load_verdict, run_scangate
from tests.support.sample_reports import partly_covered_report, passing_report

WEAK_APP = Path(__file__).parents[1] / "weak_app"
Explain = Callable[..., CommandResult]

MERGED = [
    # each merge was reviewed: one weakness, reported by both
    ("detect-secrets:secret-keyword", ["semgrep:docker-secret-in-environment"], 2),  # ENV in the Dockerfile
    ("detect-secrets:secret-keyword", ["semgrep:buildspec-secret-in-variables"], 5),  # a variable of the buildspec
    ("detect-secrets:secret-keyword", ["bandit:B105"], 13),  # the SMTP password
    ("taint:python-sql-injection", ["bandit:B608"], 19),  # the f-string in execute
    ("taint:python-command-injection", ["bandit:B602"], 24),  # shell=True with the form's text
    ("taint:python-unsafe-deserialization", ["bandit:B301"], 40),  # of the body
    ("semgrep:python-tls-verification-off", ["bandit:B501"], 45),  # verify=False
    ("semgrep:python-weak-hash", ["bandit:B324"], 49),  # md5
    ("semgrep:python-flask-debug-public", ["bandit:B201"], 53),  # debug=True; the bind to all interfaces stays its own
]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The weak application after a scan, and its verdict."""
    root = tmp_path_factory.mktemp("explain") / "tree"
    shutil.copytree(WEAK_APP, root)
    run_scangate("scan", "--skip", "pip-audit", "--output-dir", "scangate-reports", cwd=root).expect(1)
    return root, load_verdict(root / "scangate-reports")


def only(document: dict[str, Any], rule: str) -> dict[str, Any]:
    (entry,) = [entry for entry in document["findings"] if entry["rule"] == rule]
    assert isinstance(entry, dict)
    return entry


def test_merged_findings_of_the_weak_application_share_a_cause(scanned: tuple[Path, dict[str, Any]]) -> None:
    """Nine of 21 weaknesses were found more than once; each merge was reviewed by hand, and none is missing."""
    _, document = scanned
    merged_rules = [
        (entry["rule"], [member["rule"] for member in entry["members"][1:]], entry["line"])
        for entry in document["findings"]
        if entry["members"]
    ]
    assert sorted(merged_rules, key=lambda each: each[2]) == MERGED
    assert sum(len(entry["members"]) or 1 for entry in document["findings"]) == 30
    assert len(document["findings"]) == 21


@pytest.mark.smoke
def test_a_finding_is_explained_from_the_policy_to_the_waiver(scanned: tuple[Path, dict[str, Any]]) -> None:
    root, document = scanned
    entry = only(document, "taint:python-command-injection")
    said = run_scangate("explain", entry["fingerprint"][:8], cwd=root).expect(0).stdout
    assert "3 critical findings, 0 allowed" in said
    line = next(line for line in said.splitlines() if line.endswith("budgets.critical"))
    place, number = line.split()[0].split(":")
    policy = (Path(__file__).parents[2] / place).read_text("utf-8").splitlines()
    assert policy[int(number) - 1].strip() == "critical: 0"
    assert "shlex.quote" in said
    for member in entry["members"]:
        assert f"{member['rule']}  {member['severity']}, {member['outcome']}" in said
    assert f"scangate waive {entry['fingerprint']} --path /app.py --reason WHY --owner WHO --expires 20" in said
    assert said.count("scangate waive ") == 1, "it accepts all members"
    assert "# scangate: ignore[taint:python-command-injection, bandit:B602] -- REASON" in said


def test_the_severity_that_a_policy_gave_is_traced_to_its_line(scanned: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    root, _ = scanned
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nextends: baseline\nseverity:\n  - {rule: 'bandit:B403', severity: high}\n")
    out = tmp_path / "out"
    run_scangate("scan", "--scanner", "bandit", "--policy", policy, "--output-dir", out, cwd=root)
    verdict = out / "verdict.json"
    fingerprint = only(load_verdict(out), "bandit:B403")["fingerprint"]
    said = run_scangate("explain", fingerprint, "--verdict", verdict, "--policy", policy, cwd=root).expect(0)
    assert f"{policy.name}:4 severity[" in " ".join(said.stdout.split())  # a long path goes on the next line


def test_the_lines_that_decided_are_those_of_the_scan(tmp_path: Path) -> None:
    """A suppressed finding names the comment's own policy line, and no exception that has expired."""
    comment = "# scangate: ignore[bandit:B602] -- a fixed command"
    source = f"import subprocess\nsubprocess.call('ls', shell=True)  {comment}\nsubprocess.call('ls', shell=True)  # nosec\n"
    policy = "version: 1\nextends: baseline\ninline-suppressions: report\n"
    policy += "exceptions:\n- {rule: 'bandit:B602', reason: r, owner: o, expires: 2020-01-01}\n"
    root = sample_trees.create_repository(tmp_path / "tree", {"a.py": source, "scangate.yaml": policy})
    out = tmp_path / "out"
    run_scangate("scan", "--scanner", "bandit", "--output-dir", out, cwd=root)
    suppressed = [each for each in load_verdict(out)["findings"] if each["rule"] == "bandit:B602"]
    assert [each["outcome"] for each in suppressed] == ["suppressed"] * len(suppressed)
    for each in suppressed:
        page = run_scangate("explain", each["fingerprint"], "--verdict", out / "verdict.json", cwd=root).expect(0).stdout
        assert "scangate.yaml:3  inline-suppressions" in page
        assert "exceptions[" not in page


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("bandit:B602", "pass a list without shell=True"),
        ("B506", "use yaml.safe_load"),
        ("semgrep:python-ssrf", "accept only"),
        ("detect-secrets:aws-access-key", "revoke the secret"),
        ("pip-audit:CVE-2018-7536", "https://osv.dev/vulnerability/CVE-2018-7536"),
    ],
)
def test_a_rule_is_explained_without_a_verdict(rule: str, said: str, tmp_path: Path) -> None:
    page = run_scangate("explain", rule, cwd=tmp_path).expect(0).stdout
    assert said in page
    assert "there is no verdict.json" in page


def test_a_rule_is_explained_with_what_the_verdict_has_of_it(scanned: tuple[Path, dict[str, Any]]) -> None:
    root, _ = scanned
    said = run_scangate("explain", "bandit:B602", cwd=root).expect(0).stdout
    assert "1 finding in the verdict: 1 blocking" in said
    assert "scangate waive bandit:B602 --path /app.py" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bandit:B6020"], "hint: scangate explain bandit:B602"),
        (["semgrep:python-ssfr"], "hint: scangate explain semgrep:python-ssrf"),
        (["00000000"], "no finding of the verdict has the fingerprint 00000000"),
        (["abc"], "no such rule or fingerprint: abc"),
        (["bandit:B602", "--verdict", "none.json"], "cannot read none.json"),
    ],
)
def test_unknown_fingerprint_suggests_similar_ones(arguments: list[str], said: str, scanned: tuple[Path, dict[str, Any]]) -> None:
    ran = run_scangate("explain", *arguments, cwd=scanned[0]).expect(2)
    assert said in ran.stderr
    assert ran.stdout == ""


def test_a_line_is_explained_by_all_that_is_there(scanned: tuple[Path, dict[str, Any]]) -> None:
    root, document = scanned
    entry = only(document, "taint:python-command-injection")
    rules = {each["rule"] for each in document["findings"] if each["path"] == "app.py" and each["line"] == 24}
    said = run_scangate("explain", "app.py:24", cwd=root).expect(0).stdout
    assert all(f"{rule}  " in said for rule in rules)
    assert entry["fingerprint"] in said
    assert run_scangate("explain", "./app.py:24:5", cwd=root).expect(0).stdout == said


def test_a_line_without_a_finding_names_the_nearest(scanned: tuple[Path, dict[str, Any]]) -> None:
    said = run_scangate("explain", "app.py:9999", cwd=scanned[0]).expect(0).stdout
    assert said.startswith("no finding at app.py:9999; the nearest is in line ")
    assert "scangate waive" in said


def test_a_file_that_the_verdict_does_not_have_is_an_error(scanned: tuple[Path, dict[str, Any]]) -> None:
    said = run_scangate("explain", "ap.py:24", cwd=scanned[0]).expect(2).stderr
    assert "the verdict has nothing of ap.py" in said
    assert "hint: scangate explain app.py:24" in said


def test_gaps_and_clean_files_are_explained_by_line(tmp_path: Path) -> None:
    root = sample_trees.create_repository(tmp_path / "tree", {"bad.py": "x = 1\ndef (:\n", "good.py": sample_trees.CLEAN_SOURCE})
    policy = sample_trees.write_policy(tmp_path / "policy.yaml", "bandit")
    run_scangate("scan", "--policy", policy, "--output-dir", "scangate-reports", cwd=root).expect(3)
    options = ("--policy", policy)
    said = run_scangate("explain", "bad.py:1", *options, cwd=root).expect(0).stdout
    assert "gap, blocking" in said
    assert "bandit: unparsable" in said
    (root / "sub").mkdir()
    verdict = ("--verdict", "../scangate-reports/verdict.json")
    ran = run_scangate("explain", "../good.py:1", *verdict, *options, cwd=root / "sub").expect(0)
    assert "2 files  gap, allowed\n" in ran.stdout
    assert "no scanner did the search for secrets of python: 2 files (bad.py, good.py)" in ran.stdout


def test_content_that_no_scanner_analyzes_is_a_gap_of_its_files() -> None:
    found = find_at_line(partly_covered_report(), "src/f005", 3)
    assert {(each.gap.content_type, each.blocking) for each in found.gaps} == {("ansible", True), ("ruby", False)}
    assert [each.gap.content_type for each in find_at_line(partly_covered_report(), "src/f900", 3).gaps] == ["ruby"]
    assert find_at_line(passing_report(), "b.py", 3).sentence == "no finding and no gap in b.py, which was scanned"


def test_a_fingerprint_without_a_verdict_says_how_to_get_one(tmp_path: Path) -> None:
    assert "hint: scangate scan --output-dir scangate-reports" in run_scangate("explain", "0" * 32, cwd=tmp_path).expect(2).stderr


def test_no_byte_of_a_secret_is_shown(tmp_path: Path) -> None:
    secret = f"hunter2-{'correct-horse'}-9"
    root = sample_trees.write_files(tmp_path / "tree", {"a.py": f'PASSWORD = "{secret}"\n'})
    run_scangate("scan", "--skip", "pip-audit", "--output-dir", "scangate-reports", cwd=root).expect(1)
    (entry,) = load_verdict(root / "scangate-reports")["findings"]
    assert len(entry["members"]) == 2
    ran = run_scangate("explain", entry["fingerprint"], cwd=root).expect(0)
    assert secret not in ran.output
    assert "reported  " in ran.stdout
