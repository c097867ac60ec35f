"""A baseline says the same again, is read strictly, and is merged by git where two branches touch different findings."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scangate.errors import UsageError
from scangate.judge.baseline import BASELINE_FILE, Baseline, parse_baseline, render_baseline, split_removed_entries, update_entries
from scangate.judge.finding_matching import BASELINE, KnownFinding, KnownOrigin
from scangate.model import FileSource, KnownSourceKind
from tests.support.baseline_builders import entry, found, seen

SALT = bytes(range(16))


def known(number: int, count: int = 1) -> KnownFinding:
    return KnownFinding(f"src/part_{number % 40}.py", "bandit:B602", f"{number:032x}", f"{number * 7:032x}", count=count)


SOME = Baseline(SALT, tuple(sorted(known(number, 1 + number % 3) for number in range(50))))
LINES = render_baseline(SOME).splitlines()

digests = st.integers(0, 2**128 - 1).map(lambda number: f"{number:032x}")
entries = st.builds(
    KnownFinding,
    st.text(st.characters(codec="utf-8") | st.sampled_from("\udc80\u2028\n\"'"), min_size=1, max_size=20),
    st.sampled_from(["bandit:B602", "semgrep:a.b"]),
    digests,
    st.just("") | digests,
    st.sampled_from(["", "0a1b2c3d"]),
    st.integers(1, 10**6),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(entries, max_size=12, unique_by=lambda each: (each.path, each.rule, each.content, each.context, each.secret)))
def test_baseline_survives_a_round_trip(some: list[KnownFinding]) -> None:
    baseline = Baseline(SALT, tuple(sorted(some)))
    text = render_baseline(baseline)
    assert text.isascii()
    assert parse_baseline(text, BASELINE_FILE) == baseline
    assert parse_baseline(text.replace("\n", "\r\n"), BASELINE_FILE) == baseline
    assert render_baseline(Baseline(SALT, tuple(reversed(some)))) == text


def place(words: str) -> int:
    """The number of the first line that holds ``words``."""
    return next(number for number, line in enumerate(LINES, start=1) if words in line)


ENTRY = place('{"path"')
WRONG: list[tuple[str, int, str]] = [
    ("<<<<<<< HEAD\n" + LINES[ENTRY - 1], ENTRY, "a conflict marker"),
    (LINES[ENTRY - 1] + "\n=======", ENTRY + 1, "a conflict marker"),
    (LINES[ENTRY - 1] + "\n>>>>>>> topic", ENTRY + 1, "a conflict marker"),
    (LINES[ENTRY - 1] + "\n" + LINES[ENTRY - 1], ENTRY + 1, f"the same entry as in line {ENTRY}"),
    (LINES[ENTRY - 1].replace('"count": ', '"count": -'), ENTRY, "not an entry"),
    (LINES[ENTRY - 1].replace('"count": ', '"count": 0'), ENTRY, "not an entry"),
    (LINES[ENTRY - 1].replace('"count": ', '"count": 1.'), ENTRY, "not an entry"),
    (LINES[ENTRY - 1].replace('"path"', '"size": 1, "path"'), ENTRY, "unknown field `size`"),
    (LINES[ENTRY - 1].replace('"path"', '"path": "a", "path"'), ENTRY, "the same key twice"),
    (LINES[ENTRY - 1].replace('"rule": "', '"rule": "no'), ENTRY, "in the wrong place"),
    (LINES[ENTRY - 1].replace('"rule": "bandit:', '"rule": "'), ENTRY, "not an entry"),
    (LINES[ENTRY - 1].replace("},", "}"), ENTRY, "neither an entry nor the next marker"),
    (LINES[ENTRY - 1].replace("  {", "{"), ENTRY, "neither an entry nor the next marker"),
    ("  {" + "[" * 100_000 + "},", ENTRY, "not an entry"),
    ("", ENTRY, "neither an entry"),
]


@pytest.mark.parametrize(("line", "number", "what"), WRONG)
def test_invalid_line_is_reported_with_its_number(line: str, number: int, what: str) -> None:
    text = "\n".join([*LINES[: ENTRY - 1], *line.split("\n"), *LINES[ENTRY:]]) + "\n"
    with pytest.raises(UsageError) as caught:
        parse_baseline(text, BASELINE_FILE)
    assert caught.value.message.startswith(f"{BASELINE_FILE}:{number}: ")
    assert what in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("gone", [1, 2, 3, 4, 5, ENTRY + 1, len(LINES) - 2, len(LINES) - 1, len(LINES)])
def test_a_line_of_the_frame_that_is_gone_is_missed(gone: int) -> None:
    with pytest.raises(UsageError, match=rf"^{BASELINE_FILE}:\d+: "):
        parse_baseline("\n".join([*LINES[: gone - 1], *LINES[gone:]]) + "\n", BASELINE_FILE)


@given(st.integers(0, len(render_baseline(SOME)) - 1))
def test_truncated_baseline_is_reported(length: int) -> None:
    text = render_baseline(SOME)[:length]
    with pytest.raises(UsageError) as caught:
        parse_baseline(text, BASELINE_FILE)
    lines = text.count("\n") + 1
    assert caught.value.message.startswith((f"{BASELINE_FILE}:{lines}: ", f"{BASELINE_FILE}:{lines - 1}: "))


def test_content_after_the_end_is_reported() -> None:
    with pytest.raises(UsageError, match=f":{len(LINES) + 1}: "):
        parse_baseline(render_baseline(SOME) + "{}\n", BASELINE_FILE)


def test_other_baseline_version_is_reported() -> None:
    with pytest.raises(UsageError, match=f"{BASELINE_FILE}:2: "):
        parse_baseline(render_baseline(SOME).replace('"version": 1', '"version": 2'), BASELINE_FILE)


# -- git --


def merged(folder: Path, ours: Baseline, base: Baseline, theirs: Baseline) -> str | None:
    """What git's own merge makes of three baselines, None where it leaves a conflict."""
    for name, baseline in (("ours", ours), ("base", base), ("theirs", theirs)):
        (folder / name).write_text(render_baseline(baseline))
    done = subprocess.run(["git", "merge-file", "-p", "ours", "base", "theirs"], cwd=folder, capture_output=True, check=False)
    assert done.returncode >= 0
    return done.stdout.decode() if done.returncode == 0 else None


