"""No byte of a secret leaves: not in a report of any format, not on the console, not in what a run leaves behind."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from scangate.report import FORMATS
from tests.support.advisory_services import run_network
from tests.support.command import SCANGATE, CommandResult, environment, load_verdict, run_scangate
from tests.support.frequency import mostly_nightly
from tests.support.linked_environment import LinkedEnvironment
from tests.support.planted_secrets import PlantedSecrets, read_tree
from tests.support.quoted_secrets import QuotedSecrets
from tests.support.sample_trees import create_repository, write_files, write_policy
from tests.support.scan_harness import run_git

SHOUT = """
import os, signal, sys
for name in sys.argv[1:]:
    if os.path.isfile(name):
        data = open(name, "rb").read()
        os.write(1, data)
        os.write(2, data)
os.kill(os.getpid(), signal.SIGKILL)
"""
# answers with what it read wherever SARIF has room for words
QUOTE = """
import json, pathlib, sys
results, rules = [], []
for name in sys.argv[1:]:
    words = pathlib.Path(name).read_bytes().decode("utf-8", "replace")
    rules.append({"id": words, "name": words, "shortDescription": {"text": words}, "fullDescription": {"text": words},
                  "helpUri": "https://example.org/?" + words, "properties": {"tags": [words], "security-severity": "9.0"}})
    results.append({"ruleId": words, "message": {"text": words}, "fingerprints": {"a": words}, "locations": [{"physicalLocation": {
        "artifactLocation": {"uri": name}, "region": {"startLine": 1, "snippet": {"text": words}}}}]})
print(json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "quote", "version": words, "rules": rules}},
                                                "results": results}]}))
"""


def scan(
    tmp_path: Path, tree: Path, *arguments: str | Path, command: Path = SCANGATE, **variables: str
) -> tuple[CommandResult, Path]:
    """A scan with a HOME and a TMPDIR that can be looked into, and every format written."""
    for name in ("home", "tmp", "out"):
        (tmp_path / name).mkdir()
    out = tmp_path / "out"
    env = environment(HOME=str(tmp_path / "home"), TMPDIR=str(tmp_path / "tmp"), SCANGATE_CACHE="", **variables)
    reports = [word for form in FORMATS for word in ("--report", f"{form}={out / form}")]
    reports += ["--output-dir", str(out / "all")]
    return run_scangate("scan", tree, "--verbose", *reports, *arguments, cwd=tmp_path, env=env, command=command), out


def assert_kept(planted: PlantedSecrets, ran: CommandResult, tmp_path: Path, given: tuple[str, ...] = ()) -> None:
    """No piece of a secret is in what was printed, written or left; nothing is left in HOME but the cache.

    ``given``: names on the command line, which ``--verbose`` prints before anything is known.
    """
    assert planted.leaks_in(ran.stdout.encode()) == []
    errors = functools.reduce(lambda text, name: text.replace(name, ""), given, ran.stderr)
    assert planted.leaks_in(errors.encode()) == []
    for place in ("out", "home", "tmp"):
        for name, data in read_tree(tmp_path / place):
            assert planted.leaks_in(data) == [], name
    left = {file for name in ("home", "tmp") for file in (tmp_path / name).rglob("*") if file.is_file()}
    assert left <= {tmp_path / "home" / ".cache" / "scangate" / "answers.sqlite"}


def test_planted_secrets_are_found_and_kept(tmp_path: Path) -> None:
    planted = PlantedSecrets()
    tree = create_repository(tmp_path / "tree", planted.files)
    ran, out = scan(tmp_path, tree)
    ran.expect(1)
    assert_kept(planted, ran, tmp_path)
    found = {entry["path"] for entry in load_verdict(out / "all")["findings"] if entry["kind"] == "secret"}
    named = {path for path in planted.files if "ghp_" not in path}
    assert named <= found, named - found
    rules = {each["rule"] for entry in load_verdict(out / "all")["findings"] for each in (entry, *entry.get("members", ()))}
    assert {"bandit:B105", "bandit:B106", "bandit:B602", "detect-secrets:private-key"} <= rules
    with pytest.raises(AssertionError):  # the search itself finds what is there
        assert planted.leaks_in((tree / ".env").read_bytes()) == []


def test_secrets_are_kept_wherever_they_are_quoted(tmp_path: Path) -> None:
    """In other files, encoded, in the policy's texts, in the names of the folder and of the branch; cold and warm."""
    planted = QuotedSecrets(7)
    folder, branch = planted.values["yaml"], planted.values["lower case"]
    tree = create_repository(tmp_path / folder, {**planted.files, "scangate.yaml": planted.policy("2027-01-01")})
    run_git(tree, "branch", branch)
    cold, out = scan(tmp_path, tree, "--since", branch)
    assert cold.code in {0, 1, 3}, cold.output
    assert_kept(planted, cold, tmp_path, (folder, branch))
    env = environment(HOME=str(tmp_path / "home"), TMPDIR=str(tmp_path / "tmp"), SCANGATE_CACHE="")
    for arguments in (("scan", tree), ("scan", tree), ("explain", "bandit:B602", "--verdict", out / "all" / "verdict.json")):
        ran = run_scangate(*arguments, cwd=tmp_path, env=env)
        assert planted.leaks_in(ran.output.replace(folder, "").encode()) == [], arguments
    run_scangate("baseline", "create", tree, cwd=tmp_path, env=env)
    assert planted.leaks_in((tree / ".scangate-baseline.json").read_bytes()) == []
    verdict = load_verdict(out / "all")
    assert {entry["path"] for entry in verdict["findings"]} >= set(planted.files) - {"left/out/a.py"}


