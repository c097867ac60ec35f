"""What an exception selects, what it accepts, and what is noted of those that accept nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest

from scangate.judge.codeowners import CodeOwners, find_codeowners
from scangate.judge.exceptions import ExceptionLedger, describe_exception, selects
from scangate.judge.finding_matching import ScannedPaths
from scangate.judge.policy import ExceptionOwners, FollowedFinding, PolicyException
from scangate.model import (
    Basis,
    Decision,
    Finding,
    FindingIdentity,
    FindingKind,
    Location,
    Note,
    NoteKind,
    PolicyLocation,
    ScanResult,
    ScanStatus,
)
from tests.support.policy_builders import TARGETS, TODAY, make_exception, make_finding, make_package, make_policy

PLACES = {f"exceptions[{index}]": PolicyLocation(f"exceptions[{index}]", "scangate.yaml", 10 + index) for index in range(5)}
FOUND = make_finding("bandit:B602", path="src/a.py", fingerprint="f1")


def ledger(*entries: PolicyException, owners: CodeOwners | None = None, by_owner: bool = False) -> ExceptionLedger:
    who = ExceptionOwners.CODEOWNERS if by_owner else ExceptionOwners.ANYONE
    return ExceptionLedger(make_policy(exceptions=entries, exception_owners=who, locations=PLACES), TODAY, owners)


def entry(owner: str = "an owner", days: int = 60, reason: str = "a reason", **selectors: Any) -> PolicyException:
    return PolicyException(reason, owner, TODAY + dt.timedelta(days), **selectors)


def note(kind: NoteKind, index: int, name: str, owner: str = "an owner", days_left: int = 60, **facts: Any) -> Note:
    expires = (TODAY + dt.timedelta(days_left)).isoformat()
    return Note(kind, name=name, owner=owner, expires=expires, location=PLACES[f"exceptions[{index}]"], **facts)


@pytest.mark.parametrize(
    ("selectors", "matches"),
    [
        ({"rule": "bandit:*"}, True),
        ({"rule": "bandit:B1"}, False),
        ({"path": "src/"}, True),
        ({"path": "tests/"}, False),
        ({"fingerprint": "f1"}, True),
        ({"fingerprint": "f2"}, False),
        ({"advisory": "B602"}, False),
        ({"rule": "bandit:*", "path": "src/", "fingerprint": "f1"}, True),
        ({"rule": "bandit:*", "path": "tests/", "fingerprint": "f1"}, False),
        ({"rule": "bandit:*", "path": "src/", "fingerprint": "f2"}, False),
        ({"rule": "bandit:B1", "path": "src/", "fingerprint": "f1"}, False),
    ],
)
def test_exception_selects_by_all_its_selectors(selectors: dict[str, str], matches: bool) -> None:
    assert selects(make_exception(**selectors), FOUND) is matches


def test_exception_is_described_by_its_selectors() -> None:
    assert describe_exception(make_exception(rule="a:b", path="c/", fingerprint="d", advisory="e")) == (
        "rule a:b, path c/, fingerprint d, advisory e"
    )
    assert describe_exception(make_exception(path="c/")) == "path c/"
    assert describe_exception(make_exception(path="c/", history=True)) == "path c/, in the history"
    assert describe_exception(make_exception(path="c/", history=False)) == "path c/, outside the history"


def test_first_exception_in_force_decides_and_all_that_select_count_as_used() -> None:
    book = ledger(
        entry(rule="bandit:*", days=-1),
        entry(rule="bandit:*", path="tests/"),
        entry(owner="first", reason="one", rule="bandit:*", days=0),
        entry(owner="second", reason="two", fingerprint="f1"),
    )
    expected = Decision(Basis.EXCEPTION, PLACES["exceptions[2]"], owner="first", reason="one", expires=TODAY.isoformat())
    assert book.accept(FOUND) == expected
    assert book.accept(FOUND) == expected
    assert book.match_counts == [2, 0, 2, 2]
    assert [index for index, _ in book.list_unused()] == [1]
    assert book.accept(make_finding("semgrep:x", path="src/a.py")) is None
    assert book.match_counts == [2, 0, 2, 2]


def test_asking_whether_an_exception_would_accept_does_not_use_it() -> None:
    book = ledger(entry(rule="bandit:*"))
    assert book.would_accept(FOUND)
    assert not book.would_accept(make_finding("semgrep:x"))
    assert book.match_counts == [0]
    assert ledger(entry(rule="bandit:*", days=0)).would_accept(FOUND)
    assert not ledger(entry(rule="bandit:*", days=-1)).would_accept(FOUND)


OWNERS = find_codeowners({"CODEOWNERS": "* @all\n/src/ @src\n"}.get)


def test_exception_of_who_owns_nothing_here_would_not_accept() -> None:
    for owner, accepted in (("@src", True), ("@all", False)):
        book = ledger(entry(owner, rule="bandit:*"), owners=OWNERS, by_owner=True)
        assert book.would_accept(FOUND) is accepted
        assert (book.accept(FOUND) is not None) is accepted
        assert ledger(entry(owner, rule="bandit:*"), owners=OWNERS).would_accept(FOUND), "only where the policy asks for it"
    assert not ledger(entry("@src", rule="bandit:*"), by_owner=True).would_accept(FOUND)


def test_rejection_is_explained_by_the_last_that_expired_and_by_each_who_does_not_own_the_file() -> None:
    book = ledger(
        entry("@src", days=-2, path="src/"),
        entry("@src", days=-9, rule="bandit:*"),
        entry("@two", rule="bandit:B602"),
        entry("@one", rule="bandit:*"),
        entry("@two", rule="bandit:*"),
        owners=OWNERS,
        by_owner=True,
    )
    not_owner: dict[str, Any] = {"path": "src/a.py", "count": 1, "text": "CODEOWNERS"}
    assert book.explain_rejections(FOUND) == [
        note(NoteKind.EXCEPTION_EXPIRED, 0, "path src/", "@src", -2),
        note(NoteKind.EXCEPTION_NOT_OWNER, 3, "rule bandit:*", "@one", **not_owner),
        note(NoteKind.EXCEPTION_NOT_OWNER, 2, "rule bandit:B602", "@two", **not_owner),
    ]
    assert book.explain_rejections(make_finding("semgrep:x")) == []
    assert ledger(entry(days=0, rule="bandit:*")).explain_rejections(FOUND) == []


def test_without_a_codeowners_file_nobody_owns_anything() -> None:
    book = ledger(entry("@src", rule="bandit:*"), by_owner=True)
    missing = note(NoteKind.EXCEPTION_NO_CODEOWNERS, 0, "rule bandit:*", "@src")
    assert book.accept(FOUND) is None
    assert book.explain_rejections(FOUND) == [missing]
    assert book.list_notes() == [missing]


def test_notes_follow_the_policy_and_say_what_each_exception_was_worth() -> None:
    book = ledger(
        entry(rule="bandit:*", days=-1),
        entry(rule="semgrep:*"),
        entry(rule="bandit:*", days=14),
        entry(rule="bandit:*", days=15),
        entry(rule="bandit:*", path="tests/", days=0),
    )
    for line in (1, 2, 3):
        book.accept(make_finding(line=line))
    assert book.list_notes() == [
        note(NoteKind.EXCEPTION_EXPIRED, 0, "rule bandit:*", days_left=-1, count=3),
        note(NoteKind.EXCEPTION_UNUSED, 1, "rule semgrep:*"),
        note(NoteKind.EXCEPTION_EXPIRES_SOON, 2, "rule bandit:*", days_left=14, days=14),
        note(NoteKind.EXCEPTION_UNUSED, 4, "rule bandit:*, path tests/", days_left=0),
    ]


def test_note_on_files_of_others_names_the_first_and_counts_them() -> None:
    owners = find_codeowners({"CODEOWNERS": "* @all\n/src/ @src\n* bad!owner\n"}.get)
    book = ledger(entry("@all", rule="bandit:*"), owners=owners, by_owner=True)
    for path in ("src/b.py", "a.py", "src/a.py", "src/b.py"):
        book.accept(make_finding(path=path))
    assert book.list_notes() == [
        note(NoteKind.EXCEPTION_NOT_OWNER, 0, "rule bandit:*", "@all", path="src/a.py", count=2, text="CODEOWNERS"),
        Note(NoteKind.CODEOWNERS_INVALID, path="CODEOWNERS", lines=(3,)),
    ]


@pytest.mark.parametrize(
    ("rule", "incomplete", "reported"),
    [
        ("bandit:B1", (), True),
        ("bandit:B1", ("semgrep",), True),
        ("bandit:B1", ("bandit",), False),
        ("ban*:B1", ("semgrep", "bandit"), False),
        ("bandit:B1:x", ("bandit",), False),
        ("", ("semgrep",), False),
        ("", (), True),
    ],
)
def test_exception_is_unused_only_if_its_scanner_ran_completely(rule: str, incomplete: tuple[str, ...], reported: bool) -> None:
    unused = make_exception(rule=rule, path="old/")
    book = ledger(unused)
    assert book.list_unused(incomplete) == ([(0, unused)] if reported else [])
    assert [each.kind for each in book.list_notes(incomplete)] == ([NoteKind.EXCEPTION_UNUSED] if reported else [])


def test_expired_or_used_exceptions_are_not_unused() -> None:
    used, late, idle = entry(rule="bandit:*"), entry(rule="x:y", days=-1), entry(rule="x:y", days=0)
    book = ledger(used, late, idle)
    book.accept(FOUND)
    assert book.list_unused() == [(2, idle)]


def dependency(rule: str, *aliases: str, path: str = "a.py") -> Finding:
    return make_finding(rule, path=path, kind=FindingKind.DEPENDENCY, affected_package=make_package(aliases=aliases))


def test_exception_that_names_an_alias_as_a_rule_is_shown_the_first_finding_it_meant() -> None:
    book = ledger(entry(rule="pip-audit:GHSA-*"), entry(rule="pip-audit:GHSA-*", path="src/"), entry(path="lib/"))
    for finding in (dependency("pip-audit:CVE-1", "X-1", "GHSA-b", "GHSA-a"), dependency("pip-audit:CVE-2", "GHSA-c"), FOUND):
        assert book.accept(finding) is None
    assert book.list_notes() == [
        note(NoteKind.EXCEPTION_OTHER_NAME, 0, "rule pip-audit:GHSA-*", text="GHSA-b", rule="pip-audit:CVE-1"),
        note(NoteKind.EXCEPTION_UNUSED, 1, "rule pip-audit:GHSA-*, path src/"),
        note(NoteKind.EXCEPTION_UNUSED, 2, "path lib/"),
    ]


def moved(fingerprint: str = "new", path: str = "b.py", content: str = "content") -> Finding:
    return make_finding(path=path, fingerprint=fingerprint, identity=FindingIdentity(content, "context", 1))


SCANNED = ScannedPaths([ScanResult("bandit", "1", ScanStatus.COMPLETE, files_given=1, analyzed_files=("b.py",))], TARGETS)
FOLLOWING = FollowedFinding("old.py", "content", "context")


@pytest.mark.parametrize(("days", "kind"), [(60, NoteKind.EXCEPTION_FOLLOWED), (14, NoteKind.EXCEPTION_EXPIRES_SOON)])
def test_note_says_where_a_followed_finding_is_now(days: int, kind: NoteKind) -> None:
    book, finding = ledger(entry(days=days, rule="bandit:B602", fingerprint="f1", follows=FOLLOWING)), moved()
    book.follow_moved_findings([finding], SCANNED)
    decision = book.accept(finding)
    assert decision is not None
    assert decision.location == PLACES["exceptions[0]"]
    facts: dict[str, Any] = {"days": days} if kind is NoteKind.EXCEPTION_EXPIRES_SOON else {}
    name = "rule bandit:B602, fingerprint f1"
    assert book.list_notes() == [note(kind, 0, name, days_left=days, path="b.py", **facts)]
    assert not book.would_accept(finding), "as it is, without following it"


def test_finding_that_an_entry_names_is_not_followed_by_another() -> None:
    follower, named = entry(rule="bandit:B602", fingerprint="f1", follows=FOLLOWING), entry(rule="bandit:B602", fingerprint="new")
    book, finding = ledger(follower, named), moved()
    book.follow_moved_findings([finding], SCANNED)
    assert book.followed_findings == {}
    assert book.accept(finding) is not None
    assert book.match_counts == [0, 1]


def test_entry_without_a_fingerprint_keeps_nobody_from_following() -> None:
    book = ledger(entry(rule="bandit:*"), entry(rule="bandit:B602", fingerprint="f1", follows=FOLLOWING))
    finding = moved()
    book.follow_moved_findings([finding], SCANNED)
    assert book.followed_findings == {id(finding): 1}


def test_entry_in_force_follows_before_one_that_expired() -> None:
    one = entry(days=-1, rule="bandit:B602", fingerprint="f0", follows=FOLLOWING)
    two = msgspec.structs.replace(one, fingerprint="f1", expires=TODAY)
    first, second = moved("n1"), msgspec.structs.replace(moved("n2"), identity=FindingIdentity("content", "context", 2))
    book = ledger(one, two)
    book.follow_moved_findings([first, second], SCANNED)
    assert book.followed_findings == {id(first): 1, id(second): 0}


def test_of_two_findings_the_exception_follows_the_one_in_the_same_context() -> None:
    book = ledger(entry(rule="bandit:B602", fingerprint="f1", follows=FOLLOWING))
    other = msgspec.structs.replace(moved("n1"), identity=FindingIdentity("content", "another"), location=Location("b.py", 1, 1))
    same = msgspec.structs.replace(moved("n2"), location=Location("b.py", 9, 9))
    book.follow_moved_findings([other, same], SCANNED)
    assert book.followed_findings == {id(same): 0}


def test_advisory_name_may_have_a_colon() -> None:
    assert selects(make_exception(advisory="A:1"), dependency("pip-audit:a:1"))
    assert not selects(make_exception(advisory="1"), dependency("pip-audit:a:1"))


def test_exception_for_a_kind_that_none_accepts_names_the_first_path_and_counts_them() -> None:
    policy = make_policy(exceptions=(entry(path="**"),), locations=PLACES, never_excepted=(FindingKind.SECRET,))
    book = ExceptionLedger(policy, TODAY, None)
    for path in ("src/b.py", "a.py", "src/b.py"):
        assert book.accept(make_finding("detect-secrets:x", path=path, kind=FindingKind.SECRET)) is None
    assert book.list_notes() == [note(NoteKind.EXCEPTION_NEVER, 0, "path **", path="a.py", count=2)]
