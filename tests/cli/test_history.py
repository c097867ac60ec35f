"""``scangate history`` finds every secret that a commit brought, says which commit that was, and passes over nothing silently."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scangate.report import FORMATS
from tests.support.command import environment, flatten_verdict, run_scangate
from tests.support.fake_secrets import fake_tokens
from tests.support.frequency import mostly_nightly
from tests.support.history_repository import HistoryRepository
from tests.support.planted_secrets import PlantedSecrets


def key(seed: str) -> str:
    return f'KEY = "{fake_tokens(seed)["AWS Access Key"]}"\n'


@pytest.fixture
def repository(tmp_path: Path) -> HistoryRepository:
    return HistoryRepository(tmp_path)


@pytest.mark.smoke
def test_a_key_that_was_removed_is_found_in_the_commit_that_brought_it(repository: HistoryRepository) -> None:
    repository.commit({"README": "words\n"})
    brought = repository.commit({"src/app.py": key("a")})
    repository.commit({"src/app.py": key("a") + "x = 1\n"})
    repository.commit({"src/app.py": "x = 1\n"})
    ran, document = repository.scan()
    ran.expect(1)
    (entry,) = document["findings"]
    assert (entry["location"]["path"], entry["location"]["line"]) == ("src/app.py", 1)
    assert entry["introduction"] == {"commit": brought, "date": "2023-11-16", "in_head": False}
    assert {run["scanner"] for run in document["scanners"]} == {"detect-secrets"}
    assert document["targets"]["source"] == "history"
    assert fake_tokens("a")["AWS Access Key"] not in ran.output


def test_a_key_that_head_still_has_is_said_to_be_there(repository: HistoryRepository) -> None:
    brought = repository.commit({"a.py": key("a")})
    repository.commit({"a.py": "x = 1\n", "b.py": "y = 2\n" + key("a")})
    assert {each for each in repository.found() if each[0] == "a.py"} == {("a.py", brought, True)}


def test_another_value_in_the_same_place_is_another_finding(repository: HistoryRepository) -> None:
    first, second = repository.commit({"a.py": key("a")}), repository.commit({"a.py": key("b")})
    repository.commit({"a.py": key("a")})
    assert repository.found() == {("a.py", first, True), ("a.py", second, False)}
    _, document = repository.scan()
    assert len({entry["fingerprint"] for entry in document["findings"]}) == 2


def test_each_parent_of_a_merge_is_read_and_what_the_merge_itself_brings(repository: HistoryRepository) -> None:
    repository.commit({"README": "words\n"})
    repository.git("switch", "--quiet", "--create", "side")
    side = repository.commit({"side.py": key("side")})
    repository.commit({"side.py": None})
    repository.git("switch", "--quiet", "main")
    repository.commit({"main.py": "x = 1\n"})
    repository.git("merge", "--quiet", "--no-commit", "--no-ff", "side")
    merge = repository.commit({"evil.py": key("evil"), "main.py": key("changed")})
    repository.commit({"evil.py": None, "main.py": None})
    assert repository.found() == {("side.py", side, False), ("evil.py", merge, False), ("main.py", merge, False)}


def test_odd_names_links_and_deleted_files_are_read(repository: HistoryRepository) -> None:
    names = ["odd \n\tname.py", "ümläut.py", "-option", "~0123/x.py", "a:b*?[c].py", '"quoted".py']
    first = repository.commit({name: key(f"at {name}") for name in names})
    repository.commit(dict.fromkeys(names))
    again = repository.commit({"latin-\udce9.py": key("latin")})
    (repository.root / "link.ipynb").symlink_to(fake_tokens("link")["AWS Access Key"])
    linked = repository.commit({names[0]: key(f"at {names[0]}")})
    found = repository.found()
    assert {(name, first) for name in names} <= {each[:2] for each in found}
    assert {("latin-\\xe9.py", again, True), ("link.ipynb", linked, True)} <= found
    assert len(found) == len(names) + 2


def test_a_copy_is_reported_at_each_path_and_read_under_each_name(repository: HistoryRepository) -> None:
    first = repository.commit({"one/a.py": key("a")})
    second = repository.commit({"two/a.py": key("a"), "three/b.py": key("a")})
    assert repository.found() == {("one/a.py", first, True), ("two/a.py", second, True), ("three/b.py", second, True)}


def test_an_excluded_path_hides_no_copy(repository: HistoryRepository) -> None:
    repository.commit({"vendor/a.py": key("a"), "vendor/b.py": key("b")})
    second = repository.commit({"src/a.py": key("a")})
    more = "paths: {exclude: [{path: vendor/, reason: not ours}]}\n"
    repository.policy.write_text(repository.policy.read_text() + more)
    assert repository.found() == {("src/a.py", second, True)}
    _, document = repository.scan()
    assert ("vendor/b.py", "excluded") in {(each["path"], each["reason"]) for each in document["scanners"][0]["skipped_paths"]}


def test_a_range_has_only_what_its_commits_brought(repository: HistoryRepository) -> None:
    first = repository.commit({"a.py": key("a")})
    second = repository.commit({"b.py": key("b")})
    third = repository.commit({"c.py": key("c"), "b.py": "x = 1\n", "d.py": "# " + key("c")})
    assert repository.found(f"{first}..{second}") == {("b.py", second, False)}
    assert {each[1] for each in repository.found(f"{second}..")} == {third}
    assert {each[1] for each in repository.found(second)} == {first, second}
    ran, _ = repository.scan("HEAD..HEAD")
    ran.expect(0)


def test_head_is_searched_for_what_a_range_brought(repository: HistoryRepository) -> None:
    first = repository.commit({"old.py": "# before\n" + key("a")})
    second = repository.commit({"new.py": key("a")})
    repository.commit({"new.py": "x = 1\n"})
    assert repository.found(f"{first}..{second}") == {("new.py", second, True)}


def test_all_refs_are_read_with_all(repository: HistoryRepository) -> None:
    repository.commit({"a.py": "x = 1\n"})
    repository.git("switch", "--quiet", "--create", "other")
    other = repository.commit({"other.py": key("other")})
    repository.git("tag", "kept")
    repository.git("switch", "--quiet", "main")
    repository.git("branch", "--quiet", "-D", "other")
    assert repository.found() == set()
    assert repository.found("--all") == {("other.py", other, False)}


def test_what_hides_commits_from_git_hides_nothing(repository: HistoryRepository) -> None:
    repository.commit({"a.py": "x = 1\n"})
    bad = repository.commit({"a.py": key("a")})
    last = repository.commit({"a.py": "x = 2\n"})
    clean = repository.git("commit-tree", "-m", "clean", f"{last}^{{tree}}")
    repository.git("replace", last, clean)
    (repository.root / ".git/info/grafts").write_text(f"{last}\n")
    attributes = "*.py -text diff=none filter=none export-ignore\n"
    (repository.root / ".git/info/attributes").write_text(attributes)
    assert repository.found() == {("a.py", bad, False)}


def test_a_shallow_clone_says_that_the_history_is_cut(repository: HistoryRepository) -> None:
    repository.commit({"a.py": key("a")})
    for number in range(3):
        repository.commit({"a.py": f"x = {number}\n"})
    clone = HistoryRepository(repository.folder / "clone")
    shutil.rmtree(clone.root)
    repository.git("clone", "--quiet", "--depth=2", f"file://{repository.root}", str(clone.root))
    ran, document = clone.scan()
    ran.expect(3)
    assert [(gap["kind"], gap["blocking"]) for gap in document["gaps"]] == [("absent", True)]
    ran, document = clone.scan("HEAD~1..HEAD")
    ran.expect(0)
    assert document["gaps"] == []


def test_a_blob_that_is_missing_is_a_gap(repository: HistoryRepository) -> None:
    repository.commit({"a.py": key("a"), "b.py": "y = 1\n"})
    repository.commit({"a.py": "x = 1\n"})
    repository.git("config", "uploadpack.allowFilter", "true")
    clone = HistoryRepository(repository.folder / "clone")
    shutil.rmtree(clone.root)
    repository.git("clone", "--quiet", "--filter=blob:none", f"file://{repository.root}", str(clone.root))
    ran, document = clone.scan()
    ran.expect(3)
    assert [(gap["kind"], gap["path"]) for gap in document["gaps"]] == [("unreadable", "a.py")]


def test_large_and_binary_blobs_and_submodules_are_gaps_as_in_a_scan(repository: HistoryRepository) -> None:
    repository.commit({"large.txt": "words\n" * 200_000, "data.zip": b"PK\x03\x04" + bytes(100)})
    repository.commit({"large.txt": "words\n" * 200_001, "data.zip": None})
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{repository.git('rev-parse', 'HEAD')},lib")
    repository.git("commit", "--quiet", "--message", "a submodule")
    ran, document = repository.scan()
    ran.expect(3)
    kinds = {("large.txt", "too-large"), ("data.zip", "not-opened"), ("lib", "nested-repository")}
    assert {(gap["path"], gap["kind"]) for gap in document["gaps"]} == kinds
    assert len(document["gaps"]) == 3


def test_a_worktree_and_a_repository_of_another_hash_are_read(repository: HistoryRepository, tmp_path: Path) -> None:
    brought = repository.commit({"a.py": key("a")})
    repository.commit({"a.py": "x = 1\n"})
    repository.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    assert repository.found("--path", tmp_path / "linked") == {("a.py", brought, False)}
    shutil.rmtree(repository.root / ".git")
    repository.git("init", "--quiet", "--object-format=sha256")
    brought = repository.commit({"a.py": key("a")})
    assert repository.found() == {("a.py", brought, True)}


def test_only_a_part_of_the_repository_is_read(repository: HistoryRepository) -> None:
    brought = repository.commit({"svc/a.py": key("a"), "other/b.py": key("b")})
    assert repository.found("--path", "svc") == {("svc/a.py", brought, True)}


def test_a_range_that_does_not_exist_is_a_usage_error(repository: HistoryRepository) -> None:
    repository.commit({"a.py": "x = 1\n"})
    for arguments in (["missing"], ["missing..HEAD"], ["--all", "HEAD"], ["HEAD^!"], ["--path", repository.folder]):
        ran, _ = repository.scan(*arguments)
        ran.expect(2)
    fresh = HistoryRepository(repository.folder / "fresh")
    ran, _ = fresh.scan()
    ran.expect(3)


def test_the_policy_can_tell_the_history_apart(repository: HistoryRepository) -> None:
    repository.commit({"a.py": key("a")})
    repository.commit({"a.py": "x = 1\n"})
    plain = repository.policy.read_text()
    for block, code in (
        ("severity: [{rule: 'detect-secrets:*', severity: low, history: true}]", 0),
        ("severity: [{rule: 'detect-secrets:*', severity: low, history: false}]", 1),
        ("exceptions: [{rule: 'detect-secrets:*', history: true, reason: rotated, owner: me, expires: 2099-01-01}]", 2),
    ):
        repository.policy.write_text(f"{plain}{block}\n")
        ran, _ = repository.scan()
        ran.expect(code)
    budget = "budgets: {critical: 0, high: 0, medium: unlimited, low: unlimited, info: unlimited"
    repository.policy.write_text(plain.replace(budget, f"{budget}, overrides: [{{history: true, high: unlimited}}]"))
    ran, _ = repository.scan()
    ran.expect(0)
    ran, _ = repository.scan("--policy", "strict")  # bandit and others, which it requires, do not search for secrets
    ran.expect(1)


def test_the_id_of_a_blob_in_another_file_hides_no_finding(repository: HistoryRepository) -> None:
    first = repository.commit({"a.py": key("a")})
    blob = repository.git("rev-parse", "HEAD:a.py")
    repository.commit({"a.py": None, "b.py": f'password = "{blob}"\ntoken = "~{blob}"\n'})
    assert ("a.py", first, False) in repository.found()


def test_no_byte_of_a_secret_of_any_commit_is_printed_or_written(repository: HistoryRepository) -> None:
    planted = PlantedSecrets()
    for name, content in sorted(planted.files.items()):
        repository.commit({name: content})
    repository.commit(dict.fromkeys(planted.files))
    caches = repository.folder / "caches"
    for arguments in (
        (),
        ("--verbose", *(f"--report={form}={repository.folder / form}" for form in FORMATS)),
    ):  # then from the cache
        ran, _ = repository.scan(*arguments, env={"SCANGATE_CACHE": str(caches)})
        assert ran.code == 1
        assert planted.leaks_in(ran.output.encode()) == []
    written = [repository.folder / "out", caches, *(repository.folder / form for form in FORMATS)]
    files = [file for place in written for file in (place.rglob("*") if place.is_dir() else [place]) if file.is_file()]
    assert len(files) > len(FORMATS)
    assert [(file.name, leak) for file in files for leak in planted.leaks_in(file.read_bytes())] == []


def test_a_baseline_of_the_history_knows_its_values(repository: HistoryRepository) -> None:
    repository.commit({"a.py": key("a")})
    repository.commit({"a.py": None})
    options = ("--policy", repository.policy, "--history", "HEAD")
    run_scangate("baseline", "create", *options, cwd=repository.root).expect(0)
    assert (repository.root / ".scangate-history-baseline.json").is_file()
    repository.scan()[0].expect(0)
    repository.commit({"a.py": key("another")})
    repository.scan()[0].expect(1)
    run_scangate("baseline", "update", *options[:3], "HEAD~1..HEAD", cwd=repository.root).expect(0)
    _, document = repository.scan()
    assert {entry["outcome"] for entry in document["findings"]} == {"known", "blocking"}


def test_a_second_run_reads_nothing_again(repository: HistoryRepository) -> None:
    for number in range(5):
        repository.commit({"a.py": f"x = {number}\n" + key("a")})
    env = {"SCANGATE_CACHE": str(repository.folder / "caches")}
    first, second = (repository.scan(env=env)[1] for _ in range(2))
    assert [run["files_cached"] for document in (first, second) for run in document["scanners"]] == [0, 1]
    assert first["findings"] == second["findings"]


def test_a_bare_repository_is_judged_by_the_policy_and_baseline_of_its_head(repository: HistoryRepository) -> None:
    brought = repository.commit({"old.py": key("a"), "scangate.yaml": repository.policy.read_text()})
    repository.commit({"old.py": None})
    options = ("--history", "HEAD", "--policy", repository.policy)
    run_scangate("baseline", "create", *options, cwd=repository.root).expect(0)
    repository.commit({})
    bare = repository.folder / "bare.git"
    repository.git("clone", "--quiet", "--mirror", str(repository.root), str(bare))
    assert repository.found("--path", bare) == {("old.py", brought, False)}
    out = ("--report", f"json={repository.folder / 'bare.json'}")
    run_scangate("history", *out, cwd=bare).expect(0)
    document = flatten_verdict(json.loads((repository.folder / "bare.json").read_text("utf-8")))
    assert {entry["outcome"] for entry in document["findings"]} == {"known"}
    assert document["policy_provenance"]["origin"] == "revision"
    run_scangate("history", "--no-baseline", cwd=bare).expect(1)
    tighter = (
        repository.policy.read_text().replace("extends: ", "# no longer\nextends: ")
        + "paths: {exclude: [{path: '*.py', reason: r}]}\n"
    )
    repository.commit({"scangate.yaml": tighter})
    repository.git("push", "--quiet", str(bare), "main")
    run_scangate("history", "--no-baseline", cwd=bare).expect(0)


def test_a_bare_repository_in_a_work_tree_does_not_hide_the_history(repository: HistoryRepository) -> None:
    repository.git("init", "--quiet", "--bare", "inner")
    brought = repository.commit({"inner/a.py": key("a")})
    assert repository.found("--path", "inner") == {("inner/a.py", brought, True)}


def test_every_report_names_the_commit_its_date_and_whether_head_has_it(repository: HistoryRepository) -> None:
    brought = repository.commit({"a.py": key("a")})
    repository.commit({"a.py": None})
    files = {form: repository.folder / form for form in ("sarif", "markdown", "junit", "text")}
    ran, _ = repository.scan(*(f"--report={form}={file}" for form, file in files.items()))
    ran.expect(1)
    log = json.loads(files["sarif"].read_text("utf-8"))
    (result,) = (each for run in log["runs"] for each in run["results"])
    assert result["properties"]["introduction"] == {"commit": brought, "date": "2023-11-15", "inHead": False}
    for form in ("markdown", "junit", "text"):
        text = " ".join(files[form].read_text("utf-8").replace("\\", "").split())
        assert f"brought by commit {brought} of 2023-11-15, no longer in HEAD" in text, form


# three files are a part here, and the signal comes when two parts are scanned and the third one begins
INTERRUPTED = """
import os, sys
from scangate.scan import engine, history
history.FILES_PER_LISTING = 3
scan, number, parts = engine.scan, int(sys.argv.pop(1)), []
def scan_or_end(*arguments):
    parts.append(arguments)
    if len(parts) == 3 and number:
        os.kill(os.getpid(), number)
    return scan(*arguments)
