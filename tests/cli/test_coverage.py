"""Coverage from end to end: which content passes, which is a gap, and how a scanner or a reason changes that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import environment, run_scangate
from tests.support.linked_environment import LinkedEnvironment
from tests.support.sample_trees import CLEAN_SOURCE, create_repository, run_git, write_files

pytestmark = pytest.mark.integration

MIXED = {
    "app.py": CLEAN_SOURCE,
    "cmd/deploy.go": "package main\nfunc main() {}\n",
    "web/app.rb": "get('/') { eval(params[:x]) }\n",
    ".travis.yml": "language: generic\n",
    "site.yml": "- hosts: all\n  become: true\n  tasks: [{ansible.builtin.user: {name: a, password: ''}}]\n",
    "package-lock.json": '{"name": "a", "lockfileVersion": 3, "packages": {"node_modules/lodash": {"version": "4.17.4"}}}\n',
    "README.md": "# Words\n",
    "vendor/x.go": "package x\n",
}
STRICT = "version: 1\nextends: strict\npaths: {exclude: [{path: vendor/, reason: copies}]}\n"
MISSED = {
    ("go", "code"): ["cmd/deploy.go"],
    ("ruby", "code"): ["web/app.rb"],
    ("travis-ci", "configuration"): [".travis.yml"],
    ("ansible", "configuration"): ["site.yml"],
    ("npm-manifest", "dependencies"): ["package-lock.json"],
}
ACCEPTED = """
coverage:
  allowed-gaps:
    - {kind: not-analyzed, language: "[gt]*", reason: read by hand}
    - {kind: not-analyzed, language: ruby, path: web/, reason: brakeman runs elsewhere}
    - {kind: not-analyzed, language: ansible, analysis: configuration, reason: ansible-lint runs elsewhere}
    - {kind: not-analyzed, analysis: dependencies, reason: another service reports them}
"""


def missed(document: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    """What no scanner analyzed."""
    return {
        (content["content_type"], analysis["analysis"]): analysis["not_analyzed"]
        for content in document["coverage"]
        for analysis in content["analyses"]
        if analysis["not_analyzed"]
    }


def gaps(document: dict[str, Any]) -> dict[tuple[str, str], bool]:
    """The gaps of content, and whether they block."""
    found = [each for each in document["gaps"] if each["gap"]["kind"] == "not-analyzed"]
    return {(each["gap"]["content_type"], each["gap"]["analysis"]): each["blocking"] for each in found}


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A repository with much content that no scanner covers, and the reports of its scan."""
    folder = tmp_path_factory.mktemp("coverage")
    tree = create_repository(folder / "tree", {**MIXED, "scangate.yaml": STRICT})
    run_scangate("scan", tree, "--output-dir", folder / "out", cwd=folder).expect(3)
    return tree, folder / "out"


def document(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "verdict.json").read_text("utf-8"))
    return found


@pytest.mark.smoke
def test_content_that_no_scanner_covers_does_not_pass(scanned: tuple[Path, Path]) -> None:
    found = document(scanned[1])
    assert missed(found) == MISSED
    assert gaps(found) == dict.fromkeys(MISSED, True)
    rows = {content["content_type"]: content["files"] for content in found["coverage"]}
    assert rows["python"] == 1
    assert rows["go"] == 1


def test_another_policy_judges_the_same_coverage(scanned: tuple[Path, Path], tmp_path: Path) -> None:
    verdict = scanned[1] / "verdict.json"
    accepting = tmp_path / "policy.yaml"
    accepting.write_text(STRICT + ACCEPTED)
    ran = run_scangate("gate", verdict, "--policy", accepting, "--report", f"json={tmp_path / 'json'}", cwd=tmp_path).expect(0)
    assert "PASS" in ran.stdout
    assert gaps(json.loads((tmp_path / "json").read_text("utf-8"))) == dict.fromkeys(MISSED, False)
    accepting.write_text(STRICT + ACCEPTED.replace("path: web/", "path: other/"))
    run_scangate("gate", verdict, "--policy", accepting, cwd=tmp_path).expect(3)


