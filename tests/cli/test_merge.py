"""Shards and merge: one verdict, the single scan's to the byte; parts that do not belong together are refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import SCANGATE, CommandResult, environment, load_verdict, run_scangate
from tests.support.linked_environment import LinkedEnvironment
from tests.support.normalized_reports import normalized_reports
from tests.support.planted_secrets import PlantedSecrets, read_tree
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files, write_policy

ROOT = Path(__file__).parents[2]
GREP = """
import json, pathlib, sys
results = []
for name in sys.argv[1:]:
    for number, line in enumerate(pathlib.Path(name).read_text("latin-1").splitlines(), start=1):
        if "shell" in line:
            place = {"artifactLocation": {"uri": name}, "region": {"startLine": number}}
            results.append({"ruleId": "shell", "message": {"text": "seen: " + line}, "locations": [{"physicalLocation": place}]})
run = {"tool": {"driver": {"name": "grep"}}, "results": results, "invocations": [{"executionSuccessful": True}]}
print(json.dumps({"version": "2.1.0", "runs": [run]}))
"""
ALL = """
  bandit: {enabled: true}
  semgrep: {enabled: true}
  detect-secrets: {enabled: true}
  pip-audit: {enabled: true, advisories: local}
  grep: {command: [python3, "SCRIPT", "{files}"], reads: ["*.py"], trusted: it is ours}
