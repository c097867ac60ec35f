"""``scangate waive`` as people use it: what it writes, what it refuses, and that a refused entry leaves the file as it was."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult, environment, load_verdict, run_scangate
from tests.support.sample_trees import WEAK_SOURCE, create_repository, run_git

SOON = (dt.datetime.now(dt.UTC).date() + dt.timedelta(60)).isoformat()
OWN = "version: 1   # ours\nextends: baseline\ncoverage: {required: [bandit]}\n\n# the end\n"
SAID = ("--reason", "the command is fixed", "--owner", "@acme/pay")


def waive(tree: Path, *arguments: str | Path, expires: str = SOON) -> CommandResult:
    return run_scangate("waive", *arguments, *SAID, "--expires", expires, cwd=tree)


def scanned(tree: Path, out: Path) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """What bandit alone finds: by rule the fingerprint, the outcome and why."""
    shutil.rmtree(out, ignore_errors=True)
    run_scangate("scan", "--scanner", "bandit", "--quiet", "--output-dir", out, cwd=tree)
    return {each["rule"]: (each["fingerprint"], each["outcome"], each["decision"]) for each in load_verdict(out)["findings"]}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return create_repository(tmp_path / "tree", {"run.py": WEAK_SOURCE, "scangate.yaml": OWN})


@pytest.mark.smoke
def test_exception_by_fingerprint_survives_a_file_rename(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    fingerprint, outcome, _ = scanned(tree, out)["bandit:B602"]
    assert outcome == "blocking"
    ran = waive(tree, fingerprint, "--verdict", out / "verdict.json").expect(0)
    assert ran.stdout == f"scangate.yaml:7: exception for rule bandit:B602, fingerprint {fingerprint}, until {SOON}, by @acme/pay\n"
    assert (tree / "scangate.yaml").read_text().startswith(OWN)
    again, outcome, decision = scanned(tree, out)["bandit:B602"]
    assert (again, outcome, decision["basis"]) == (fingerprint, "suppressed", "exception")
    assert (decision["expires"], decision["owner"], decision["reason"]) == (SOON, "@acme/pay", "the command is fixed")
    assert (decision["location"]["file"], decision["location"]["line"]) == ("scangate.yaml", 8)
    run_git(tree, "mv", "run.py", "start.py")
    (tree / "start.py").write_text(f"{WEAK_SOURCE}\n\ndef more() -> None:\n    return None\n")
    again, outcome, _ = scanned(tree, out)["bandit:B602"]
    assert (again != fingerprint, outcome) == (True, "suppressed")
    (tree / "other.py").write_text(WEAK_SOURCE)
    twins = [each["outcome"] for each in verdict_of(tree, out) if each["rule"] == "bandit:B602"]
    assert sorted(twins) == ["blocking", "suppressed"], "a second one is not accepted"


def test_the_first_characters_of_a_fingerprint_are_enough(tree: Path) -> None:
    assert "hint: scangate scan --output-dir" in waive(tree, "0123abcd").expect(2).stderr
    out = tree / "scangate-reports"
    fingerprint = scanned(tree, out)["bandit:B602"][0]
    waive(tree, fingerprint[:7], "--verdict", out / "verdict.json").expect(2)
    waive(tree, "0123abcd").expect(2)
    waive(tree, fingerprint[:8].upper()).expect(0)
    written = (tree / "scangate.yaml").read_text()
    assert (fingerprint in written, "follows:" in written) == (True, True)
    assert scanned(tree, out)["bandit:B602"][:2] == (fingerprint, "suppressed")


def test_a_finding_of_several_scanners_is_accepted_as_a_whole(tmp_path: Path) -> None:
    source = "import requests\n\nrequests.get('https://example.org', verify=False, timeout=9)\n"
    tree = create_repository(tmp_path / "tree", {"run.py": source, "scangate.yaml": "version: 1\nextends: baseline\n"})
    out = tmp_path / "out"
    run_scangate("scan", "--quiet", "--output-dir", out, cwd=tree).expect(1)
    merged = next(each for each in load_verdict(out)["findings"] if each.get("members"))
    waive(tree, merged["finding"]["fingerprint"], "--verdict", out / "verdict.json").expect(0)
    run_scangate("scan", "--quiet", "--output-dir", out, cwd=tree)
    again = next(each for each in load_verdict(out)["findings"] if each["finding"]["rule"] == merged["finding"]["rule"])
    assert again["outcome"] == "suppressed"
    assert {member["outcome"] for member in again["members"]} == {"suppressed"}
    policy = (tree / "scangate.yaml").read_text()
    one = merged["members"][1]["finding"]["fingerprint"]
    (tree / "scangate.yaml").write_text("version: 1\nextends: baseline\n")
    waive(tree, one, "--verdict", out / "verdict.json").expect(0)
    assert policy.count("fingerprint:") == len(merged["members"])
    assert (tree / "scangate.yaml").read_text().count("fingerprint:") == 1


def test_a_line_is_no_rule(tree: Path) -> None:
    refused = waive(tree, "run.py:4").expect(2)
    assert "scangate explain PATH:LINE" in refused.stderr
    assert (tree / "scangate.yaml").read_text() == OWN


def test_a_former_fingerprint_is_understood_and_the_current_one_written(tree: Path) -> None:
    out = tree / "scangate-reports"
    fingerprint = scanned(tree, out)["bandit:B602"][0]
    verdict = json.loads((out / "verdict.json").read_text())
    (found,) = [each["finding"] for each in verdict["findings"] if each["finding"]["rule"] == "bandit:B602"]
    found["former"] = {"rule": "bandit:B600", "fingerprint": "0123abcd" * 4, "content": "4567" * 8}
    (out / "verdict.json").write_text(json.dumps(verdict))
    assert fingerprint in run_scangate("explain", "0123abcd", cwd=tree).expect(0).stdout
    waive(tree, "0123abcd").expect(0)
    written = (tree / "scangate.yaml").read_text()
    assert (fingerprint in written, "bandit:B602" in written, "0123abcd" in written) == (True, True, False)


def verdict_of(tree: Path, out: Path) -> list[dict[str, str]]:
    scanned(tree, out)
    findings: list[dict[str, str]] = load_verdict(out)["findings"]
    return findings


@pytest.mark.parametrize(
    ("name", "hint"),
    [("bandit:B602a", "scangate waive bandit:B602"), ("semgrep:python-ssssrf", "scangate waive semgrep:python-ssrf")],
)
def test_a_rule_that_no_built_in_scanner_has_is_refused_with_the_nearest(name: str, hint: str, tree: Path) -> None:
    assert hint in waive(tree, name).expect(2).stderr
    assert (tree / "scangate.yaml").read_text() == OWN


def test_rules_of_other_scanners_and_patterns_are_taken(tree: Path) -> None:
    for name in ("bandit:B6*", "own-tool:whatever", "pip-audit:CVE-2026-1"):
        waive(tree, name).expect(0)


def test_the_same_exception_is_not_written_twice_unless_it_lasts_longer(tree: Path) -> None:
    waive(tree, "bandit:B602", expires="30d").expect(0)
    before = (tree / "scangate.yaml").read_text()
    ran = run_scangate("waive", "bandit:B602", "--reason", "x", "--owner", "y", "--expires", "20d", cwd=tree).expect(2)
    assert "scangate.yaml:8" in ran.stderr
    assert (tree / "scangate.yaml").read_text() == before
    waive(tree, "bandit:B602", "--path", "src/", expires="30d").expect(0)
    waive(tree, "bandit:B602", expires="40d").expect(0)


def test_an_exception_that_the_floor_of_the_builds_refuses_is_not_written(tree: Path, tmp_path: Path) -> None:
    floor = tmp_path / "floor.yaml"
    floor.write_text("version: 1\nextends: baseline\nfloor: true\nexception-max-days: 10\n")
    shell = environment(SCANGATE_FLOOR=str(floor))
    arguments = ("waive", "bandit:B602", *SAID, "--expires")
    run_scangate(*arguments, "20d", cwd=tree, env=shell).expect(2)
    assert (tree / "scangate.yaml").read_text() == OWN
    run_scangate(*arguments, "9d", cwd=tree, env=shell).expect(0)


def test_without_a_policy_one_is_made_after_saying_so(tree: Path) -> None:
    (tree / "scangate.yaml").unlink()
    ran = waive(tree, "bandit:B602", "--path", "run.py").expect(0)
    assert "creating scangate.yaml, which extends baseline" in ran.stderr
    written = (tree / "scangate.yaml").read_text()
    assert written.startswith("version: 1\nextends: baseline\n\nexceptions:\n")
    assert run_scangate("policy", "check", cwd=tree).code == 0
    (tree / "scangate.yaml").unlink()
    waive(tree, "CVE-2026-1", "--policy", "production", expires="30d").expect(0)
    assert (tree / "scangate.yaml").read_text().startswith("version: 1\nextends: production\n")
    waive(tree, "CVE-2026-1", "--policy", "production", expires="30d").expect(2)


def refusals(out: Path) -> list[tuple[tuple[str | Path, ...], str]]:
    return [
        (("bandit:B602",), "400d"),
        (("bandit:B602",), "2020-01-01"),
        (("bandit:B602",), "2027-02-30"),
        (("bandit:B602",), "tomorrow"),
        (("B602",), SOON),
        (("bandit:B602", "--path", "../x"), SOON),
        (("bandit:B602", "--path", "\x1b[2J"), SOON),
        (("bandit:B999", "--verdict", out / "verdict.json"), SOON),
        (("0" * 32, "--verdict", out / "verdict.json"), SOON),
        (("bandit:B602", "--verdict", out / "nothing.json"), SOON),
        (("bandit:B602", "--policy", "strict"), SOON),
        (("bandit:B602", "--reason", "ghp_" + "a1B2" * 9), SOON),
    ]


def test_exception_that_the_policy_rejects_is_not_written(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    scanned(tree, out)
    for arguments, expires in refusals(out):
        reason = arguments[-2:] if "--reason" in arguments else ()
        rest = arguments[: len(arguments) - len(reason)]
        ran = run_scangate("waive", *rest, *SAID, *reason, "--expires", expires, cwd=tree).expect(2)
        assert ran.stderr.splitlines()[-1].startswith("hint: "), arguments
        assert (tree / "scangate.yaml").read_text() == OWN
        assert sorted(file.name for file in tree.iterdir()) == [".git", "run.py", "scangate.yaml"]
    broken = OWN + "<<<<<<< HEAD\n"
    (tree / "scangate.yaml").write_text(broken)
    ran = waive(tree, "bandit:B602").expect(2)
    assert "scangate.yaml:6:1: " in ran.stderr
    assert (tree / "scangate.yaml").read_text() == broken


def test_bytes_mode_and_links_of_the_file_are_respected(tree: Path) -> None:
    own = tree / "scangate.yaml"
    data = b"\xef\xbb\xbf" + OWN.replace("\n", "\r\n").encode()
    own.write_bytes(data)
    own.chmod(0o600)
    waive(tree, "bandit:B602", "--path", "run.py").expect(0)
    assert own.read_bytes().startswith(data)
    assert b"\n" not in own.read_bytes().replace(b"\r\n", b"")
    assert own.stat().st_mode & 0o777 == 0o600
    own.rename(tree / "real.yaml")
    own.symlink_to("real.yaml")
    assert "symbolic link" in waive(tree, "bandit:B602").expect(2).stderr


def test_an_owner_who_owns_nothing_of_it_is_refused_and_an_owner_is_not(tree: Path, tmp_path: Path) -> None:
    (tree / "scangate.yaml").write_text(OWN + "exception-owners: codeowners\n")
    (tree / ".github").mkdir()
    (tree / ".github" / "CODEOWNERS").write_text("* @acme/all\n")
    ran = waive(tree, "bandit:B602", "--path", "run.py").expect(2)
    assert "@acme/pay does not own run.py" in ran.stderr
    assert ".github/CODEOWNERS names @acme/all" in ran.stderr
    with (tree / "scangate.yaml").open("a") as own:
        own.write(f"exceptions: [{{rule: 'bandit:B602', reason: r, owner: '@acme/pay', expires: {SOON}}}]\n")
    (note,) = scanned(tree, tmp_path / "out")["bandit:B602"][2]["notes"]
    assert (note["kind"], note["owner"], note["text"]) == ("exception-not-owner", "@acme/pay", ".github/CODEOWNERS")
    (tree / ".github" / "CODEOWNERS").write_text("* @acme/all\nrun.py @acme/pay\n")
    waive(tree, "bandit:B404", "--path", "run.py").expect(0)
    assert scanned(tree, tmp_path / "out")["bandit:B602"][1] == "suppressed"


def test_an_exception_that_accepts_nothing_can_fail_the_build_and_every_report_says_so(tree: Path, tmp_path: Path) -> None:
    (tree / "run.py").write_text('"""Nothing."""\n')
    (tree / "scangate.yaml").write_text(OWN + "exception-unused: fail\n")
    waive(tree, "bandit:B602", "--path", "run.py").expect(0)
    out = tmp_path / "out"
    ran = run_scangate("scan", "--output-dir", out, cwd=tree).expect(1)
    assert "scangate.yaml:11" in ran.stdout
    (entry,) = load_verdict(out)["findings"]
    assert (entry["rule"], entry["path"], entry["outcome"]) == ("scangate:unused-exception", "scangate.yaml", "blocking")
    for name in ("scangate.sarif", "junit.xml", "summary.md"):
        assert "scangate:unused-exception" in (out / name).read_text(), name
    assert run_scangate("gate", out / "verdict.json", "--policy", "./scangate.yaml", cwd=tree).code == 1
    assert json.loads((out / "scangate.sarif").read_text())["runs"]


def test_no_exception_for_what_the_policy_never_excepts(tree: Path, tmp_path: Path) -> None:
    (tree / "scangate.yaml").write_text(OWN + "never-excepted: [code]\nexception-owner-names: ['@acme/*']\n")
    before = (tree / "scangate.yaml").read_bytes()
    out = tmp_path / "out"
    fingerprint, _, _ = scanned(tree, out)["bandit:B602"]
    assert "kind code" in waive(tree, fingerprint, "--verdict", out / "verdict.json").expect(2).stderr
    argv = ("waive", "bandit:B602", "--reason", "why", "--owner", "@other/team", "--expires", "30d")
    assert "exceptions[0].owner" in run_scangate(*argv, cwd=tree).expect(2).stderr
    assert (tree / "scangate.yaml").read_bytes() == before


def test_what_waive_writes_is_no_finding_and_a_secret_beside_it_is(tmp_path: Path) -> None:
    key, digest = "AKIA" + "Q7ZK3XN5WJ2VBT6Y", "9c1185a5c5e9fc54612808977ee8f548"
    tree = create_repository(
        tmp_path / "tree",
        {
            "app.py": f'password = "hunter2Zq9xLw4v"\n{WEAK_SOURCE}',
            "scangate.yaml": "version: 1\nextends: ./strict.yml\n",
            "strict.yml": "version: 1\nextends: production\n",
        },
    )

    def scan() -> list[dict[str, Any]]:
        out = tmp_path / "out"
        shutil.rmtree(out, ignore_errors=True)
        scanners = ("--scanner", "bandit", "--scanner", "detect-secrets")
        run_scangate("scan", *scanners, "--quiet", "--output-dir", out, cwd=tree)
        findings: list[dict[str, Any]] = load_verdict(out)["findings"]
        return findings

    for finding in scan():
        arguments = (finding["fingerprint"], "--verdict", tmp_path / "out/verdict.json")
        waive(tree, *arguments, expires="20d").expect(0)
        waive(tree, *arguments, "--policy", "strict.yml", expires="20d").expect(0)
    assert "follows:" in (tree / "scangate.yaml").read_text()
    assert {each["location"]["path"] for each in scan()} == {"app.py"}
    soon = (dt.datetime.now(dt.UTC).date() + dt.timedelta(20)).isoformat()
    secret = f"  - {{rule: bandit:B101, reason: the key {key}, owner: {digest}, expires: {soon}}}\n"
    with (tree / "strict.yml").open("a") as policy:
        policy.write(secret)
    (tree / "other.yaml").write_text(f"exceptions:\n- {{fingerprint: '{digest}'}}\n")
    found = {(each["location"]["path"], each["rule"]) for each in scan() if each["outcome"] != "suppressed"}
    entropy = "detect-secrets:hex-high-entropy-string"
    assert {("strict.yml", "detect-secrets:aws-access-key"), ("strict.yml", entropy), ("other.yaml", entropy)} <= found
