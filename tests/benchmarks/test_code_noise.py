"""The labels of what blocks in code can be read, fit the list of applications, and are counted by rule."""

from __future__ import annotations

from collections import Counter

import pytest
from code_noise import Label, blocking, by_rule, main, read_applications, read_labels


def test_the_committed_labels_are_of_the_committed_applications() -> None:
    versions = read_applications()
    labels = read_labels()
    assert len(versions) >= 15
    assert all(versions[each.project] == each.version and each.label for each in labels)
    assert len({each.key for each in labels}) == len(labels)


def test_what_blocks_is_read_once_for_each_place_and_rule() -> None:
    place = {"rule": "taint:a", "location": {"path": "a.py", "line": 3}}
    rulings = [{"outcome": outcome, "finding": place} for outcome in ("blocking", "blocking", "tolerated")]
    assert blocking("app", "1.0", {"findings": rulings}) == (Label("app", "1.0", "a.py", 3, "taint:a"),)


def test_labels_are_counted_by_rule(capsys: pytest.CaptureFixture[str]) -> None:
    labels = [Label("app", "1.0", "a.py", line, "a", label) for line, label in enumerate(("right", "right", "wrong"))]
    assert by_rule(labels) == {"a": Counter(right=2, wrong=1)}
    main([])
    assert "| all | " in capsys.readouterr().out


def test_a_label_is_one_of_three_readings() -> None:
    with pytest.raises(ValueError, match="right, debatable or wrong"):
        Label("app", "1.0", "a.py", 1, "a", "maybe")