"""
Change = Callable[[dict[str, Any]], Any]


def shards(
    tree: Path, rules: Path, parts: Path, count: int, *more: str, command: Path = SCANGATE, env: Mapping[str, str] | None = None
) -> list[Path]:
    """The parts of all shards of a scan."""
    for number in range(1, count + 1):
        which = ("--shard", f"{number}/{count}", "--output-dir", str(parts), *more)
        ran = run_scangate("scan", tree, "--policy", rules, *which, cwd=tree.parent, env=env, command=command).expect(0)
        assert ran.stdout.startswith(f"SHARD {number} of {count}: ")
        assert "PASS" not in ran.output
    return sorted(parts.iterdir())


def merge(tree: Path, rules: Path, parts: list[Path], out: Path) -> CommandResult:
    """What merge makes of ``parts``."""
    return run_scangate("merge", *parts, "--root", tree, "--policy", rules, "--output-dir", out, cwd=tree.parent)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path, PlantedSecrets]:
    """A tree with findings and gaps of every scanner, secrets that other files quote, its policy, and one scan of it."""
    root = tmp_path_factory.mktemp("rich")
    planted = PlantedSecrets()
    values = planted.values
    files = {
        **planted.files,
        "app.py": WEAK_SOURCE,
        "src/cross.py": f'import subprocess\nsubprocess.call("curl {values["yaml"]} {values["url"]}", shell=True)  # nosec\n',
        "Pipfile": '[packages]\ndjango = "==1.11"\n',
        "empty.py": "",
        "large.py": "x = 1\n" * 200_000,
    }
    tree = create_repository(root / "tree", files)
    (root / "grep.py").write_text(GREP)
    rules = root / "policy.yaml"
    blocks = ALL.replace("SCRIPT", str(root / "grep.py"))
    rules.write_text(f"version: 1\nextends: baseline\nscanners:{blocks}", "utf-8")
    run_scangate("scan", tree, "--policy", rules, "--output-dir", root / "one", cwd=root).expect(1)
    return tree, rules, root / "one", planted


@pytest.mark.parametrize("count", [3, *(pytest.param(count, marks=pytest.mark.nightly) for count in (1, 2, 7))])
def test_merged_shards_are_the_single_scan(count: int, rich: tuple[Path, Path, Path, PlantedSecrets], tmp_path: Path) -> None:
    tree, rules, one, planted = rich
    parts = shards(tree, rules, tmp_path / "parts", count)
    merge(tree, rules, parts, tmp_path / "merged").expect(1)
    assert normalized_reports(tmp_path / "merged") == normalized_reports(one)
    reported = load_verdict(one)
    scanners = {finding["rule"].partition(":")[0] for finding in reported["findings"]}
    assert scanners == {"bandit", "semgrep", "detect-secrets", "pip-audit", "grep"}
    assert {gap["kind"] for gap in reported["gaps"]} >= {"too-large", "unparsable"}
    for name, data in read_tree(tmp_path):
        assert not planted.leaks_in(data), name


def test_a_second_round_of_shards_starts_no_tool_and_says_the_same(
    rich: tuple[Path, Path, Path, PlantedSecrets], tmp_path: Path
) -> None:
    """But for files with a gap, which are asked about again: here there is none."""
    tree, _, _, planted = rich
    rules = write_policy(tmp_path / "policy.yaml", "bandit", "semgrep", "detect-secrets", more="paths: {exclude: [EXCLUDED]}\n")
    lost = '{path: "PATH", reason: it cannot be read}'
    shutil.copytree(tree, tmp_path / "tree")
    rules.write_text(rules.read_text().replace("EXCLUDED", ", ".join(lost.replace("PATH", path) for path in _with_gaps(rich[2]))))
    bench, env = LinkedEnvironment(tmp_path / "bench"), environment(SCANGATE_CACHE=str(tmp_path / "cache"))
    cold = shards(tmp_path / "tree", rules, tmp_path / "cold", 2, command=bench.command, env=env)
    for tool in ("bandit", "semgrep"):
        bench.write(tool, "raise SystemExit(77)\n")
    bench.write_package("detect_secrets", "raise SystemExit(77)\n")
    warm = shards(tmp_path / "tree", rules, tmp_path / "warm", 2, command=bench.command, env=env)
    assert [part.read_bytes() for part in warm] == [part.read_bytes() for part in cold]
    for name, data in read_tree(tmp_path / "cache"):
        assert not planted.leaks_in(data), name
    others = shards(tmp_path / "tree", rules, tmp_path / "others", 2, "--no-cache", command=bench.command, env=env)
    assert [part.read_bytes() for part in others] != [part.read_bytes() for part in cold], "the tools were broken"


def _with_gaps(out: Path) -> list[str]:
    return sorted({gap["path"] for gap in load_verdict(out)["gaps"] if gap["path"]})


@pytest.mark.nightly
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_the_weak_application_in_shards(count: int, tmp_path: Path) -> None:
    tree = tmp_path / "weak_app"
    shutil.copytree(ROOT / "tests" / "weak_app", tree)
    rules = tmp_path / "policy.yaml"
    rules.write_text("version: 1\nextends: baseline\nscanners: {pip-audit: {advisories: local}}\n", "utf-8")
    run_scangate("scan", tree, "--policy", rules, "--output-dir", tmp_path / "one", cwd=tmp_path).expect(1)
    merge(tree, rules, shards(tree, rules, tmp_path / "parts", count), tmp_path / "merged").expect(1)
    assert normalized_reports(tmp_path / "merged") == normalized_reports(tmp_path / "one")


class Small:
    """A clean tree, scanned by one scanner in three shards, one of which has no file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tree = create_repository(root / "tree", {"a.py": CLEAN_SOURCE, "b.py": CLEAN_SOURCE})
        self.rules = write_policy(root / "policy.yaml", "bandit")
        self.parts = shards(self.tree, self.rules, root / "parts", 3)

    def copied(self, to: Path) -> list[Path]:
        """The parts, to be changed."""
        return sorted(Path(shutil.copy(part, to)) for part in self.parts)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return Small(tmp_path_factory.mktemp("small"))


def changed(part: Path, change: Change) -> Path:
    """The shard file after ``change``, with the digest of its new content, as an attacker would make it."""
    seal, content = map(json.loads, part.read_text("utf-8").splitlines())
    change(content)
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    seal["digest"] = hashlib.sha256(text.encode()).hexdigest()
    part.write_text(f"{json.dumps(seal)}\n{text}\n", "utf-8")
    return part


def refused(small: Small, parts: list[Path], out: Path) -> None:
    """Merge says in two lines what is wrong, and leaves no verdict."""
    ran = merge(small.tree, small.rules, parts, out).expect(2)
    assert ran.stdout == ""
    assert [line.partition(": ")[0] for line in ran.stderr.splitlines()] == ["scangate", "hint"], ran.stderr
    assert not (out / "verdict.json").exists()


