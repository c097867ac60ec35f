"""What a change removes from a baseline is still known, and is not called gone."""

from __future__ import annotations

from scangate.judge.baseline import Baseline, split_removed_entries
from scangate.judge.finding_matching import BASELINE, KnownFinding, KnownOrigin
from scangate.model import KnownSourceKind

ONE = KnownFinding("a.py", "bandit:B602", "1" * 32, count=3)
TWO = KnownFinding("b.py", "bandit:B602", "2" * 32)
SECRET = KnownFinding("c.py", "bandit:B105", "3" * 32, secret="4" * 8)
REMOVED = KnownOrigin("the baseline of main", KnownSourceKind.REMOVED_ENTRIES)
HELD = Baseline(b"salt", (ONE, TWO, SECRET))


def counts(entries: tuple[KnownFinding, ...]) -> dict[tuple[str, KnownOrigin], int]:
    return {(entry.path, entry.source): entry.count for entry in entries}


def test_an_entry_counts_what_it_counted_under_one_name_or_two() -> None:
    now = Baseline(b"salt", (KnownFinding("a.py", "bandit:B602", "1" * 32), TWO))
    assert counts(split_removed_entries(HELD, now, REMOVED)) == {
        ("a.py", BASELINE): 1,
        ("a.py", REMOVED): 2,
        ("b.py", BASELINE): 1,
        ("c.py", REMOVED): 1,
    }


def test_entries_added_by_the_change_are_ignored() -> None:
    more = Baseline(b"salt", (*HELD.entries, KnownFinding("d.py", "bandit:B602", "5" * 32)))
    assert split_removed_entries(HELD, more, REMOVED) == tuple(sorted(HELD.entries))
    assert split_removed_entries(
        HELD, Baseline(b"salt", (KnownFinding("a.py", "bandit:B602", "1" * 32, count=9), TWO, SECRET)), REMOVED
    ) == tuple(sorted(HELD.entries))


def test_under_another_salt_a_secret_stays() -> None:
    assert counts(split_removed_entries(HELD, Baseline(b"other"), REMOVED)) == {
        ("a.py", REMOVED): 3,
        ("b.py", REMOVED): 1,
        ("c.py", BASELINE): 1,
    }
    assert {entry.source for entry in split_removed_entries(HELD, None, REMOVED)} == {REMOVED}
