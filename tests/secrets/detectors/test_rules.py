"""The rules of our detectors and the texts that describe them."""

from __future__ import annotations

from scangate.secrets.detectors import DETECTORS, TITLES

NOUNS = frozenset({"Token", "Key", "Secret", "Password", "Credential", "Credentials", "Access", "Client", "Authorization"})


def test_a_rule_is_reported_by_one_detector() -> None:
    assert sum(len(detector.RULES) for detector in DETECTORS) == len(TITLES)


def test_titles_are_in_sentence_case() -> None:
    names = {"basic-authorization", "bearer-authorization", "kubernetes-secret", "jwk-private-key"}  # of headers, objects, formats
    assert [title for rule, title in TITLES.items() if rule not in names and NOUNS & set(title.split()[1:])] == []