def test_a_shard_without_files_does_no_harm(small: Small, tmp_path: Path) -> None:
    reported = [json.loads(part.read_text("utf-8").splitlines()[1])["scanners"][0] for part in small.parts]
    assert sorted(len(each["reports"]) for each in reported) in ([0, 0, 2], [0, 1, 1])
    merge(small.tree, small.rules, small.parts, tmp_path / "out").expect(0)
    assert load_verdict(tmp_path / "out")["outcome"] == "PASS"
    merge(small.tree, small.rules, small.parts[::-1], tmp_path / "out").expect(0)


def test_merge_works_where_the_tree_is_the_current_directory(small: Small) -> None:
    run_scangate("merge", *small.parts, "--policy", small.rules, cwd=small.tree).expect(0)


def test_a_part_that_is_missing_or_there_twice(small: Small, tmp_path: Path) -> None:
    first, second, third = small.parts
    refused(small, [first, third], tmp_path / "out")
    refused(small, [second], tmp_path / "out")
    refused(small, [first, second, third, second], tmp_path / "out")
    again = Path(shutil.copy(second, tmp_path / "again.json"))
    refused(small, [first, second, again, third], tmp_path / "out")


KEY = "a key of sixteen characters"


def test_a_policy_that_believes_signed_answers_alone_has_no_unsigned_part_merged(small: Small, tmp_path: Path) -> None:
    rules = write_policy(tmp_path / "keyed.yaml", "bandit", more="cache: {keyed-only: true}\n")
    env = environment(SCANGATE_CACHE_KEY=KEY)
    arguments = ("--root", small.tree, "--policy", rules, "--output-dir", tmp_path / "out")
    for parts in (small.parts, shards(small.tree, rules, tmp_path / "signed", 3, env=env)):
        ran = run_scangate("merge", *parts, *arguments, cwd=tmp_path).expect(2)
        assert "keyed-only" in ran.stderr
        assert "SCANGATE_CACHE_KEY" in ran.stderr.partition("hint: ")[2]
        assert not (tmp_path / "out" / "verdict.json").exists()
    assert "not signed" in run_scangate("merge", *small.parts, *arguments, cwd=tmp_path, env=env).expect(2).stderr
    run_scangate("merge", *parts, *arguments, cwd=tmp_path, env=env).expect(0)
    which = ("--shard", "1/3", "--output-dir", tmp_path / "unsigned")
    assert "keyed-only" in run_scangate("scan", small.tree, "--policy", rules, *which, cwd=tmp_path).expect(2).stderr
    assert not list(tmp_path.glob("unsigned/shard-*"))


def test_gate_with_keyed_only_refuses_what_was_merged_from_unsigned_parts(small: Small, tmp_path: Path) -> None:
    rules = write_policy(tmp_path / "keyed.yaml", "bandit", more="cache: {keyed-only: true}\n")
    signed = environment(SCANGATE_CACHE_KEY=KEY)
    with_key = shards(small.tree, small.rules, tmp_path / "signed", 3, env=signed)
    for env, parts, code in ((None, small.parts, 3), (signed, with_key, 0)):
        arguments = ("--root", small.tree, "--policy", small.rules, "--output-dir", tmp_path / "out")
        run_scangate("merge", *parts, *arguments, cwd=tmp_path, env=env).expect(0)
        run_scangate("gate", tmp_path / "out" / "verdict.json", "--policy", rules, cwd=tmp_path).expect(code)


def test_where_there_is_a_key_no_part_is_believed_that_is_not_signed_with_it(small: Small, tmp_path: Path) -> None:
    def merged(*parts: Path, key: str = KEY) -> CommandResult:
        arguments = ("--root", small.tree, "--policy", small.rules, "--output-dir", tmp_path / "out")
        return run_scangate("merge", *parts, *arguments, cwd=tmp_path, env=environment(SCANGATE_CACHE_KEY=key))

    signed = shards(small.tree, small.rules, tmp_path / "signed", 3, env=environment(SCANGATE_CACHE_KEY=KEY))
    merged(*signed).expect(0)
    assert "shard-2-of-3.json" in merged(signed[0], small.parts[1], signed[2]).expect(2).stderr
    assert "key" in merged(*signed, key=KEY[::-1]).expect(2).stderr
    assert "SCANGATE_CACHE_KEY" in merged(*signed, key="").expect(2).stderr
    assert "16 characters" in merged(*signed, key="short").expect(2).stderr
    swapped = signed[1].read_text("utf-8").replace('"number":2', '"number":1')
    (tmp_path / "swapped.json").write_text(swapped, "utf-8")
    assert "swapped.json" in merged(tmp_path / "swapped.json").expect(2).stderr
    assert "key" in merged(changed(signed[1], lambda part: part["scanners"].clear())).expect(2).stderr