def edited(chance: random.Random, base: Baseline, touched: list[KnownFinding], fresh: list[KnownFinding]) -> Baseline:
    """``base`` without some of ``touched``, with the others counted again, and with ``fresh``."""
    kept = {each: each for each in base.entries}
    for each in touched:
        if chance.random() < 0.5:
            del kept[each]
        else:
            kept[each] = KnownFinding(each.path, each.rule, each.content, each.context, each.secret, each.count + 1)
    return Baseline(base.salt, tuple(sorted([*kept.values(), *fresh])))


@pytest.mark.integration
@pytest.mark.parametrize("size", [0, 300])
def test_git_merges_two_branches_that_touch_different_findings(tmp_path: Path, size: int) -> None:
    """Three findings taken out or counted anew on each side, and three that are new; nine pairs of places in 4,096 might meet."""
    chance = random.Random(size)
    conflicts = 0
    for trial in range(100):
        numbers = chance.sample(range(10**6), size + 6)
        base = Baseline(SALT, tuple(sorted(map(known, numbers[6:]))))
        touched = chance.sample(base.entries, 6) if size else []
        ours = edited(chance, base, touched[:3], [known(number) for number in numbers[:3]])
        theirs = edited(chance, base, touched[3:], [known(number) for number in numbers[3:6]])
        text = merged(tmp_path, ours, base, theirs)
        if text is None:
            conflicts += 1
            continue
        removed, added = (
            [set(one) - set(other) for one, other in pairs]
            for pairs in (
                [(base.entries, each.entries) for each in (ours, theirs)],
                [(each.entries, base.entries) for each in (ours, theirs)],
            )
        )
        expected = set(base.entries).difference(*removed).union(*added)
        assert set(parse_baseline(text, BASELINE_FILE).entries) == expected, trial
    assert conflicts <= 3


@pytest.mark.integration
def test_adjacent_findings_in_one_file_merge_cleanly(tmp_path: Path) -> None:
    base = Baseline(SALT, (entry("a.py", "1" * 32, "2" * 32), entry("a.py", "3" * 32, "4" * 32)))
    ours, theirs = Baseline(SALT, base.entries[:1]), Baseline(SALT, base.entries[1:])
    assert merged(tmp_path, ours, base, theirs) == render_baseline(Baseline(SALT))


# -- update --


def test_pruning_takes_out_what_is_gone_and_adds_nothing() -> None:
    old = (entry(count=2), entry("gone.py"), entry("b.py", content="d"))
    new = [found(), found(content="new"), found("b.py", "d")]
    assert update_entries(old, new, seen("a.py", "b.py")) == (entry(), entry("b.py", content="d"))
    assert entry(content="new") in update_entries(old, new, seen("a.py", "b.py"), [new[1]])


def test_pruning_leaves_what_was_not_looked_for() -> None:
    old = (entry(count=2), entry("b.py"))
    assert update_entries(old, [found()], seen("a.py", source=FileSource.STAGED)) == (entry(), entry("b.py"))
    assert update_entries(old, [], seen()) == ()


def test_pruning_writes_down_where_it_is_now() -> None:
    assert update_entries((entry(),), [found("b.py", context="y")], seen("b.py")) == (entry("b.py", context="y"),)


def test_update_adds_up_matched_and_unscanned_counts() -> None:
    assert update_entries((entry(count=3),), [found()], seen("b.py", source=FileSource.STAGED)) == (entry(count=3),)


def test_update_drops_an_entry_whose_finding_is_excluded() -> None:
    assert update_entries((entry(),), [found()], seen("b.py", source=FileSource.STAGED), excluded=[found()]) == ()


