"""Other engines of secrets run where they are installed; their findings are one with those of detect-secrets, and nothing leaks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scangate.report import FORMATS
from tests.support.command import environment, load_verdict, run_scangate
from tests.support.fake_engines import BETTERLEAKS, CRASH, install_betterleaks, install_credsweeper
from tests.support.linked_environment import LinkedEnvironment
from tests.support.planted_secrets import PlantedSecrets, read_tree
from tests.support.sample_trees import create_repository

ENGINES = ("betterleaks", "credsweeper")
POLICY = """version: 1
unknown: high
scanners:
  detect-secrets: {{enabled: true}}
  betterleaks: {{enabled: {0}}}
  credsweeper: {{enabled: {0}}}
budgets: {{critical: 0, high: 0, medium: 0, low: unlimited, info: unlimited}}
coverage: {{allowed-gaps: [{{kind: not-analyzed, reason: about secrets}}]}}
"""
TOKEN = "ghp_" + "aB3dE5fG7hJ9" * 3
FILES: dict[str, str | bytes] = {
    "a.env": f"GITHUB={TOKEN}\n",
    "node_modules/b.txt": f"größe: {TOKEN}\n".encode("utf-16"),
    "venv/c.env": b"\xef\xbb\xbf# w\xc3\xb6rter\r\nx=1; password=hT5kLm9pQr2\r\n",
}


class Bench:
    """A tree, and an environment in which engines can be installed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = LinkedEnvironment(folder / "bench")
        self.tree = folder / "tree"

    def scan(self, files: dict[str, str | bytes], enabled: str, code: int) -> dict[str, Any]:
        create_repository(self.tree, {**files, "scangate.yaml": POLICY.format(enabled)})
        (self.folder / "home").mkdir()
        reports = [word for form in FORMATS for word in ("--report", f"{form}={self.folder / 'out' / form}")]
        arguments: list[str | Path] = ["scan", self.tree, "--output-dir", self.folder / "out" / "all", *reports, "--verbose"]
        env = environment(HOME=str(self.folder / "home"), TMPDIR=str(self.folder / "home"), SCANGATE_CACHE="")
        self.ran = run_scangate(*arguments, cwd=self.folder, env=env, command=self.environment.command)
        self.ran.expect(code)
        return load_verdict(self.folder / "out" / "all")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    (tmp_path / "out").mkdir()
    bench = Bench(tmp_path)
    bench.environment.remove_package("credsweeper")
    return bench


def results(verdict: dict[str, Any]) -> dict[str, str]:
    return {each["scanner"]: each["status"] for each in verdict["scanners"] if each["scanner"] in ENGINES}


def test_where_they_are_installed_their_findings_are_one_with_ours(bench: Bench) -> None:
    install_betterleaks(bench.environment)
    install_credsweeper(bench.environment)
    verdict = bench.scan(FILES, "auto", 1)
    assert results(verdict) == dict.fromkeys(ENGINES, "complete")
    assert not [gap for gap in verdict["gaps"] if gap["scanner"] in ENGINES]
    found = {entry["path"]: entry for entry in verdict["findings"]}
    assert {tuple(sorted(entry["reported_by"])) for entry in found.values()} == {("betterleaks", "credsweeper", "detect-secrets")}
    places = {(path, each["line"], each["column"]) for path, entry in found.items() for each in entry["members"]}
    assert places == {("a.env", 1, 8), ("node_modules/b.txt", 1, 8), ("venv/c.env", 2, 15)}
    rules = {each["rule"] for each in found["a.env"]["members"]}
    assert {"betterleaks:github-pat", "credsweeper:github-classic-token"} <= rules


def test_where_they_are_not_they_are_reported_as_not_run_and_not_missed(bench: Bench) -> None:
    verdict = bench.scan({"a.py": "x = 1\n"}, "auto", 0)
    assert results(verdict) == dict.fromkeys(ENGINES, "skipped")
    assert not [gap for gap in verdict["gaps"] if gap["scanner"] in ENGINES]


def test_where_the_policy_enables_them_without_condition_they_are_missed(bench: Bench) -> None:
    verdict = bench.scan({"a.py": "x = 1\n"}, "true", 3)
    assert {(gap["scanner"], gap["kind"]) for gap in verdict["gaps"]} >= {(name, "tool-missing") for name in ENGINES}