def test_a_key_that_is_too_short_signs_no_part(small: Small, tmp_path: Path) -> None:
    which = ("--policy", small.rules, "--shard", "1/3", "--output-dir", tmp_path / "parts")
    ran = run_scangate("scan", small.tree, *which, cwd=tmp_path, env=environment(SCANGATE_CACHE_KEY="short"))
    assert "16 characters" in ran.expect(2).stderr
    assert list((tmp_path / "parts").glob("shard-*")) == []


MISSING = {"scanner": "bandit", "path": None, "kind": "tool-missing", "reason": "gone", "line": 0, "hint": ""}
HEADERS: dict[str, Change] = {
    "commit": lambda part: part["header"].update(commit="0" * 40),
    "policy": lambda part: part["header"].update(policy="0" * 64),
    "environment": lambda part: part["header"].update(environment="qa"),
    "scangate": lambda part: part["header"].update(scangate="0.0.1"),
    "python": lambda part: part["header"].update(python="2.7"),
    "rules": lambda part: part["header"].update(rules={"semgrep": "0" * 64}),
    "options": lambda part: part["header"].update(skip=["semgrep"]),
    "content": lambda part: part["header"].update(inventory="0" * 64),
    "count": lambda part: part["header"].update(shards=4),
    "tool": lambda part: part["scanners"][0].update(version="0.1"),
    "no tool": lambda part: part["scanners"][0].update(version=None, gaps=[{"gap": MISSING}]),
    "scanners": lambda part: part["scanners"].clear(),
    "twice": lambda part: part["scanners"].append(part["scanners"][0]),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_part_of_another_scan(name: str, small: Small, tmp_path: Path) -> None:
    parts = small.copied(tmp_path)
    changed(parts[1], HEADERS[name])
    refused(small, parts, tmp_path / "out")


@pytest.mark.parametrize("name", ["commit", "policy", "environment", "scangate", "rules", "content"])
def test_parts_that_agree_but_are_not_of_what_is_here(name: str, small: Small, tmp_path: Path) -> None:
    parts = [changed(part, HEADERS[name]) for part in small.copied(tmp_path)]
    refused(small, parts, tmp_path / "out")


def _reports(part: dict[str, Any]) -> list[dict[str, Any]]:
    reported: list[dict[str, Any]] = part["scanners"][0]["reports"]
    return reported


BODIES: dict[str, Change] = {
    "another file": lambda part: _reports(part).append({"file": 5}),
    "no file": lambda part: _reports(part).append({}),
    "a file that is a list": lambda part: _reports(part).append({"file": [0]}),
    "a file by its name": lambda part: _reports(part).append({"file": "a.py"}),
    "more than a report": lambda part: _reports(part).append({"file": 0, "more": 1}),
    "a report that is none": lambda part: _reports(part).append({"file": 0, "report": []}),
    "a gap without one": lambda part: part["scanners"][0]["gaps"].append({"file": 0}),
    "another schema": lambda part: part.update(schema=part["schema"] + 1),
    "a shard that there is not": lambda part: part.update(number=4),
    "an unknown key": lambda part: part.update(more=1),
    "another type": lambda part: part.update(scanners={}),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_part_that_is_not_what_a_shard_writes(name: str, small: Small, tmp_path: Path) -> None:
    parts = small.copied(tmp_path)
    changed(parts[0], BODIES[name])
    refused(small, parts, tmp_path / "out")


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"files":2', '"files":3'),
        lambda text: text.replace('"files":2', '"files":2,"files":2'),
        lambda text: "",
        lambda text: "[" * 100_000,
        lambda text: text.replace('"files":2', '"files":NaN'),
        lambda text: "null",
    ],
)
def test_a_damaged_part(damage: Callable[[str], str], small: Small, tmp_path: Path) -> None:
    parts = small.copied(tmp_path)
    parts[0].write_text(damage(parts[0].read_text("utf-8")), "utf-8")
    refused(small, parts, tmp_path / "out")


