"""A second scan reports the same as the first and starts no tool for it; a cache that could be another user's is not used."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from scangate.report import FORMATS
from tests.support.command import CommandResult, environment, load_verdict, run_scangate
from tests.support.linked_environment import LinkedEnvironment
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files, write_policy

VARYING = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)?|\d+\.\d+|urn:uuid:[0-9a-f-]+|[\d,]+ +(?=\d+ +\d+ +N)"
    r'|(?<="time": )\d+'  # ocsf
)
CACHED_IN_HTML = re.compile(r'(?<=</td><td class="number">)\d+(?=</td><td class="number">)|(?<="cached":")\d+')
FILES: dict[str, str | bytes] = {
    "app.py": WEAK_SOURCE,
    "clean.py": CLEAN_SOURCE,
    "conf.ini": "[db]\npassword = c0rrect-h0rse-battery\n",
    "quotes.py": 'print("c0rrect-h0rse-battery")\nassert print\n',
    "Dockerfile": "FROM python:3.12\nUSER root\n",
}
TOOLS = ("bandit", "semgrep", "detect-secrets")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return create_repository(tmp_path / "tree", FILES)


def scan(tmp_path: Path, tree: Path, name: str, *more: str | Path, cache: str = "cache", **rest: Any) -> tuple[CommandResult, Path]:
    """A scan of three scanners with every report, in the folder ``name``."""
    out = tmp_path / name
    out.mkdir()
    rules = write_policy(tmp_path / "policy.yaml", *TOOLS)
    reports = [word for form in FORMATS for word in ("--report", f"{form}={out / form}")]
    words = ["scan", tree, "--policy", rules, "--output-dir", out, "--cache-dir", tmp_path / cache, *reports, *more]
    return run_scangate(*words, cwd=tmp_path, **rest), out


def steady(out: Path) -> dict[str, str]:
    """The reports by format without what may differ from run to run: times, and how much was cached."""
    texts = {form: (out / form).read_text("utf-8") for form in FORMATS}
    document = json.loads(texts["json"])
    for key in ("started", "finished", "seconds"):
        document.pop(key, None)
    del document["scope"]["unsigned-results"]
    for each in document["scanners"]:
        each.update(files_cached=0, seconds=0)
    texts["json"] = json.dumps(document)
    texts["html"] = CACHED_IN_HTML.sub("N", texts["html"])
    return {form: re.sub(VARYING, "N", text) for form, text in texts.items()}


def without_columns(texts: dict[str, str]) -> dict[str, str]:
    """The console's and the summary's tables have a column for what was cached."""
    return {form: re.sub(r"[ |\d,]+", " ", text) if form in ("text", "markdown", "env") else text for form, text in texts.items()}


def cached(out: Path) -> dict[str, tuple[int, int]]:
    """How many files each scanner read, and how many of them from the cache."""
    return {
        each["scanner"]: (len(each["analyzed_files"]), each["files_cached"])
        for each in load_verdict(out)["scanners"]
        if each["status"] != "skipped"
    }


def test_a_warm_scan_starts_no_tool_and_says_the_same(tmp_path: Path, tree: Path) -> None:
    bench = LinkedEnvironment(tmp_path / "bench")
    cold, first = scan(tmp_path, tree, "first", command=bench.command)
    for tool in TOOLS:
        bench.write(tool, "raise SystemExit(77)\n")
    bench.write_package("detect_secrets", "raise SystemExit(77)\n")
    warm, second = scan(tmp_path, tree, "second", command=bench.command)
    assert (cold.expect(1).code, warm.expect(1).code) == (1, 1)
    assert set(cached(first).values()) == {(files, 0) for files, _ in cached(first).values()}
    assert all(files == known for files, known in cached(second).values())
    assert without_columns(steady(second)) == without_columns(steady(first))
    _, third = scan(tmp_path, tree, "third", "--no-cache", command=bench.command)
    assert load_verdict(third)["outcome"] != "PASS", "the tools were broken"


def test_only_changed_files_are_scanned(tmp_path: Path, tree: Path) -> None:
    scan(tmp_path, tree, "first")
    write_files(tree, {"clean.py": WEAK_SOURCE})
    ran, second = scan(tmp_path, tree, "second")
    ran.expect(1)
    assert cached(second) == {"bandit": (3, 2), "detect-secrets": (5, 4), "semgrep": (4, 3)}
    _, fresh = scan(tmp_path, tree, "fresh", "--no-cache")
    assert without_columns(steady(second)) == without_columns(steady(fresh))


def test_a_staged_file_is_known_by_its_blob(tmp_path: Path, tree: Path) -> None:
    rules, env = write_policy(tmp_path / "policy.yaml", *TOOLS), environment(SCANGATE_CACHE=str(tmp_path / "cache"))
    write_files(tree, {"app.py": WEAK_SOURCE + "\n"})
    run_git(tree, "add", "app.py")
    write_files(tree, {"app.py": CLEAN_SOURCE})
    for known in (0, 1):
        ran = run_scangate(
            "scan", "--staged", "app.py", "--policy", rules, "--report", f"json={tmp_path / 'json'}", cwd=tree, env=env
        )
        ran.expect(0)  # HEAD has the finding, too
        reported = json.loads((tmp_path / "json").read_text("utf-8"))["scanners"]
        assert {each["files_cached"] for each in reported if each["status"] != "skipped"} == {known}


@pytest.mark.parametrize("place", ["planted", "."])
def test_a_cache_in_the_scanned_tree_is_not_used(tmp_path: Path, tree: Path, place: str) -> None:
    scan(tmp_path, tree, "first", cache=f"tree/{place}")
    ran, second = scan(tmp_path, tree, "second", cache=f"tree/{place}")
    assert "in the scanned tree" in ran.expect(1).stderr
    assert {known for _, known in cached(second).values()} == {0}
    assert not list(tree.rglob("answers.sqlite"))


def test_a_policy_that_wants_signed_answers_gets_no_others(tmp_path: Path, tree: Path) -> None:
    rules = write_policy(tmp_path / "keyed.yaml", *TOOLS, more="cache: {keyed-only: true}\n")
    scan(tmp_path, tree, "plain")
    ran, _ = scan(tmp_path, tree, "unsigned", "--policy", rules)
    assert "SCANGATE_CACHE_KEY" in ran.expect(1).stderr
    assert {known for _, known in cached(tmp_path / "unsigned").values()} == {0}
    env = environment(SCANGATE_CACHE_KEY="a key of sixteen characters")
    for name, share in (("signed", 0), ("again", 1)):
        _, out = scan(tmp_path, tree, name, "--policy", rules, env=env)
        assert all(known == files * share for files, known in cached(out).values())
    _, out = scan(tmp_path, tree, "other", "--policy", rules, env=environment(SCANGATE_CACHE_KEY="another key of some length"))
    assert {known for _, known in cached(out).values()} == {0}


def test_gate_with_keyed_only_refuses_results_of_an_unsigned_cache(tmp_path: Path, tree: Path) -> None:
    rules = write_policy(tmp_path / "keyed.yaml", *TOOLS, more="cache: {keyed-only: true}\n")
    signed = environment(SCANGATE_CACHE_KEY="a key of sixteen characters")
    for name, env, blocking in (("cold", None, 0), ("warm", None, 1), ("signed", signed, 0), ("signed-warm", signed, 0)):
        _, out = scan(tmp_path, tree, name, env=env)
        reports = ("--report", f"json={tmp_path / 'gated'}")
        run_scangate("gate", out / "json", "--policy", rules, *reports, cwd=tmp_path).expect(1)
        gaps = json.loads((tmp_path / "gated").read_text("utf-8"))["gaps"]
        assert [ruling["gap"]["scanner"] for ruling in gaps if ruling["blocking"]] == ["targets"] * blocking, name
    assert all(known == files for files, known in cached(tmp_path / "signed-warm").values())


def test_status_and_clear(tmp_path: Path, tree: Path) -> None:
    scan(tmp_path, tree, "first")
    cache = tmp_path / "cache"
    reported = run_scangate("cache", "status", "--cache-dir", cache, cwd=tmp_path).expect(0).stdout
    assert re.search(r"cache: \d\d entries, 0\.\d of at most 512 MiB", reported)
    assert "entries removed" in run_scangate("cache", "clear", "--cache-dir", cache, cwd=tmp_path).expect(0).stdout
    assert "cache: 0 entries" in run_scangate("cache", "status", "--cache-dir", cache, cwd=tmp_path).expect(0).stdout
    scan(tmp_path, tree, "second")
    assert {known for _, known in cached(tmp_path / "second").values()} == {0}


def test_damaged_cache_is_reported_and_results_are_correct(tmp_path: Path, tree: Path) -> None:
    _, first = scan(tmp_path, tree, "first")
    (tmp_path / "cache" / "answers.sqlite").write_bytes(b"rubbish" * 1000)
    ran, second = scan(tmp_path, tree, "second")
    assert "was set aside" in ran.expect(1).stderr
    assert without_columns(steady(second)) == without_columns(steady(first))


@pytest.mark.nightly
def test_ten_scans_at_once_on_one_cache_are_all_right(tmp_path: Path, tree: Path) -> None:
    with ThreadPoolExecutor(10) as pool:
        ran = list(pool.map(lambda number: scan(tmp_path, tree, f"run{number}"), range(10)))
    _, alone = scan(tmp_path, tree, "alone", "--no-cache")
    for each, out in ran:
        assert "cache" not in each.expect(1).stderr
        assert without_columns(steady(out)) == without_columns(steady(alone))