@pytest.mark.parametrize("code", [CRASH, "STATE = 'partial'" + BETTERLEAKS, "print('[]')"])
def test_one_that_is_installed_and_fails_is_a_gap(bench: Bench, code: str) -> None:
    install_betterleaks(bench.environment, code)
    verdict = bench.scan({"a.py": "x = 1\n"}, "auto", 3)
    kind = "crash" if code == CRASH else "garbage"
    assert ("betterleaks", kind) in {(gap["scanner"], gap["kind"]) for gap in verdict["gaps"]}


def test_a_credsweeper_that_writes_nothing_is_a_gap(bench: Bench) -> None:
    install_credsweeper(bench.environment, "")
    verdict = bench.scan({"a.py": "x = 1\n"}, "auto", 3)
    assert ("credsweeper", "garbage") in {(gap["scanner"], gap["kind"]) for gap in verdict["gaps"]}


def test_what_speaks_against_a_secret_speaks_against_theirs(bench: Bench) -> None:
    install_betterleaks(bench.environment)
    install_credsweeper(bench.environment)
    quiet: dict[str, str | bytes] = {
        "a.yaml": "password: ${DB_PASSWORD}\n",
        "b.yaml": "password: changeme\n",
        "c.yaml": "password: <your-password>\n",
    }
    verdict = bench.scan(quiet, "auto", 0)
    theirs = {each["rule"] for entry in verdict["findings"] for each in (entry, *entry.get("members", ()))}
    assert {"betterleaks:generic-password", "credsweeper:password"} <= theirs
    assert {entry["severity"] for entry in verdict["findings"]} <= {"low", "info"}


def test_an_allowlist_comment_is_one_for_all_scanners_of_secrets(bench: Bench) -> None:
    install_betterleaks(bench.environment)
    install_credsweeper(bench.environment)
    comment = "pragma: allowlist secret"
    verdict = bench.scan({"a.env": f"GITHUB={TOKEN} # {comment}\n"}, "auto", 0)
    assert {entry["outcome"] for entry in verdict["findings"]} == {"suppressed"}


def test_a_value_that_is_in_the_path_or_twice_in_the_match_is_found_at_its_place(bench: Bench) -> None:
    install_betterleaks(bench.environment)
    files: dict[str, str | bytes] = {
        "hT5kLm9pQr2.txt": "x = 1\npassword = hT5kLm9pQr2\n",
        "b/hT5kLm9pQr2.txt": "password = hT5kLm9pQr2\n",
        "texts.yaml": "password: password\n",
    }
    verdict = bench.scan(files, "auto", 1)
    members = [each for entry in verdict["findings"] for each in (entry, *entry.get("members", ()))]
    theirs = {(each["path"], each["line"], each["column"]) for each in members if each["rule"].startswith("betterleaks:")}
    assert results(verdict)["betterleaks"] == "complete"
    assert len(theirs) == 3
    assert {place[1:] for place in theirs} == {(2, 12), (1, 12), (1, 11)}


def test_planted_secrets_are_in_no_output(bench: Bench) -> None:
    install_betterleaks(bench.environment)
    install_credsweeper(bench.environment)
    planted = PlantedSecrets()
    verdict = bench.scan(planted.files, "auto", 1)
    rules = {each["rule"].partition(":")[0] for entry in verdict["findings"] for each in (entry, *entry.get("members", ()))}
    assert {"detect-secrets", *ENGINES} <= rules
    assert planted.leaks_in(bench.ran.output.encode()) == []
    for place in ("out", "home"):
        for name, data in read_tree(bench.folder / place):
            assert planted.leaks_in(data) == [], name


def test_a_command_whose_program_is_absent_is_not_missed(bench: Bench) -> None:
    policy = POLICY.format("auto") + "  # none\n"
    block = "  absent: {enabled: auto, command: [no-such-program, '{files}'], reads: ['*.py']}\n"
    outside = bench.folder / "policy.yaml"
    outside.write_text(policy.replace("budgets:", block + "budgets:"), encoding="utf-8")
    create_repository(bench.tree, {"a.py": "x = 1\n"})
    arguments = ("scan", bench.tree, "--policy", outside, "--output-dir", bench.folder / "out" / "all")
    run_scangate(*arguments, cwd=bench.folder, env=environment(), command=bench.environment.command).expect(0)
    verdict = load_verdict(bench.folder / "out" / "all")
    assert {each["scanner"]: each["status"] for each in verdict["scanners"]}["absent"] == "skipped"
