"""An entry covers as many findings as it counts, never more; what moved is found again, and another secret is another."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scangate.judge.finding_matching import (
    BASELINE,
    KnownFinding,
    KnownOrigin,
    ScannedPaths,
    collect_known_findings,
    mark_known_findings,
    match_findings,
)
from scangate.model import (
    FileSource,
    Finding,
    FindingIdentity,
    Gap,
    GapKind,
    KnownSource,
    KnownSourceKind,
    SkippedPath,
    SkipReason,
    Targets,
)
from tests.support.baseline_builders import RULE, entry, found, result, seen

MAIN = KnownOrigin("revision main", KnownSourceKind.REVISION)

OTHER_RULE = msgspec.structs.replace(entry(), rule="bandit:B1")


def matched(new: Finding, old: KnownFinding, sight: ScannedPaths | None = None) -> bool:
    return match_findings([new], [old], sight) == (0,)


def test_same_finding_matches_in_any_context() -> None:
    assert matched(found(), entry())
    assert matched(found(context="y"), entry())


@pytest.mark.parametrize(
    "other", [entry(content="d"), msgspec.structs.replace(entry(), rule="bandit:B1"), entry(path="b.py"), entry(secret="1")]
)
def test_different_finding_does_not_match(other: KnownFinding) -> None:
    assert not matched(found(), other)


def test_moved_block_is_matched_by_its_context() -> None:
    assert matched(found("b.py"), entry("a.py"), seen("a.py", "b.py"))
    assert not matched(found("b.py", context="y"), entry("a.py"), seen("a.py", "b.py"))


def test_renamed_and_edited_file_matches() -> None:
    assert matched(found("b.py", context="y"), entry("a.py"), seen("b.py"))


@pytest.mark.parametrize(
    "sight",
    [
        seen("b.py", source=FileSource.STAGED),
        seen("b.py", gaps=[Gap("bandit", "a.py", GapKind.UNPARSABLE, "why")]),
        seen("b.py", gaps=[Gap("bandit", None, GapKind.CRASH, "why")]),
        seen("b.py", left_out=[SkippedPath("a.py", SkipReason.EXCLUDED, "bandit")]),
        ScannedPaths([result("b.py")], Targets(FileSource.GIT_INDEX, 1, gaps=(Gap("targets", "a.py", GapKind.UNREADABLE, "why"),))),
        ScannedPaths([result("b.py")], Targets(FileSource.GIT_INDEX, 1, gaps=(Gap("targets", "a.py", GapKind.ABSENT, "why"),))),
        ScannedPaths([result("b.py")], Targets(FileSource.GIT_INDEX, 1, gaps=(Gap("targets", None, GapKind.INTERRUPTED, "why"),))),
        ScannedPaths([result("b.py", scanner="semgrep")], Targets(FileSource.GIT_INDEX, 1)),
        None,
    ],
)
def test_finding_is_not_moved_from_a_file_not_scanned(sight: ScannedPaths | None) -> None:
    assert not matched(found("b.py"), entry("a.py"), sight)


def test_a_finding_in_a_repository_that_was_not_scanned_is_not_gone() -> None:
    targets = Targets(FileSource.GIT_INDEX, 1, gaps=(Gap("targets", "sub", GapKind.NESTED_REPOSITORY, "why"),))
    scanned = ScannedPaths([result("b.py")], targets)
    assert [scanned.is_gone(path) for path in ("sub/a.py", "sub", "subway/a.py", "a.py")] == [False, False, True, True]


def test_a_file_that_is_in_the_index_alone_is_gone() -> None:
    targets = Targets(FileSource.GIT_INDEX, 1, skipped_paths=(SkippedPath("a.py", SkipReason.NOT_IN_WORK_TREE),))
    assert matched(found("b.py", context="y"), entry("a.py"), ScannedPaths([result("b.py")], targets))


def test_of_staged_files_somebody_has_to_say_what_is_gone() -> None:
    assert matched(
        found("b.py", context="y"), entry("a.py"), ScannedPaths([result("b.py")], Targets(FileSource.STAGED, 1), {"a.py"})
    )


def test_a_secret_is_the_same_only_while_its_value_is() -> None:
    assert matched(found(secret="1"), entry(secret="1"))
    assert not matched(found(secret="2"), entry(secret="1"))
    assert not matched(found("b.py", secret="2"), entry(secret="1"), seen("b.py"))


def test_without_a_digest_no_secret_is_known() -> None:
    unsalted = msgspec.structs.replace(found(secret="1"), identity=FindingIdentity("c", "x"))
    assert not matched(unsalted, entry())
    assert collect_known_findings([unsalted]) == ()


def test_two_where_one_is_known_are_one_new() -> None:
    assert sorted(match_findings([found(line=1), found(line=2)], [entry()]), key=str) == [0, None]
    assert match_findings([found(line=1), found(line=2)], [entry(count=2)]) == (0, 0)


def test_of_twins_the_one_that_stayed_where_it_was_is_known() -> None:
    assert match_findings([found(line=1, context="y"), found(line=9)], [entry()]) == (None, 0)


def test_two_sources_do_not_cover_one_finding_each() -> None:
    known = (entry(),)
    assert collect_known_findings([found()], MAIN, already_known=known) == ()
    assert collect_known_findings([found(line=1), found(line=2)], MAIN, already_known=known) == (
        KnownFinding("a.py", RULE, "c", "x", source=MAIN),
    )


def test_known_source_counts_matched_and_gone_findings() -> None:
    known = (entry(count=2), entry("gone.py"), entry("left.py"))
    scan = msgspec.structs.replace(
        result("a.py", left_out=[SkippedPath("left.py", SkipReason.EXCLUDED, "bandit")]), findings=(found(), found(content="n"))
    )
    (marked,), sources = mark_known_findings([scan], Targets(FileSource.GIT_INDEX, 1), known, {BASELINE: "file"})
    assert [each.known_by for each in marked.findings] == [BASELINE.name, ""]
    assert sources == (KnownSource(BASELINE.name, BASELINE.kind, findings=4, matched=1, gone=2, file="file"),)


def test_source_without_matches_is_reported() -> None:
    _, sources = mark_known_findings([result("a.py")], Targets(FileSource.GIT_INDEX, 1), (), {MAIN: ""})
    assert sources == (KnownSource(MAIN.name, MAIN.kind, 0, 0, 0),)


# -- properties --

PATHS = st.sampled_from(["a.py", "b.py", "c.py"])
WORDS = st.sampled_from(["1", "2"])
secrets = st.sampled_from(["", "", "s", "t"])
some_findings = st.lists(st.builds(found, PATHS, WORDS, WORDS, secrets, st.integers(1, 3)), max_size=8)
some_entries = st.lists(st.builds(entry, PATHS, WORDS, WORDS, secrets, st.integers(1, 2)), max_size=6)
sights = st.sampled_from([None, seen("a.py", "b.py", "c.py"), seen("b.py"), seen("b.py", source=FileSource.STAGED)])


@given(some_findings, some_entries, sights)
def test_an_entry_never_covers_more_than_it_counts_nor_another(
    new: list[Finding], old: list[KnownFinding], sight: ScannedPaths | None
) -> None:
    answers = match_findings(new, old, sight)
    assert len(answers) == len(new)
    used = Counter(at for at in answers if at is not None)
    assert all(number <= old[at].count for at, number in used.items())
    for finding_, at in zip(new, answers, strict=True):
        if at is not None and finding_.identity is not None:
            assert (finding_.rule, finding_.identity.content, finding_.identity.secret) == (
                old[at].rule,
                old[at].content,
                old[at].secret,
            )


@given(some_findings, some_entries, sights, st.randoms())
def test_the_order_changes_nothing(
    new: list[Finding], old: list[KnownFinding], sight: ScannedPaths | None, shuffle: object
) -> None:
    def reported(findings: list[Finding], known: list[KnownFinding]) -> Counter[tuple[Finding, KnownFinding | None]]:
        answers = match_findings(findings, known, sight)
        return Counter((each, None if at is None else known[at]) for each, at in zip(findings, answers, strict=True))

    other, mixed = list(new), list(old)
    shuffle.shuffle(other)  # type: ignore[attr-defined]
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    assert reported(new, old) == reported(other, mixed)


@given(some_findings, st.lists(st.builds(found, PATHS, WORDS, WORDS, secrets, st.integers(1, 3)), max_size=3))
def test_scan_matches_itself_and_finds_every_addition(new: list[Finding], more: list[Finding]) -> None:
    known = collect_known_findings(new)
    assert None not in match_findings(new, known)
    assert sum(at is None for at in match_findings([*new, *more], known)) == len(more)


@given(some_findings, some_entries)
def test_recognising_loses_no_finding(new: list[Finding], old: list[KnownFinding]) -> None:
    scan = msgspec.structs.replace(result("a.py", "b.py", "c.py"), findings=tuple(new))
    (marked,), (source,) = mark_known_findings([scan], Targets(FileSource.GIT_INDEX, 3), old, {BASELINE: ""})
    assert [msgspec.structs.replace(each, known_by="", previous_path="") for each in marked.findings] == new
    assert (
        source.matched == sum(bool(each.known_by) for each in marked.findings) <= source.findings == sum(each.count for each in old)
    )


def test_marked_finding_names_its_source_and_previous_path() -> None:
    scan = msgspec.structs.replace(result("a.py", "b.py"), findings=(found(), found("b.py", "moved")))
    known = (entry(), entry("gone.py", "moved"))
    (marked,), sources = mark_known_findings([scan], Targets(FileSource.GIT_INDEX, 2), known)
    assert [(each.known_by, each.previous_path) for each in marked.findings] == [(BASELINE.name, ""), (BASELINE.name, "gone.py")]
    assert [(each.name, each.file) for each in sources] == [(BASELINE.name, "")]


@pytest.mark.parametrize("absent", [(), ("a.py",)])
def test_staged_finding_has_moved_only_from_an_absent_path(absent: tuple[str, ...]) -> None:
    scan = msgspec.structs.replace(result("b.py"), findings=(found("b.py"),))
    (marked,), _ = mark_known_findings([scan], Targets(FileSource.STAGED, 1), (entry(),), absent=absent)
    assert marked.findings[0].previous_path == "".join(absent)