def test_update_moves_counts_to_where_findings_are_and_keeps_the_rest() -> None:
    old = (entry(count=3), entry("b.py", content="d", count=2))
    new = [found(line=1), found(line=2), found("c.py", "e")]
    assert update_entries(old, new, seen("a.py", "c.py", source=FileSource.STAGED)) == (
        entry(count=2),
        entry("b.py", content="d", count=2),
    )
    added = update_entries(old, new, seen("a.py", "b.py", "c.py"), [new[2]], [new[0]])
    assert added == (entry(), entry("c.py", content="e"))


# -- a change against its base --

REMOVED = KnownOrigin("the base", KnownSourceKind.REMOVED_ENTRIES)


@pytest.mark.parametrize(
    ("base", "current", "kept", "removed"),
    [
        ([entry(count=3)], [entry(count=3)], [3], []),
        ([entry(count=3)], [entry(count=1)], [1], [2]),
        ([entry(count=3)], [entry(count=5)], [3], []),
        ([entry(count=3)], [], [], [3]),
        ([entry(count=3)], [entry("b.py", count=3)], [], [3]),
        ([entry(count=3)], None, [], [3]),
    ],
)
def test_entries_that_a_change_removes_stay_known_from_its_base(
    base: list[KnownFinding], current: list[KnownFinding] | None, kept: list[int], removed: list[int]
) -> None:
    now = None if current is None else Baseline(SALT, tuple(current))
    entries = split_removed_entries(Baseline(SALT, tuple(base)), now, REMOVED)
    assert [each.count for each in entries if each.source == BASELINE] == kept
    assert [each.count for each in entries if each.source == REMOVED] == removed
    assert list(entries) == sorted(entries)


@pytest.mark.parametrize(("salt", "sources"), [(SALT, {REMOVED}), (bytes(16), {BASELINE})])
def test_entry_of_a_secret_is_removed_only_under_the_same_salt(salt: bytes, sources: set[KnownOrigin]) -> None:
    base = Baseline(SALT, (entry(secret="0a1b2c3d"),))
    assert {each.source for each in split_removed_entries(base, Baseline(salt), REMOVED)} == sources
    assert {each.source for each in split_removed_entries(base, None, REMOVED)} == {REMOVED}
    code = Baseline(SALT, (entry(),))
    assert {each.source for each in split_removed_entries(code, Baseline(salt), REMOVED)} == {REMOVED}


# -- the text --


def test_entry_of_a_baseline_is_one_line_after_its_marker() -> None:
    text = render_baseline(Baseline(SALT, (entry(content="c" * 32, context="a" * 32, secret="0a1b2c3d", count=2),)))
    (line,) = [line for line in text.splitlines() if "path" in line]
    assert json.loads(line.rstrip(",")) == {
        "path": "a.py",
        "rule": "bandit:B602",
        "count": 2,
        "content": "c" * 32,
        "context": "a" * 32,
        "secret": "0a1b2c3d",
    }
    document = json.loads(text)
    assert (document["version"], document["salt"], document["entries"][0], document["entries"][-1]) == (
        1,
        SALT.hex(),
        "000",
        "end",
    )
    assert Baseline(SALT, (entry(count=2), entry("b.py", count=3))).finding_count == 5


def test_small_baseline_is_read_back() -> None:
    one = entry(content="c" * 32, context="", secret="0a1b2c3d", count=7)
    for baseline in (Baseline(SALT), Baseline(SALT, (one,)), SOME):
        text = render_baseline(baseline)
        assert parse_baseline(text, "b.json") == baseline
        assert parse_baseline(text.replace("\n", "\r\n"), "b.json") == baseline


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (1, "["),
        (2, ' "version": 7,'),
        (3, ' "salt": "00",'),
        (4, ' "other": ['),
        (5, '  "fff",'),
        (len(LINES) - 2, '  "done"'),
        (len(LINES) - 1, " ],"),
        (len(LINES), "},"),
    ],
)
def test_error_in_the_frame_names_its_line(line: int, text: str) -> None:
    broken = [*LINES[: line - 1], text, *LINES[line:]]
    with pytest.raises(UsageError) as caught:
        parse_baseline("\n".join(broken) + "\n", "b.json")
    assert caught.value.message.startswith(f"b.json:{line}: ")
    assert caught.value.hint
    with pytest.raises(UsageError) as caught:
        parse_baseline("\n".join([*LINES[: line - 1], "<<<<<<< HEAD", *LINES[line - 1 :]]) + "\n", "b.json")
    assert caught.value.message.startswith(f"b.json:{line}: ")
    assert "merge" in caught.value.hint


@pytest.mark.parametrize("lines", [0, 1, 3, 5, len(LINES) - 1])
def test_baseline_that_ends_too_early_is_reported_at_its_end(lines: int) -> None:
    text = "".join(f"{line}\n" for line in LINES[:lines])
    with pytest.raises(UsageError) as caught:
        parse_baseline(text, "b.json")
    assert caught.value.message.startswith(f"b.json:{lines + 1}: ")
    assert "too early" in caught.value.message