engine.scan = scan_or_end
from scangate.cli.main import main
sys.exit(main())
"""


@pytest.mark.parametrize("number", mostly_nightly([signal.SIGKILL, signal.SIGTERM]))
def test_a_run_that_was_killed_goes_on_where_it_was(repository: HistoryRepository, number: signal.Signals) -> None:
    for each in range(12):
        repository.commit({f"{each:02}.py": key(str(each))})
    report = repository.folder / "verdict.json"
    arguments = ["history", "--policy", str(repository.policy), "--report", f"json={report}"]

    def run(signal_number: int, cache: str) -> int:
        argv = [sys.executable, "-c", INTERRUPTED, str(signal_number), *arguments]
        env = environment(SCANGATE_CACHE=str(repository.folder / cache))
        return subprocess.run(argv, cwd=repository.root, env=env, check=False, capture_output=True, timeout=300).returncode

    def load() -> tuple[int, list[str]]:
        document = flatten_verdict(json.loads(report.read_text("utf-8")))
        return document["scanners"][0]["files_cached"], [entry["fingerprint"] for entry in document["findings"]]

    assert run(number, "cache") == (143 if number == signal.SIGTERM else -number)
    if number == signal.SIGTERM:
        assert len(load()[1]) == 6
    assert run(0, "cache") == 1
    resumed = load()
    assert run(0, "other") == 1
    assert resumed == (6, load()[1])
    assert len(resumed[1]) == 12


def test_the_gate_judges_a_history_again(repository: HistoryRepository) -> None:
    repository.commit({"a.py": key("a")})
    repository.commit({"a.py": None})
    repository.scan()[0].expect(1)
    verdict = repository.folder / "out" / "verdict.json"
    run_scangate("gate", verdict, "--policy", repository.policy, cwd=repository.folder).expect(1)
    for history, code in ((True, 0), (False, 1)):
        block = f"severity: [{{rule: 'detect-secrets:*', severity: low, history: {str(history).lower()}}}]\n"
        other = repository.folder / "other.yaml"
        other.write_text(repository.policy.read_text() + block)
        run_scangate("gate", verdict, "--policy", other, cwd=repository.folder).expect(code)
    run_scangate("gate", verdict, "--policy", "strict", cwd=repository.folder).expect(1)
