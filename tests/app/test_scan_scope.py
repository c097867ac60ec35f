"""A part of a repository is judged by the repository's policy and baseline, by the same paths as the whole."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from scangate.app.baseline import create_baseline, update_baseline
from scangate.app.policies import read_policy
from scangate.app.requests import ScanRequest
from scangate.app.scanning import scan
from scangate.app.session import locate_root
from scangate.errors import PolicyError, UsageError
from scangate.model import KnownSourceKind, NoteKind, Outcome, PolicyOrigin, Report, RulingOutcome
from scangate.timestamps import today
from tests.support.sample_trees import CLEAN_SOURCE, WEAK_SOURCE, create_repository, run_git, write_files, write_policy

BANDIT = "bandit:B602"
SOON = (today() + dt.timedelta(days=60)).isoformat()
RULES = f"""
exception-unused: fail
baseline: {{ratchet: true}}
paths: {{exclude: [{{path: svc/gen/, reason: generated}}]}}
exceptions:
  - {{rule: "bandit:*", path: svc/old.py, reason: rewritten soon, owner: team, expires: {SOON}}}
  - {{rule: "bandit:*", path: lib/, reason: rewritten soon, owner: team, expires: {SOON}}}
environments: {{production: {{budgets: {{low: 0}}}}}}
"""

pytestmark = pytest.mark.integration


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    files = ("svc/app.py", "svc/old.py", "svc/gen/made.py", "lib/other.py")
    write_files(root, {name: WEAK_SOURCE.replace("command", f"text{number}") for number, name in enumerate(files)})
    write_files(root, {"svc/clean.py": CLEAN_SOURCE})
    write_policy(root / "scangate.yaml", "bandit", more=RULES)
    return create_repository(root, {})


def outcomes(report: Report) -> dict[tuple[str, str], str]:
    return {
        (ruling.finding.location.path, ruling.finding.rule): ruling.outcome.value
        for ruling in report.verdict.rulings
        if ruling.finding.scanner == "bandit"
    }


def scanned(root: Path, **fields: object) -> Report:
    return scan(ScanRequest(root=root, ignore_cache=True, **fields))  # type: ignore[arg-type]


def test_a_part_is_judged_as_in_the_whole(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = scanned(tree)
    inside = {place: outcome for place, outcome in outcomes(whole).items() if place[0].startswith("svc/")}
    assert inside["svc/app.py", BANDIT] == "blocking"
    assert inside["svc/old.py", BANDIT] == "suppressed"
    monkeypatch.chdir(tree / "svc")
    for report in (scanned(tree / "svc"), scanned(Path())):
        assert outcomes(report) == inside
        assert (report.subdirectory, report.targets.scope, report.root) == ("svc", "svc", "tree")
        assert report.verdict.policy_digest == whole.verdict.policy_digest
        assert report.policy_provenance.origin is PolicyOrigin.WORK_TREE
        assert {ruling.finding.fingerprint for ruling in report.verdict.rulings} <= {
            ruling.finding.fingerprint for ruling in whole.verdict.rulings
        }
        # the rest was not scanned: its exception is not unused
        assert [note for note in report.verdict.notes if note.kind is NoteKind.EXCEPTION_UNUSED] == []


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("svc/app.py", Outcome.FAIL),
        ("svc/old.py", Outcome.PASS),
        ("svc/clean.py", Outcome.PASS),
        ("svc/gen/made.py", Outcome.INCOMPLETE),
    ],
)
def test_a_single_file_is_scanned(tree: Path, monkeypatch: pytest.MonkeyPatch, name: str, outcome: Outcome) -> None:
    monkeypatch.chdir(tree / "svc")
    report = scanned(Path(os.path.relpath(tree / name)))
    assert (report.verdict.outcome, report.targets.scope, report.targets.file_count) == (outcome, name, 1)


def test_a_single_file_outside_a_repository_is_scanned(tmp_path: Path) -> None:
    write_files(tmp_path / "plain", {"app.py": WEAK_SOURCE, "other.py": WEAK_SOURCE})
    report = scanned(tmp_path / "plain" / "app.py", policy="baseline", only=("bandit",))
    assert (report.verdict.outcome, report.targets.file_count) == (Outcome.FAIL, 1)
    assert {path for path, _ in outcomes(report)} == {"app.py"}


def test_the_baseline_of_the_root_holds_for_a_part(tree: Path) -> None:
    create_baseline(ScanRequest(root=tree))
    report = scanned(tree / "svc")
    assert report.verdict.outcome is Outcome.PASS
    assert outcomes(report)["svc/app.py", BANDIT] == "known"
    (tree / "lib" / "other.py").write_text(CLEAN_SOURCE, "utf-8")
    assert scanned(tree / "svc").verdict.outcome is Outcome.PASS  # the ratchet is about what was scanned
    (tree / "svc" / "app.py").write_text(CLEAN_SOURCE, "utf-8")
    report = scanned(tree / "svc" / "clean.py")
    assert [source.gone for source in report.known_sources if source.kind is KnownSourceKind.BASELINE] == [0]
    report = scanned(tree / "svc")
    assert [source.gone > 0 for source in report.known_sources if source.kind is KnownSourceKind.BASELINE] == [True]
    with pytest.raises(UsageError):
        create_baseline(ScanRequest(root=tree / "svc"), replace=True)
    before = update_baseline(ScanRequest(root=tree / "lib"))
    assert before.known > 0


def test_an_environment_of_the_root_holds_for_a_part(tree: Path) -> None:
    report = scanned(tree / "svc" / "old.py", environment="production")
    assert report.verdict.environment == "production"


def test_commands_that_only_read_find_the_same_policy(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read_policy(None, root=tree)
    monkeypatch.chdir(tree / "svc" / "gen")
    assert read_policy(None).digest == expected.digest
    assert read_policy(None).sources == ("scangate.yaml",)


def test_a_folder_may_tighten(tree: Path) -> None:
    write_files(tree, {"svc/scangate.yaml": "version: 1\nbudgets: {low: 0}\n", "svc/low.py": "assert 1\n"})
    low = ("svc/low.py", "bandit:B101")
    (tree / "svc" / "app.py").unlink()
    assert outcomes(scanned(tree / "svc"))[low] == "blocking"
    assert outcomes(scanned(tree / "svc" / "low.py"))[low] == "blocking"
    whole = scanned(tree)
    assert whole.verdict.outcome is Outcome.FAIL
    assert outcomes(whole)[low] == "blocking"
    assert outcomes(whole)["lib/other.py", "bandit:B404"] != "blocking"
    paths = [ruling.finding.location.path for ruling in whole.verdict.rulings if ruling.outcome is RulingOutcome.BLOCKING]
    assert {path.partition("/")[0] for path in paths} == {"svc"}
    assert outcomes(scanned(tree, policy=str(tree / "scangate.yaml")))[low] != "blocking"


def test_what_a_folder_asks_for_and_the_scan_did_not_do_is_a_gap(tree: Path) -> None:
    (tree / "svc" / "app.py").unlink()
    write_files(tree, {"svc/scangate.yaml": "version: 1\nname: svc\npaths: {exclude: {replace: []}}\n"})
    report = scanned(tree)
    assert report.verdict.outcome is Outcome.INCOMPLETE
    assert [ruling.gap.scanner for ruling in report.verdict.gaps if ruling.blocking] == ["targets"]
    assert outcomes(scanned(tree / "svc"))["svc/gen/made.py", BANDIT] == "blocking"


@pytest.mark.parametrize(
    "loosened",
    [
        "budgets: {high: 1}",
        "budgets: {critical: unlimited}",
        f'exceptions: [{{rule: "bandit:*", path: svc/, reason: r, owner: o, expires: {SOON}}}]',
        "paths: {exclude: [{path: svc/, reason: r}]}",
        "scanners: {bandit: {enabled: false}}",
        "extends: baseline",
        "environments: {production: {budgets: {high: 3}}}",
    ],
)
def test_a_folder_may_not_loosen(tree: Path, loosened: str) -> None:
    write_files(tree, {"svc/scangate.yaml": f"version: 1\n{loosened}\n"})
    for part in ("svc", "svc/clean.py", ""):
        with pytest.raises(PolicyError) as error:
            read_policy(None, "production", root=tree, scope=part or "svc")
        assert "svc/scangate.yaml:" in error.value.message
    with pytest.raises(PolicyError):
        scanned(tree, environment="production")


def test_the_policy_of_an_excluded_or_empty_folder_does_not_matter(tree: Path) -> None:
    write_files(tree, {"svc/gen/scangate.yaml": "version: 1\nbudgets: {high: 9}\n"})
    assert scanned(tree).verdict.outcome is Outcome.FAIL
    assert scanned(tree / "lib").verdict.outcome is Outcome.PASS


def test_a_repository_in_another_has_a_root_of_its_own(tree: Path) -> None:
    create_repository(tree / "svc" / "vendored", {"app.py": WEAK_SOURCE})
    assert locate_root(tree / "svc" / "vendored" / "app.py") == (tree / "svc" / "vendored", "app.py")
    assert locate_root(tree / "svc") == (tree, "svc")


def test_links_and_paths_that_do_not_exist(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tree / "svc")
    (tree / "svc" / "link.py").symlink_to("app.py")
    assert locate_root(tmp_path / "link") == (tree, "svc")
    assert locate_root(tree / "svc" / "link.py") == (tree, "svc/link.py")
    (tree / "loop").symlink_to("loop")
    for name in ("nowhere", "svc/app.py/x", "loop/x"):
        with pytest.raises(UsageError):
            locate_root(tree / name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_that_another_user_planted_above_is_not_believed(tmp_path: Path) -> None:
    create_repository(tmp_path / "shared", {"scangate.yaml": "version: 1\nextends: baseline\n"})
    write_files(tmp_path / "shared" / "mine", {"app.py": CLEAN_SOURCE})
    os.chown(tmp_path / "shared" / ".git", 12345, 12345)
    assert locate_root(tmp_path / "shared" / "mine") == (tmp_path / "shared" / "mine", "")
    os.chown(tmp_path / "shared" / "mine", 12345, 12345)
    assert locate_root(tmp_path / "shared" / "mine") == (tmp_path / "shared", "mine")


def test_a_comparison_is_restricted_as_the_scan_is(tree: Path) -> None:
    write_files(tree, {"svc/new.py": WEAK_SOURCE})
    run_git(tree, "add", "--all")
    report = scanned(tree / "svc", since="HEAD")
    blocking = {path for (path, _), outcome in outcomes(report).items() if outcome == "blocking"}
    assert blocking == {"svc/new.py"}
