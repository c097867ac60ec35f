"""Scores are what labels and findings make them; the lists of packages and labels can be read, and fit together."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from measure import clean_environment
from secret_benchmark import measure_corpora
from secret_corpus.markup import Label
from secret_noise import LABELS, Finding, agreement, read_findings, read_packages, write_findings
from secret_programs import OTHERS, Runner, find_command
from secret_scoring import Found, Place, score

REPORTS: dict[str, object] = {
    "detect-secrets": {"results": {"a.py": [{"type": "Secret Keyword", "line_number": 3}]}},
    "betterleaks": {"findings": [{"rule_id": "key", "location": {"path": "./a.py", "start_line": 3, "end_line": 5}}]},
    "credsweeper": [
        {"rule": "Token", "line_data_list": [{"path": "./a.py", "line_num": 3, "value_start": 4, "value_end": 9}]},
        {"rule": "Token", "line_data_list": [{"path": "a.py", "line_num": 3, "value_start": -2, "value_end": -2}]},
    ],
}


def label(line: int, column: int, text: str = "12345678", *, end_line: int = 0, group: str = "", secret: bool = True) -> Label:
    return Label("a.py", line, end_line or line, column, "password", secret, text, text, group, "test")


def found(line: int, column: int = 0, end_column: int = 0, *, end_line: int = 0, path: str = "a.py") -> Found:
    return Found("rule", (Place(path, line, end_line or line, column, end_column),))


@pytest.mark.parametrize(
    ("finding", "overlaps"),
    [
        (found(3, 1, 10), False),
        (found(3, 1, 11), True),
        (found(3, 17, 30), True),
        (found(3, 18, 30), False),
        (found(3), True),
        (found(2), False),
        (found(1, end_line=3), True),
        (found(3, 10, 18, path="b.py"), False),
    ],
)
def test_a_finding_is_right_if_it_overlaps_a_secret(finding: Found, overlaps: bool) -> None:
    result = score([label(3, 10)], [finding])
    assert (result.found, len(result.wrong)) == ((1, 0) if overlaps else (0, 1))


def test_a_key_of_many_lines_is_found_by_any_of_them() -> None:
    assert score([label(3, 10, end_line=9)], [found(8, 1, 4)]).found == 1


def test_parts_of_a_group_are_one_secret_in_one_file() -> None:
    labels = [label(1, 5, group="pair"), label(2, 5, group="pair"), label(4, 5)]
    result = score(labels, [found(2)])
    assert (result.secrets, result.found, result.missed) == (2, 1, (labels[2],))
    assert result.recall == 0.5


def test_wrong_findings_of_one_place_count_once_and_found_secrets_too() -> None:
    findings = [found(1), Found("other", found(1).places), found(3, 10, 18), found(3, 12, 14), found(7, 1, 5), found(7, 1, 9)]
    result = score([label(1, 5, secret=False), label(3, 10)], findings)
    assert (result.found, [each.places[0].line for each in result.wrong]) == (1, [1, 7])
    assert result.precision == 1 / 3


def test_a_pair_is_right_if_one_of_its_places_is() -> None:
    pair = Found("pair", (*found(1).places, *found(3).places))
    assert score([label(3, 10)], [pair]).wrong == ()


def test_without_secrets_or_findings_there_is_no_share() -> None:
    assert (score([], []).recall, score([label(1, 1)], []).precision) == (None, None)


@pytest.mark.parametrize("program", OTHERS)
def test_reports_of_other_programs_become_places(program: str) -> None:
    _, read = OTHERS[program]
    places = {each.places[0] for each in read(REPORTS[program])}
    assert {(place.path, place.line) for place in places} == {("a.py", 3)}
    assert places <= {Place("a.py", 3, 3), Place("a.py", 3, 5), Place("a.py", 3, 3, 5, 10)}


def test_a_program_beside_this_python_is_found() -> None:
    assert find_command("detect-secrets") == str(Path(sys.executable).parent / "detect-secrets")
    assert find_command("no-such-program") is None


def test_generated_files_are_measured_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secret_benchmark.FAMILIES", {})
    shown = measure_corpora(Runner(tmp_path, clean_environment(tmp_path / "home")), [7], ["scangate", "detect-secrets"])
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in shown.splitlines()[2:]]
    assert [row[:4] for row in rows] == [["quiet", "scangate", "0", "0"], ["quiet", "detect-secrets", "0", "0"]]
    assert int(rows[1][4]) > 0


def test_labels_are_written_and_read_again(tmp_path: Path) -> None:
    one = Finding("npm/x-1", "b.js", 3, "token", "x-token", "right", "wrong")
    two = Finding("npm/x-1", "a.js", 7, "key", "private-key", "right", "right")
    write_findings(tmp_path / "labels.tsv", [one, two])
    assert read_findings(tmp_path / "labels.tsv") == (two, one)
    assert [each.label for each in (one, two, Finding("npm/x-1", "a.js", 7, "key", "private-key", "wrong"))] == [
        "debatable",
        "right",
        "wrong",
    ]
    assert Finding("npm/x-1", "a.js", 7, "key", "private-key").label == ""
    assert agreement([one, two]) == Counter({("right", "wrong"): 1, ("right", "right"): 1})
    with pytest.raises(ValueError, match="a reading is"):
        Finding("npm/x-1", "b.js", 3, "token", "x-token", "maybe")


def test_the_committed_labels_are_of_the_committed_packages() -> None:
    packages = read_packages()
    assert len(packages) >= 40
    assert len({package.project for package in packages}) == len(packages)
    labels = read_findings(LABELS)
    assert {each.project for each in labels} <= {package.project for package in packages}
    assert all(each.first and each.second for each in labels)
    assert len({each.key for each in labels}) == len(labels)
