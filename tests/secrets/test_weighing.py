"""A secret has the rating of its class, lowered by its contexts; the documentation has the same tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scangate.model import Confidence, SecretClass, SecretContext, Severity
from scangate.report.secret_text import CLASS_TEXTS, CONTEXT_TEXTS
from scangate.secrets.weighing import CLASS_RATINGS, CONTEXT_RATINGS, weigh

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "secrets.md"


def rows() -> list[list[str]]:
    """The rows of both tables of the page."""
    return [re.split(r"\s*\|\s*", line.strip("| ")) for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]


def test_the_page_has_the_classes_and_contexts_with_their_ratings() -> None:
    shown = [[name, text, severity.value, confidence.value] for name, text, (severity, confidence) in ratings()]
    assert rows() == shown


def ratings() -> list[tuple[str, str, tuple[Severity, Confidence]]]:
    classes = [(f"`{each.value}`", CLASS_TEXTS[each], CLASS_RATINGS[each]) for each in SecretClass]
    return classes + [(f"`{each.value}`", CONTEXT_TEXTS[each], CONTEXT_RATINGS[each]) for each in SecretContext]


@pytest.mark.parametrize("secret_class", SecretClass)
def test_contexts_only_lower_the_rating_of_a_class(secret_class: SecretClass) -> None:
    assert weigh(secret_class, ()) == CLASS_RATINGS[secret_class]
    for context in SecretContext:
        severity, confidence = weigh(secret_class, (context,))
        assert severity <= CLASS_RATINGS[secret_class][0]
        assert confidence <= CLASS_RATINGS[secret_class][1]


def test_the_lowest_of_several_contexts_counts() -> None:
    contexts = (SecretContext.PLACEHOLDER, SecretContext.REFERENCE)
    assert weigh(SecretClass.TOKEN, contexts) == weigh(SecretClass.TOKEN, contexts[::-1]) == (Severity.INFO, Confidence.LOW)
