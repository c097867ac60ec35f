"""Corpora are the same for the same seed, and their labels point at what they name."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

import pytest
from secret_corpus.corpus import FAMILIES, generate, read_labels, write_corpus
from secret_corpus.kinds import ALL_KINDS
from secret_corpus.markup import MARK, LabelledFile, expand
from secret_corpus.quiet_references import REFERENCES
from secret_corpus.quiet_texts import TEXTS
from secret_corpus.quiet_values import VALUES
from secret_corpus.quiet_variants import quiet_variants, write_variants


@cache
def files_of(family: str) -> tuple[LabelledFile, ...]:
    return tuple(generate(family, 7))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_the_same_for_the_same_seed(family: str) -> None:
    assert files_of(family) == tuple(generate(family, 7))
    assert files_of(family)[0] != next(generate(family, 8))


@pytest.mark.parametrize("family", FAMILIES)
def test_labels_point_at_their_values(family: str) -> None:
    files = files_of(family)
    assert len({file.path for file in files}) == len(files)
    for file in files:
        assert not MARK.search(file.text), file.path
        lines = file.text.replace("\r", "").split("\n")
        for label in file.labels:
            assert label.path == file.path
            assert "\n".join(lines[label.line - 1 : label.end_line])[label.column - 1 :].startswith(label.text)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_positives_and_negatives_of_every_generator(family: str) -> None:
    labels = [label for file in files_of(family) for label in file.labels]
    secret = {label.generator for label in labels if label.secret}
    assert secret == {label.generator for label in labels if not label.secret}
    assert all(len(label.value) >= 6 for label in labels if label.secret)
    assert len({label.value for label in labels if label.secret}) > 0.97 * sum(label.secret for label in labels)


def test_marks_become_values_with_places() -> None:
    template = "a: <~word>\nb:\n  <+key.ec>\nc: <+password#x@pair|url> <-text=Passwort> <+password#x>\n"
    file = expand("<|a|a>.yaml", template, Random(1), ALL_KINDS, "test")
    key, quoted, text, plain = file.labels
    lines = file.text.split("\n")
    assert file.path == "a.yaml"
    assert (key.line, key.column, key.secret, lines[key.end_line - 1]) == (3, 3, True, "  -----END EC PRIVATE KEY-----")
    assert (text.kind, text.secret, text.value) == ("text", False, "Passwort")
    assert quoted.value == plain.value
    assert (quoted.group, plain.group) == ("pair", "")
    assert lines[plain.line - 1].endswith(plain.text)


def test_parts_of_a_secret_are_in_one_file() -> None:
    groups: dict[tuple[str, str], list[str]] = {}
    for family in FAMILIES:
        for file in files_of(family):
            for label in file.labels:
                if label.group:
                    groups.setdefault((file.path, label.group), []).append(label.kind)
    assert len(groups) > 40
    assert all(len(kinds) >= 2 for kinds in groups.values())


def test_unknown_kinds_are_errors() -> None:
    with pytest.raises(KeyError):
        expand("a", "<+pasword>", Random(1), ALL_KINDS, "test")


def test_labels_are_written_beside_the_tree(tmp_path: Path) -> None:
    labels = write_corpus(tmp_path / "corpus", 7, ["leaks"])
    assert read_labels(tmp_path / "corpus") == labels
    tree = tmp_path / "corpus" / "tree"
    written = {path.relative_to(tree).as_posix(): path.read_bytes().decode() for path in tree.rglob("*") if path.is_file()}
    assert written == {file.path: file.text for file in files_of("leaks")}
    assert labels == tuple(label for file in files_of("leaks") for label in file.labels)
    with pytest.raises(FileExistsError):
        write_corpus(tmp_path / "corpus", 7)


def test_variants_that_must_not_block_hold_no_secret(tmp_path: Path) -> None:
    variants = list(quiet_variants(7))
    source = REFERENCES + TEXTS + VALUES
    assert len(variants) == source.count("\n=== ") >= 120
    assert not [mark[0] for mark in MARK.finditer(source) if mark["sign"] == "+"]
    assert all(variant.text.strip() and variant.why and not MARK.search(variant.text) for variant in variants)
    written = write_variants(tmp_path, 7)
    assert [variant.text for variant in written] == [variant.text for variant in variants]
    assert all((tmp_path / variant.path).read_bytes().decode() == variant.text for variant in written)
    assert len({variant.path for variant in written}) == len(written)
