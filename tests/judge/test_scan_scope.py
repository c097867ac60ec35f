"""The record of what a scan read, and where another policy would have read more."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from scangate.judge.policy import PathExclusion, ScannerSettings
from scangate.judge.scan_scope import find_only_scanners, find_scope_gaps, policy_for, record_scope, restrict_policy
from scangate.model import (
    FileSource,
    Gap,
    GapKind,
    ScanResult,
    SkippedPath,
    SkipReason,
)
from tests.support.policy_builders import SCANNERS, Options, make_policy, make_result

EXCLUDES = (PathExclusion("tests/**", "only tests"), PathExclusion("gen/", "generated", ("bandit",)), PathExclusion("none/", "r"))


def scanned() -> list[ScanResult]:
    left = (
        SkippedPath("tests/a.py", SkipReason.EXCLUDED, "bandit"),
        SkippedPath("tests/b.py", SkipReason.EXCLUDED, "bandit"),
        SkippedPath("gen/c.py", SkipReason.EXCLUDED, "bandit"),
    )
    first = msgspec.structs.replace(make_result("bandit", gaps=[Gap("bandit", "a.py", GapKind.TOO_LARGE, "r")]), skipped_paths=left)
    other = msgspec.structs.replace(make_result("semgrep"), skipped_paths=left[:1])
    return [first, other, *(make_result(name) for name in ("detect-secrets", "pip-audit", "taint"))]


def scope(**changes: Any) -> dict[str, Any]:
    return record_scope(make_policy(exclusions=EXCLUDES, **changes), scanned(), {"semgrep": "d1"})


def scanners_with_gaps(under: Any, record: dict[str, Any] | None = None, **more: Any) -> list[str]:
    return [gap.scanner for gap in find_scope_gaps(record or scope(), under, **more)]


def test_the_record_is_plain_json() -> None:
    record = scope()
    assert json.loads(json.dumps(record)) == record
    assert record["excludes"] == [
        {"path": "tests/**", "scanners": [], "files": 2},
        {"path": "gen/", "scanners": ["bandit"], "files": 1},
        {"path": "none/", "scanners": [], "files": 0},
    ]
    assert (record["max-file-size"], record["too-large"]) == (1024, 1)
    assert record["scanners"]["semgrep"]["rules"] == "d1"
    assert set(record["scanners"]) == set(SCANNERS)


def test_the_same_policy_would_read_no_more() -> None:
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES)) == []
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES), rules={"semgrep": "d1"}) == []


def test_scope_accepts_tuples_for_lists() -> None:
    record = {**scope(), "excludes": tuple(scope()["excludes"])}
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES), record) == []


def test_an_exclude_that_is_gone_counts_where_it_left_out_a_file() -> None:
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES[1:2])) == ["targets"]
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES[:1])) == ["bandit"]
    assert scanners_with_gaps(make_policy(exclusions=(*EXCLUDES[:1], PathExclusion("gen/", "for all")))) == []
    assert scanners_with_gaps(make_policy(exclusions=(PathExclusion("tests/**", "r", ("bandit",)), EXCLUDES[1])))


def test_a_higher_limit_counts_where_a_file_was_too_large() -> None:
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES, max_file_size=2048)) == ["targets"]
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES, max_file_size=2048), {**scope(), "too-large": 0}) == []
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES, max_file_size=512)) == []


@pytest.mark.parametrize(
    ("settings", "gaps"),
    [
        ((ScannerSettings("trivy", True, 1, Options()),), ["trivy"]),
        ((ScannerSettings("bandit", True, 1, Options(("B1",))),), ["bandit"]),
        ((ScannerSettings("trivy", False, 1, Options()),), []),
        ((ScannerSettings("bandit", True, 999, Options()),), []),
    ],
)
def test_scanners_and_their_options(settings: tuple[ScannerSettings, ...], gaps: list[str]) -> None:
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES, scanners=settings)) == gaps


def test_a_store_that_could_be_older_is_other_options() -> None:
    def aged(days: int | None) -> tuple[ScannerSettings, ...]:
        return (ScannerSettings("pip-audit", True, 600, Options(max_age_days=days)),)

    pairs = {(30, 7): True, (None, 30): True, (7, 30): False, (30, 30): False, (30, None): False, (None, None): False}
    for (had, wanted), less in pairs.items():
        found = scanners_with_gaps(make_policy(scanners=aged(wanted)), record_scope(make_policy(scanners=aged(had)), scanned()))
        assert found == (["pip-audit"] if less else [])


def test_other_rules_than_today_s() -> None:
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES), rules={"semgrep": "d2"}) == ["semgrep"]


def test_a_skipped_scanner_did_not_run() -> None:
    record = record_scope(make_policy(), [make_result("bandit", skipped=True)])
    assert "bandit" in scanners_with_gaps(make_policy(), record)


@pytest.mark.parametrize(
    "record", [{"x": 1}, {"excludes": 5}, {"exclusions": [], "max-file-size": "1", "too-large": 0, "scanners": {}}]
)
def test_invalid_scope_record_is_a_gap(record: dict[str, Any]) -> None:
    assert scanners_with_gaps(make_policy(), record) == ["targets"]


def test_a_record_with_a_lone_surrogate_is_invalid() -> None:
    record = scope()
    record["scanners"]["bandit"]["options"] = "\ud800"
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES), record) == ["targets"]


def test_gaps_of_the_scope_have_a_hint_that_names_the_policy() -> None:
    (gap,) = find_scope_gaps({}, make_policy())
    assert gap.hint.endswith("--policy test")


@pytest.mark.parametrize(
    ("unsigned", "files_cached", "gaps"),
    [(True, 0, ["targets"]), (False, 2, []), (None, 2, ["targets"]), (None, 0, [])],
)
def test_policy_with_signed_results_alone_accepts_no_others(unsigned: bool | None, files_cached: int, gaps: list[str]) -> None:
    results = [msgspec.structs.replace(make_result("bandit"), files_cached=files_cached), make_result("semgrep")]
    policy = make_policy()
    record = record_scope(policy, scanned(), unsigned_results=unsigned)
    keyed = msgspec.structs.replace(policy, signed_cache_only=True)
    assert scanners_with_gaps(keyed, record, results=results) == gaps
    assert scanners_with_gaps(policy, record, results=results) == []


def test_record_of_an_older_version_does_not_say_whether_results_were_signed() -> None:
    record = scope()
    del record["unsigned-results"]
    results = [msgspec.structs.replace(make_result("bandit"), files_cached=1)]
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES), record, results=results) == []
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES, signed_cache_only=True), record, results=results) == ["targets"]


def test_disabled_scanner_does_not_end_the_comparison() -> None:
    settings = (ScannerSettings("bandit", False, 600, Options()), ScannerSettings("trivy", True, 600, Options()))
    assert scanners_with_gaps(make_policy(scanners=settings, exclusions=EXCLUDES)) == ["trivy"]


def test_scanner_without_our_rules_has_no_digest_of_rules() -> None:
    assert scope()["scanners"]["bandit"]["rules"] == ""


def test_record_has_sorted_keys_and_no_rules_where_there_are_none() -> None:
    record = record_scope(make_policy(exclusions=EXCLUDES), scanned())
    assert list(record) == sorted(record)
    assert {scanner["rules"] for scanner in record["scanners"].values()} == {""}


def test_scope_gap_is_one_of_the_whole_scan_and_says_how_to_close_it() -> None:
    (gap,) = find_scope_gaps({}, make_policy(name="strict"))
    assert (gap.scanner, gap.path, gap.kind) == ("targets", None, GapKind.UNREADABLE)
    assert "--policy strict" in gap.hint


def test_each_gap_of_the_scope_gives_its_reason() -> None:
    scanners = (
        ScannerSettings("bandit", True, 1, Options(("B1", "B2"))),
        ScannerSettings("semgrep", True, 1, Options()),
        ScannerSettings("trivy", True, 1, Options()),
    )
    policy = make_policy(scanners=scanners, max_file_size=2048, signed_cache_only=True)
    record = {**scope(), "unsigned-results": True}
    assert [(gap.scanner, gap.path, gap.kind, gap.reason) for gap in find_scope_gaps(record, policy, {"semgrep": "d2"})] == [
        ("bandit", None, GapKind.UNREADABLE, "the scan excluded 1 file in gen/, which this policy does not"),
        ("bandit", None, GapKind.UNREADABLE, "the scan used options for this scanner that differ from this policy's: skips"),
        ("semgrep", None, GapKind.UNREADABLE, "the scan used rules for this scanner that differ from the current ones"),
        ("targets", None, GapKind.UNREADABLE, "the scan excluded 2 files in tests/**, which this policy does not"),
        (
            "targets",
            None,
            GapKind.UNREADABLE,
            "the scan used cached results or shard files that are not signed, and this policy accepts signed ones only",
        ),
        ("targets", None, GapKind.UNREADABLE, "this policy scans files up to 2048 bytes, the scan only up to 1024; larger: 1 file"),
        ("trivy", None, GapKind.UNREADABLE, "the scan did not run this scanner, which this policy enables"),
    ]
    (gap,) = find_scope_gaps({}, policy)
    assert gap.reason == "invalid record of what was scanned"


def test_unrecorded_signatures_are_reported_as_such() -> None:
    policy = make_policy(exclusions=EXCLUDES, signed_cache_only=True)
    results = [msgspec.structs.replace(make_result("bandit"), files_cached=1)]
    (gap,) = find_scope_gaps(scope(), policy, results=results)
    assert gap.reason == "the scan used cached results and did not record whether they were signed, as this policy requires"


@pytest.mark.parametrize(("if_installed", "gaps"), [(True, []), (False, ["trivy"])])
def test_scanner_that_runs_only_where_installed_may_be_missing(if_installed: bool, gaps: list[str]) -> None:
    settings = ScannerSettings("trivy", True, 1, Options(), if_installed=if_installed)
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES, scanners=(settings,))) == gaps


def test_options_of_a_scanner_that_runs_only_where_installed_are_compared_if_it_ran() -> None:
    settings = ScannerSettings("bandit", True, 1, Options(("B1",)), if_installed=True)
    assert scanners_with_gaps(make_policy(exclusions=EXCLUDES, scanners=(settings,))) == ["bandit"]


def test_history_is_judged_by_the_scanners_that_searched_it() -> None:
    policy = make_policy(required_scanners=("bandit", "detect-secrets"))
    results = [make_result("detect-secrets")]
    assert policy_for(policy, FileSource.GIT_INDEX, results) is policy
    history = policy_for(policy, FileSource.HISTORY, results)
    assert [setting.name for setting in history.scanners] == ["detect-secrets"]
    assert history.required_scanners == ("detect-secrets",)
    assert msgspec.structs.replace(history, scanners=policy.scanners, required_scanners=policy.required_scanners) == policy


def test_verdict_is_scoped_only_where_an_enabled_scanner_is_left_out() -> None:
    settings = (
        ScannerSettings("a", True, 1, Options()),
        ScannerSettings("b", True, 1, Options()),
        ScannerSettings("c", False, 1, Options()),
    )
    policy = make_policy(scanners=settings)
    assert find_only_scanners(policy, ()) == ()
    assert find_only_scanners(policy, ("b", "a", "b")) == ()
    assert find_only_scanners(policy, ("c", "b", "c")) == ("b", "c")


def test_scoped_policy_requires_the_chosen_scanners() -> None:
    policy = make_policy(required_scanners=("bandit", "semgrep"))
    assert restrict_policy(policy, ()) is policy
    scoped = restrict_policy(policy, ("taint", "bandit"))
    assert [setting.name for setting in scoped.scanners] == ["bandit", "taint"]
    assert scoped.required_scanners == ("taint", "bandit")
    assert msgspec.structs.replace(scoped, scanners=policy.scanners, required_scanners=policy.required_scanners) == policy
