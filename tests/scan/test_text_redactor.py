"""Texts that no scanner reported: after a scan from the cache, files with secrets are read only for texts that are new."""

from __future__ import annotations

from pathlib import Path

import pytest

from scangate.model import FileReport, Secret, Span
from scangate.plugin import SourceFile
from scangate.scan.cache_store import CacheStore
from scangate.scan.masking import MASK
from scangate.scan.redaction import Redactor
from scangate.scan.result_cache import FileChangedError
from scangate.scan.text_redactor import FileSecrets, TextRedactor

KEY, INPUTS = b"k" * 32, b"inputs"
SECRET = Secret((Span(1, 7, 1, 15),))


class DictCache(CacheStore):
    """A cache in memory."""

    def __init__(self) -> None:
        self.rows: dict[bytes, bytes] = {}

    def get(self, keys, *, for_results=True):  # type: ignore[no-untyped-def]
        return {key: self.rows[key] for key in keys if key in self.rows}

    def put(self, entries):  # type: ignore[no-untyped-def]
        self.rows.update(entries)


@pytest.fixture
def redactor(tmp_path: Path) -> Redactor:
    file = tmp_path / "c.yml"
    file.write_text("pass: hunter22\n", "utf-8")
    made = Redactor([SourceFile("c.yml", file)])
    made.add_secrets([FileReport("c.yml", secrets=(SECRET,))])
    return made


def never(secrets: FileSecrets) -> Redactor:
    raise AssertionError("a file was read")


def test_clean_texts_are_remembered_and_others_are_redacted_again(redactor: Redactor) -> None:
    store = (DictCache(), KEY)
    cold = TextRedactor()
    cold.learn(redactor, store, INPUTS, {"c.yml": 3})
    assert (cold.redact("a reason"), cold.redact("see hunter22")) == ("a reason", "see ***")
    cold.save()
    assert not [value for value in store[0].rows.values() if b"hunter22" in value or b"reason" in value]
    warm = TextRedactor()
    assert warm.recall(store, INPUTS, never)
    assert warm.redact("a reason") == "a reason"
    warm = TextRedactor()
    known: list[FileSecrets] = []
    assert warm.recall(store, INPUTS, lambda secrets: known.append(secrets) or redactor)  # type: ignore[func-returns-value]
    assert warm.redact("see hunter22") == "see ***"
    assert known == [((3, (SECRET,)),)]


def test_other_inputs_know_nothing(redactor: Redactor) -> None:
    store = (DictCache(), KEY)
    cold = TextRedactor()
    cold.learn(redactor, store, INPUTS, {"c.yml": 0})
    cold.redact("a reason")
    cold.save()
    assert not TextRedactor().recall(store, b"other", never)
    store[0].rows[KEY] = b"damaged"
    assert not TextRedactor().recall(store, INPUTS, never)


def test_a_text_is_masked_if_the_secrets_are_gone(redactor: Redactor) -> None:
    def changed(secrets: FileSecrets) -> Redactor:
        raise FileChangedError

    store = (DictCache(), KEY)
    cold = TextRedactor()
    cold.learn(redactor, store, INPUTS, {"c.yml": 0})
    cold.redact("a reason")
    cold.save()
    warm = TextRedactor()
    assert warm.recall(store, INPUTS, changed)
    assert warm.redact("another reason") == MASK


def test_without_a_scan_only_tokens_are_masked() -> None:
    token = "ghp_" + "a1B2" * 9
    assert TextRedactor().redact(f"see {token} at https://bob:hunter22@example.org") == "see *** at https://bob:***@example.org"