@pytest.mark.parametrize("broken", mostly_nightly(["detect-secrets", "bandit", "semgrep", "pip-audit"]))
def test_a_tool_that_shouts_secrets_and_dies_gives_none_away(tmp_path: Path, broken: str) -> None:
    planted = PlantedSecrets()
    # the planted list names an index of its own, about which no service is asked
    tree = create_repository(tmp_path / "tree", {**planted.files, "deploy/requirements.txt": "a-package==1.0\n"})
    bench = LinkedEnvironment(tmp_path / "bench")
    if broken == "detect-secrets":
        shout = SHOUT.replace("sys.argv[1:]", "[file['name'] for file in __import__('json').load(open(sys.argv[1]))['files']]")
        bench.write_package("detect_secrets", shout)
    else:
        bench.write(broken, SHOUT)
    with run_network(tmp_path) as network:  # pip-audit is asked only where a service answers
        ran, out = scan(tmp_path, tree, command=bench.command, **network.environment())
    assert ran.code in {1, 3}, ran.output
    assert_kept(planted, ran, tmp_path)
    assert {"crash"} <= {gap["kind"] for gap in load_verdict(out / "all")["gaps"] if gap["scanner"] == broken}


@pytest.mark.parametrize("kind", mostly_nightly(["secret", "code"]))
def test_a_command_that_quotes_secrets_everywhere_gives_none_away(tmp_path: Path, kind: str) -> None:
    planted = PlantedSecrets()
    tree = write_files(tmp_path / "tree", planted.files)
    bench = LinkedEnvironment(tmp_path / "bench")
    bench.write("quote", QUOTE)
    rules = write_policy(tmp_path / "policy.yaml", "detect-secrets", "quote")
    block = f"quote: {{command: [quote, '{{files}}'], reads: ['**'], trusted: it is ours, kind: {kind}, version: '1'}}"
    rules.write_text(rules.read_text("utf-8").replace("quote: {enabled: true}", block), encoding="utf-8")
    ran, out = scan(tmp_path, tree, "--policy", rules, command=bench.command)
    ran.expect(1)
    assert_kept(planted, ran, tmp_path)
    assert [entry for entry in load_verdict(out / "all")["findings"] if entry["rule"].startswith("quote:")]
