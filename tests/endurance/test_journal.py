"""A journal goes on where it was interrupted; the table shows numbers to the right."""

from __future__ import annotations

from pathlib import Path

from tests.endurance.journal import Journal, product_digest, table


def test_half_a_line_is_left_out_and_what_follows_it_is_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a" / "runs.jsonl")
    assert list(journal) == []
    journal.add(run=1)
    with journal.file.open("a") as file:
        file.write('{"run": ')
    assert [record["run"] for record in journal] == [1]
    journal.add(run=3)
    assert [record["run"] for record in journal] == [1, 3]


def test_columns_of_numbers_are_aligned_to_the_right() -> None:
    assert table(("name", "n"), [("a", 1), ("bb", 100)]) == "name    n\na       1\nbb    100"


def test_the_digest_follows_the_product(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    before = product_digest(tmp_path)
    (tmp_path / "policies" / "a.yaml").write_text("version: 1\n")
    assert product_digest(tmp_path) != before