def test_file_missing_from_all_shards_is_a_gap(small: Small, tmp_path: Path) -> None:
    parts = [changed(part, lambda part: _reports(part).clear()) for part in small.copied(tmp_path)]
    merge(small.tree, small.rules, parts, tmp_path / "out").expect(3)
    gaps = load_verdict(tmp_path / "out")["gaps"]
    assert {(gap["path"], gap["kind"]) for gap in gaps if gap["path"] is not None} == {("a.py", "garbage"), ("b.py", "garbage")}


def test_a_tree_that_changed_after_the_shards(tmp_path: Path) -> None:
    small = Small(tmp_path)
    (small.tree / "a.py").write_text(WEAK_SOURCE)
    refused(small, small.parts, tmp_path / "out")
    (small.tree / "a.py").write_text(CLEAN_SOURCE)
    merge(small.tree, small.rules, small.parts, tmp_path / "out").expect(0)
    run_git(small.tree, "-c", "user.name=a", "commit", "--allow-empty", "--message", "second")
    refused(small, small.parts, tmp_path / "out")


def test_parts_in_the_tree_could_have_come_with_it(small: Small, tmp_path: Path) -> None:
    tree = write_files(tmp_path / "tree", {"a.py": CLEAN_SOURCE})
    ran = run_scangate("scan", "--shard", "1/1", "--output-dir", "parts", "--policy", small.rules, cwd=tree).expect(2)
    assert "in the scanned tree" in ran.stderr
    (part,) = shards(tree, small.rules, tmp_path / "parts", 1)
    inside = Path(shutil.copy(part, tree))
    refusal = run_scangate("merge", inside.name, "--policy", small.rules, cwd=tree).expect(2)
    assert "in the scanned tree" in refusal.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--shard", "0/2", "--output-dir", "../o"], "I counts from 1"),
        (["--shard", "3/2", "--output-dir", "../o"], "I counts from 1"),
        (["--shard", "2", "--output-dir", "../o"], "not I/N"),
        (["--shard", "1/99999999999999999999", "--output-dir", "../o"], "not I/N"),
        (["--shard", "1/2"], "--output-dir"),
        (["--shard", "1/2", "--output-dir", "../o", "--staged"], "--staged"),
        (["--shard", "1/2", "--output-dir", "../o", "--report", "json=-"], "merge"),
    ],
)
def test_a_shard_that_cannot_be_asked_for(arguments: list[str], words: str, small: Small) -> None:
    ran = run_scangate("scan", *arguments, "--policy", small.rules, cwd=small.tree).expect(2)
    assert words in ran.stderr


def test_a_shard_leaves_no_earlier_green_beside_its_part(small: Small, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_scangate("scan", small.tree, "--policy", small.rules, "--output-dir", out, cwd=tmp_path).expect(0)
    shards(small.tree, small.rules, out, 1)
    assert [file.name for file in out.iterdir()] == ["shard-1-of-1.json"]


@pytest.mark.parametrize(("program", "kind"), [("raise SystemExit(9)", "crash"), ("print('{}')", "garbage")])
def test_a_tool_that_fails_in_a_shard_fails_the_merge_and_not_the_shard(program: str, kind: str, tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {f"{name}.py": CLEAN_SOURCE for name in "abcdef"})
    rules = write_policy(tmp_path / "policy.yaml", "bandit")
    bench = LinkedEnvironment(tmp_path / "bench")
    bench.write("bandit", program)
    parts = tmp_path / "parts"
    shards(tree, rules, parts, 2, command=bench.command)
    run_scangate("scan", tree, "--policy", rules, "--shard", "1/2", "--output-dir", parts, cwd=tmp_path).expect(0)
    merge(tree, rules, sorted(parts.iterdir()), tmp_path / "out").expect(3)
    document = load_verdict(tmp_path / "out")
    gaps = [gap for gap in document["gaps"] if gap["scanner"] == "bandit"]
    lost = {gap["path"] for gap in gaps}
    assert {gap["kind"] for gap in gaps} == {kind}
    assert lost
    assert lost | set(document["scanners"][0]["analyzed_files"]) == {f"{name}.py" for name in "abcdef"}


def test_a_tool_that_is_nowhere_is_missing_in_the_merge_as_in_one_scan(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"a.py": CLEAN_SOURCE, "b.py": CLEAN_SOURCE})
    rules = write_policy(tmp_path / "policy.yaml", "bandit")
    bench = LinkedEnvironment(tmp_path / "bench")
    bench.remove("bandit")
    run_scangate("scan", tree, "--policy", rules, "--output-dir", tmp_path / "one", cwd=tmp_path, command=bench.command).expect(3)
    parts = shards(tree, rules, tmp_path / "parts", 2, command=bench.command)
    merge(tree, rules, parts, tmp_path / "merged").expect(3)
    assert normalized_reports(tmp_path / "merged") == normalized_reports(tmp_path / "one")


