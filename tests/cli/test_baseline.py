"""``scangate baseline``: what was there is known and does not block, what is new does, and nothing leaves the reports."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import CommandResult, load_verdict, run_scangate
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files, write_policy

FIRST, OTHER = "Zq8fK2mN7xT4vB9c", "Yr7gL3nM6wS5uC8d"  # made up  # pragma: allowlist secret
NAME = ".scangate-baseline.json"
CALL = "    subprocess.call(command, shell=True)\n"
STRICT = "info: unlimited, overrides: [{kind: secret, medium: 0, low: 0}]}"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    rules = write_policy(tmp_path / "policy.yaml", "bandit", "detect-secrets")
    rules.write_text(rules.read_text().replace("info: unlimited}", STRICT))
    return rules


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return create_repository(
        tmp_path / "tree", {"app.py": WEAK_SOURCE, "conf.py": f'password = "{FIRST}"\n', "sum.py": CLEAN_SOURCE}
    )


def baseline(tree: Path, rules: Path, *arguments: str | Path, code: int = 0) -> CommandResult:
    return run_scangate("baseline", *arguments, tree, "--policy", rules, cwd=rules.parent).expect(code)


def scan(tree: Path, rules: Path, code: int, *arguments: str | Path) -> dict[str, Any]:
    out = rules.parent / "out"
    run_scangate("scan", tree, "--policy", rules, "--output-dir", out, *arguments, cwd=rules.parent).expect(code)
    return load_verdict(out)


def rulings_with(document: dict[str, Any], outcome: str) -> list[tuple[str, str]]:
    return sorted((each["rule"], each["path"]) for each in document["findings"] if each["outcome"] == outcome)


def test_known_findings_pass_and_new_ones_fail(tree: Path, rules: Path) -> None:
    before = scan(tree, rules, 1)
    created = baseline(tree, rules, "create")
    assert "known finding" in created.stdout
    held = (tree / NAME).read_bytes()
    assert FIRST.encode() not in held
    now = scan(tree, rules, 0)
    assert len(now["findings"]) == len(before["findings"])
    assert now["counts"]["by_outcome"]["known"] == len(now["findings"])
    assert [each["fingerprint"] for each in now["findings"]] == [each["fingerprint"] for each in before["findings"]]
    sarif = json.loads((rules.parent / "out" / "scangate.sarif").read_text())
    states = {result.get("baselineState") for run in sarif["runs"] for result in run["results"]}
    assert states == {"unchanged"}
    assert NAME in json.dumps(now["targets"]["skipped_paths"])
    judged = run_scangate("gate", rules.parent / "out" / "verdict.json", "--policy", rules, cwd=rules.parent).expect(0)
    assert f"{len(now['findings'])} known" in judged.stdout
    # one more next to the known one
    write_files(tree, {"app.py": WEAK_SOURCE + CALL})
    more = scan(tree, rules, 1)
    assert rulings_with(more, "blocking") == [("bandit:B602", "app.py")]
    assert len(more["findings"]) == len(now["findings"]) + 1
    # and one instead of it: as many as were counted are known
    write_files(tree, {"app.py": WEAK_SOURCE.replace("command: str", "command: str, more: str")})
    assert rulings_with(scan(tree, rules, 0), "blocking") == []


def test_replaced_known_secret_fails(tree: Path, rules: Path) -> None:
    baseline(tree, rules, "create", "--quiet")
    write_files(tree, {"conf.py": f'password = "{OTHER}"\n'})
    document = scan(tree, rules, 1)
    assert {path for _, path in rulings_with(document, "blocking")} == {"conf.py"}
    assert {path for _, path in rulings_with(document, "known")} == {"app.py"}
    everything = "".join(file.read_text("utf-8") for file in (rules.parent / "out").iterdir()) + (tree / NAME).read_text()
    assert FIRST not in everything
    assert OTHER not in everything
    digests = [json.loads(line.strip(" ,"))["secret"] for line in (tree / NAME).read_text().splitlines() if '"secret"' in line]
    assert digests
    assert not [digest for digest in digests if digest in json.dumps(document)]


def test_a_file_that_was_renamed_stays_known_and_update_follows_it(tree: Path, rules: Path) -> None:
    baseline(tree, rules, "create", "--quiet")
    (tree / "app.py").rename(tree / "moved.py")
    write_files(tree, {"moved.py": WEAK_SOURCE.replace("def run", "def start"), "conf.py": ""})
    document = scan(tree, rules, 0)
    assert ("bandit:B602", "moved.py") in rulings_with(document, "known")
    (source,) = document["known_sources"]
    assert source["gone"] == source["findings"] - source["matched"] > 0
    assert "removed, 0 added" in baseline(tree, rules, "update").stdout
    shown = run_scangate("baseline", "show", tree, cwd=tree).expect(0).stdout
    assert "moved.py" in shown
    assert "app.py" not in shown
    assert "conf.py" not in shown


def test_update_does_not_follow_what_leaves_a_place_where_the_policy_goes_easier_on_it(tree: Path, rules: Path) -> None:
    rules.write_text(rules.read_text().replace("overrides: [", "overrides: [{path: tests/, high: unlimited}, "))
    write_files(tree, {"tests/shell.py": WEAK_SOURCE.replace("command", "line")})
    run_git(tree, "add", "--all")
    baseline(tree, rules, "create")
    run_git(tree, "mv", "tests/shell.py", "shell.py")
    scan(tree, rules, 1)
    baseline(tree, rules, "update")
    scan(tree, rules, 1)
    baseline(tree, rules, "update", "--add-new")
    scan(tree, rules, 0)


def test_update_adds_nothing_by_default(tree: Path, rules: Path) -> None:
    baseline(tree, rules, "create", "--quiet")
    before = (tree / NAME).read_text()
    write_files(tree, {"new.py": WEAK_SOURCE})
    assert "0 findings removed, 0 added" in baseline(tree, rules, "update").stdout
    assert (tree / NAME).read_text() == before
    assert "0 findings removed, 2 added" in baseline(tree, rules, "update", "--add-new").stdout
    assert len((tree / NAME).read_text().splitlines()) == len(before.splitlines()) + 2


def test_suppressed_finding_is_not_in_the_baseline(tree: Path, rules: Path) -> None:
    rules.write_text(
        rules.read_text()
        + "paths: {exclude: [{path: conf.py, reason: made up}]}\n"
        + f"exceptions: [{{rule: 'bandit:B602', reason: r, owner: o, expires: {dt.datetime.now(dt.UTC).date()}}}]\n"
    )
    baseline(tree, rules, "create", "--quiet")
    shown = run_scangate("baseline", "show", tree, cwd=tree).expect(0).stdout
    assert "conf.py" not in shown
    assert "B602" not in shown
    assert "B404" in shown


def test_a_policy_may_want_the_baseline_to_shrink(tree: Path, rules: Path) -> None:
    baseline(tree, rules, "create", "--quiet")
    rules.write_text(rules.read_text() + "baseline: {ratchet: true}\n")
    assert scan(tree, rules, 0)["outcome"] == "PASS"
    write_files(tree, {"app.py": CLEAN_SOURCE})
    document = scan(tree, rules, 1)
    assert rulings_with(document, "blocking") == [("scangate:stale-baseline", NAME)]
    baseline(tree, rules, "update", "--quiet")
    assert scan(tree, rules, 0)["outcome"] == "PASS"


def test_a_policy_may_count_what_is_known(tree: Path, rules: Path) -> None:
    baseline(tree, rules, "create", "--quiet")
    rules.write_text(rules.read_text() + "new-only: false\n")
    document = scan(tree, rules, 1)
    assert rulings_with(document, "known") == []
    assert all(each["decision"]["notes"][0]["kind"] == "known-counted" for each in document["findings"])


def test_incomplete_scan_writes_no_baseline_by_default(tree: Path, rules: Path) -> None:
    write_files(tree, {"broken.py": "def f(:\n"})
    assert "--incomplete" in baseline(tree, rules, "create", code=3).stderr
    assert not (tree / NAME).exists()
    baseline(tree, rules, "create", "--incomplete", "--quiet")
    assert (tree / NAME).exists()


def test_existing_baseline_is_not_overwritten(tree: Path, rules: Path) -> None:
    write_files(tree, {NAME: "mine"})
    assert "--replace" in baseline(tree, rules, "create", code=2).stderr
    assert (tree / NAME).read_text() == "mine"
    baseline(tree, rules, "create", "--replace", "--quiet")
    assert "bandit:B602" in (tree / NAME).read_text()


@pytest.mark.parametrize(
    ("content", "line"),
    [("<<<<<<< HEAD\n", 1), ('{\n "version": 1,\n', 3), ('{\n "version": 1,\n "salt": "x",\n', 3), ("{\n\xe9", 2)],
)
def test_invalid_baseline_ends_the_scan(tree: Path, rules: Path, content: str, line: int) -> None:
    write_files(tree, {NAME: content.encode("latin-1")})
    for ran in (
        run_scangate("scan", tree, "--policy", rules, cwd=tree),
        run_scangate("baseline", "update", "--policy", rules, cwd=tree),
        run_scangate("baseline", "show", cwd=tree),
    ):
        assert f"{NAME}:{line}: " in ran.expect(2).stderr
    assert (tree / NAME).read_bytes() == content.encode("latin-1")


def test_a_link_in_its_place_is_neither_read_nor_written(tree: Path, rules: Path, tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("mine")
    (tree / NAME).symlink_to(tmp_path / "victim")
    assert "symbolic link" in run_scangate("scan", tree, "--policy", rules, cwd=tree).expect(2).stderr
    baseline(tree, rules, "create", "--replace", code=2)
    assert (tmp_path / "victim").read_text() == "mine"


def test_missing_named_baseline_is_an_error(tree: Path, rules: Path) -> None:
    assert "no such baseline" in run_scangate("scan", tree, "--baseline", "no.json", "--policy", rules, cwd=tree).expect(2).stderr
    assert "no such baseline" in baseline(tree, rules, "update", code=2).stderr


def test_a_staged_rename_stays_known(tree: Path, rules: Path) -> None:
    baseline(tree, rules, "create", "--quiet")
    run_git(tree, "mv", "app.py", "moved.py")
    ran = run_scangate("scan", "--staged", "--policy", rules, cwd=tree).expect(0)
    assert "2 older findings" in ran.stdout
    run_git(tree, "reset", "--quiet", "--hard")
    write_files(tree, {"copy.py": WEAK_SOURCE})
    run_git(tree, "add", "copy.py")
    run_scangate("scan", "--staged", "--policy", rules, cwd=tree).expect(1)
