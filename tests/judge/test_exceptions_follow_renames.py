"""An exception by fingerprint follows its one finding to a renamed file, and never takes a second one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scangate.errors import PolicyError
from scangate.judge.evaluation import evaluate, find_unsuppressed
from scangate.judge.policy import FollowedFinding, PolicyException
from scangate.judge.policy_floor import find_loosenings
from scangate.model import (
    Finding,
    FindingIdentity,
    FindingKind,
    NoteKind,
    Outcome,
    RulingOutcome,
    ScanResult,
    ScanStatus,
    Verdict,
)
from tests.support.decisions import kinds
from tests.support.policy_builders import TARGETS, TODAY, load_policy, make_exception, make_finding, make_policy

ENTRY = make_exception(rule="bandit:B602", fingerprint="f1", follows=FollowedFinding("old.py", "content", "context"))


def at(path: str, fingerprint: str, content: str = "content", *, context: str = "context", nth: int = 1, **more: Any) -> Finding:
    return make_finding(path=path, fingerprint=fingerprint, identity=FindingIdentity(content, context, nth), **more)


def scan(*found: Finding, files: tuple[str, ...] = ("a.py", "b.py")) -> ScanResult:
    return ScanResult("bandit", "1", ScanStatus.COMPLETE, files_given=len(files), analyzed_files=files, findings=found)


def ruled(*found: Finding, files: tuple[str, ...] = ("a.py", "b.py"), entries: tuple[PolicyException, ...] = (ENTRY,)) -> Verdict:
    return evaluate([scan(*found, files=files)], TARGETS, make_policy(exceptions=entries), TODAY)


def accepts(verdict: Verdict) -> list[str]:
    return [ruling.finding.fingerprint for ruling in verdict.rulings if ruling.outcome is RulingOutcome.SUPPRESSED]


def test_exception_follows_a_renamed_file() -> None:
    assert accepts(ruled(at("old.py", "f1"))) == ["f1"]
    moved = ruled(at("b.py", "f2"))
    assert (moved.outcome, accepts(moved)) == (Outcome.PASS, ["f2"])
    (note,) = moved.notes
    assert (note.kind, note.path, note.location.path) == (NoteKind.EXCEPTION_FOLLOWED, "b.py", "exceptions[0]")
    assert find_unsuppressed([scan(at("b.py", "f2"))], TARGETS, make_policy(exceptions=(ENTRY,)), TODAY) == ()
    assert accepts(ruled(at("b.py", "f2", context="another"))) == ["f2"], "renamed, and edited near it"


@pytest.mark.parametrize(
    "other",
    [
        at("b.py", "f2", content="another"),
        at("b.py", "f2", rule="bandit:B603"),
        at("b.py", "f2", kind=FindingKind.SECRET),
        make_finding(path="b.py", fingerprint="f2"),
    ],
)
def test_following_exception_matches_nothing_else(other: Finding) -> None:
    verdict = ruled(other)
    assert (verdict.outcome, accepts(verdict)) == (Outcome.FAIL, [])
    assert kinds(verdict.notes) == [NoteKind.EXCEPTION_UNUSED]


def test_following_exception_matches_one_finding() -> None:
    assert accepts(ruled(at("b.py", "f2"), at("b.py", "f3", nth=2, line=9))) == ["f2"]
    assert accepts(ruled(at("old.py", "f1"), at("b.py", "f2"))) == ["f1"], "where the finding is, it has not moved"
    assert accepts(ruled(at("old.py", "f2", nth=2), at("old.py", "f1"))) == ["f1"]


def test_two_entries_take_two_and_no_third() -> None:
    entries = (ENTRY, msgspec.structs.replace(ENTRY, fingerprint="f9"))
    found = [at("b.py", f"n{line}", nth=line, line=line) for line in (1, 2, 3)]
    assert accepts(ruled(*found, entries=entries)) == ["n1", "n2"]


def test_active_exception_precedes_an_expired_one() -> None:
    ended = msgspec.structs.replace(ENTRY, expires=TODAY - dt.timedelta(1))
    for entries in ((ended, ENTRY), (ENTRY, ended)):
        assert accepts(ruled(at("b.py", "f2"), entries=entries)) == ["f2"]
    late = ruled(at("b.py", "f2"), entries=(ended,))
    assert late.outcome is Outcome.FAIL
    assert kinds(late.rulings[0].decision.notes) == [NoteKind.EXCEPTION_EXPIRED]


def test_copy_is_no_rename_while_the_old_file_exists() -> None:
    verdict = ruled(at("b.py", "f2", context="another"), files=("old.py", "b.py"))
    assert (verdict.outcome, accepts(verdict)) == (Outcome.FAIL, [])


def test_its_other_selectors_still_hold() -> None:
    assert accepts(ruled(at("b.py", "f2"), entries=(msgspec.structs.replace(ENTRY, path="src/"),))) == []


def test_exception_that_cannot_follow_is_rejected(tmp_path: Path) -> None:
    head = "version: 1\nextends: baseline\nexceptions:\n- {reason: r, owner: o, expires: 2026-12-01, "
    follows = "follows: {path: a, content: c}"
    for selectors in ("rule: 'a:b'", "fingerprint: f", "fingerprint: f, rule: 'a:*'"):
        (tmp_path / "scangate.yaml").write_text(f"{head}{selectors}, {follows}}}\n")
        with pytest.raises(PolicyError, match=r"exceptions\[0\].follows: only a finding selected by its fingerprint and its rule"):
            load_policy(None, tmp_path)
    (tmp_path / "scangate.yaml").write_text(f"{head}fingerprint: f, rule: 'a:b', {follows}}}\n")
    assert load_policy(None, tmp_path).exceptions[0].follows == FollowedFinding("a", "c")


def test_under_a_floor_it_may_not_begin_to_follow() -> None:
    still = msgspec.structs.replace(ENTRY, follows=None)
    assert find_loosenings(make_policy(exceptions=(still,)), make_policy(exceptions=(ENTRY,)))
    assert not find_loosenings(make_policy(exceptions=(ENTRY,)), make_policy(exceptions=(still,)))
    assert not find_loosenings(make_policy(exceptions=(make_exception(rule="bandit:B602"),)), make_policy(exceptions=(ENTRY,)))