def test_an_exit_code_of_a_shard_outlives_the_listener(small: Small, tmp_path: Path) -> None:
    script = '"$@" | true; exit "${PIPESTATUS[0]}"'
    ran = run_scangate(
        *("scan", small.tree, "--policy", small.rules, "--shard", "1/1", "--output-dir", tmp_path / "parts"),
        cwd=tmp_path,
        env=environment(),
        under=("bash", "-c", script, "bash"),
    )
    assert ran.expect(0).stderr == ""
    assert (tmp_path / "parts" / "shard-1-of-1.json").is_file()


def test_known_findings_are_known_after_a_merge(tmp_path: Path) -> None:
    tree = create_repository(tmp_path / "tree", {"a.py": WEAK_SOURCE, "b.py": CLEAN_SOURCE, "c.py": WEAK_SOURCE})
    rules = write_policy(tmp_path / "policy.yaml", "bandit", "detect-secrets", more="new-only: true\n")
    run_scangate("baseline", "create", tree, "--policy", rules, cwd=tmp_path).expect(0)
    write_files(tree, {"b.py": f'{WEAK_SOURCE}password = "xK9{"pQ2mW7" * 2}"\n'})
    run_scangate("scan", tree, "--policy", rules, "--output-dir", tmp_path / "one", cwd=tmp_path).expect(1)
    merge(tree, rules, shards(tree, rules, tmp_path / "parts", 2), tmp_path / "merged").expect(1)
    assert normalized_reports(tmp_path / "merged") == normalized_reports(tmp_path / "one")
    assert {finding["outcome"] for finding in load_verdict(tmp_path / "one")["findings"]} >= {"known", "blocking"}


def test_the_older_side_of_a_change_is_not_answered_for_by_the_parts(tmp_path: Path) -> None:
    """What the shards said of a file holds for what is in it now: a fault that the change brings is not known before."""
    tree = create_repository(tmp_path / "tree", {"a.py": CLEAN_SOURCE, "b.py": WEAK_SOURCE})
    rules = write_policy(tmp_path / "policy.yaml", "bandit", more="new-only: true\n")
    write_files(tree, {"a.py": WEAK_SOURCE})
    run_git(tree, "add", "--all")
    run_git(tree, "commit", "--quiet", "--message", "second")
    since = ("--since", "HEAD~1")
    run_scangate("scan", tree, "--policy", rules, *since, "--output-dir", tmp_path / "one", cwd=tmp_path).expect(1)
    parts = shards(tree, rules, tmp_path / "parts", 2, *since)
    run_scangate(
        "merge", *parts, "--root", tree, "--policy", rules, *since, "--output-dir", tmp_path / "merged", cwd=tmp_path
    ).expect(1)
    assert normalized_reports(tmp_path / "merged") == normalized_reports(tmp_path / "one")
    ruled = {(finding["path"], finding["outcome"]) for finding in load_verdict(tmp_path / "merged")["findings"]}
    assert {("a.py", "blocking"), ("b.py", "known")} <= ruled