def test_a_verdict_without_coverage_does_not_pass_again(scanned: tuple[Path, Path], tmp_path: Path) -> None:
    found = document(scanned[1])
    found["coverage"], found["gaps"] = None, []
    found["counts"] |= {"gaps": 0, "blocking_gaps": 0}
    found |= {"outcome": "PASS", "exit_code": 0}
    (tmp_path / "old.json").write_text(json.dumps(found))
    run_scangate("gate", tmp_path / "old.json", "--policy", "baseline", cwd=tmp_path).expect(3)


def test_a_warm_scan_and_a_merge_of_shards_cover_the_same(scanned: tuple[Path, Path], tmp_path: Path) -> None:
    tree, out = scanned
    env = environment(SCANGATE_CACHE=str(tmp_path / "cache"))
    for name in ("cold", "warm"):
        run_scangate("scan", tree, "--output-dir", tmp_path / name, cwd=tmp_path, env=env).expect(3)
        assert document(tmp_path / name)["coverage"] == document(out)["coverage"]
    for number in ("1/2", "2/2"):
        run_scangate("scan", tree, "--shard", number, "--output-dir", tmp_path / "parts", cwd=tmp_path, env=env).expect(0)
    parts = sorted((tmp_path / "parts").iterdir())
    run_scangate("merge", *parts, "--root", tree, "--output-dir", tmp_path / "merged", cwd=tmp_path).expect(3)
    assert document(tmp_path / "merged")["coverage"] == document(out)["coverage"]


def test_a_commit_calls_for_the_analysis_of_its_own_files(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {**MIXED, "scangate.yaml": STRICT})
    write_files(tree, {"app.py": CLEAN_SOURCE + "\n# more\n"})
    run_git(tree, "add", "app.py")
    run_scangate("scan", "--staged", "--output-dir", tmp_path / "out", cwd=tree).expect(0)
    assert {content["content_type"] for content in document(tmp_path / "out")["coverage"]} == {"python"}
    write_files(tree, {"web/more.rb": "eval(gets)\n"})
    run_git(tree, "add", "web/more.rb")
    run_scangate("scan", "--staged", "--output-dir", tmp_path / "out", cwd=tree).expect(3)
    assert missed(document(tmp_path / "out")) == {("ruby", "code"): ["web/more.rb"]}


LINTER = """
import json, sys
places = [{"physicalLocation": {"artifactLocation": {"uri": name}}} for name in sys.argv[1:]]
artifacts = [{"location": place["physicalLocation"]["artifactLocation"]} for place in places]
print(json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "linter"}}, "artifacts": artifacts, "results": []}]}))
"""


def test_a_command_covers_what_its_block_declares(tmp_path: Path) -> None:
    bench = LinkedEnvironment(tmp_path / "bench")
    bench.write("linter", LINTER)
    tree = write_files(
        tmp_path / "tree", {"a.rb": "1\n", "b.rake": "2\n", "run": "#!/usr/bin/env ruby\n3\n", "app.py": CLEAN_SOURCE}
    )
    rules = tmp_path / "policy.yaml"

    def scan(block: str, code: int) -> dict[str, Any]:
        rules.write_text(f"version: 1\nextends: strict\nscanners: {{linter: {{command: [linter, '{{files}}'], {block}}}}}\n")
        out = tmp_path / "out"
        run_scangate("scan", tree, "--policy", rules, "--output-dir", out, cwd=tmp_path, command=bench.command).expect(code)
        return document(out)

    declared = scan("analyzes: {ruby: [code]}", 0)
    assert missed(declared) == {}
    (linter,) = [each for each in declared["scanners"] if each["scanner"] == "linter"]
    assert linter["analyzed_files"] == ["a.rb", "b.rake", "run"]
    undeclared = scan("reads: ['*.rb', '*.rake', run]", 3)
    assert missed(undeclared) == {("ruby", "code"): ["a.rb", "b.rake", "run"]}
    (row,) = [each for each in undeclared["coverage"] if each["content_type"] == "ruby"]
    assert [each["undeclared"] for each in row["analyses"] if each["analysis"] == "code"] == [["linter"]]
    assert missed(scan("reads: ['*.rb'], analyzes: {ruby: [code]}", 3)) == {("ruby", "code"): ["b.rake", "run"]}
    bench.write("linter", "raise SystemExit(77)\n")
    failed = scan("analyzes: {ruby: [code]}", 3)
    assert missed(failed) == {}
    assert {each["gap"]["kind"] for each in failed["gaps"]} == {"crash"}
