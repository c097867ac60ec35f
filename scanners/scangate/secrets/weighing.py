"""Weighs a secret: the rating of its class, lowered by what its context says against it. Both are tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from scangate.model import Confidence, SecretClass, SecretContext, Severity

Rating = tuple[Severity, Confidence]

CLASS_RATINGS: Mapping[SecretClass, Rating] = {
    SecretClass.TOKEN: (Severity.HIGH, Confidence.HIGH),
    SecretClass.KEY: (Severity.HIGH, Confidence.HIGH),
    SecretClass.PASSWORD: (Severity.MEDIUM, Confidence.HIGH),
    SecretClass.ASSIGNMENT: (Severity.MEDIUM, Confidence.MEDIUM),
    SecretClass.RANDOM: (Severity.LOW, Confidence.LOW),
}

NO_SECRET: Rating = (Severity.INFO, Confidence.LOW)
HARDLY_A_SECRET: Rating = (Severity.LOW, Confidence.LOW)

CONTEXT_RATINGS: Mapping[SecretContext, Rating] = {
    SecretContext.REFERENCE: NO_SECRET,
    SecretContext.CIPHERTEXT: NO_SECRET,
    SecretContext.DIGEST: NO_SECRET,
    SecretContext.PUBLIC_KEY: NO_SECRET,
    SecretContext.IDENTIFIER: NO_SECRET,
    SecretContext.TRANSLATION: NO_SECRET,
    SecretContext.PLACEHOLDER: HARDLY_A_SECRET,
    SecretContext.DOCUMENTATION: HARDLY_A_SECRET,
    SecretContext.DEFAULT: HARDLY_A_SECRET,
    SecretContext.SAME_AS_USER: HARDLY_A_SECRET,
    SecretContext.LOCAL_HOST: HARDLY_A_SECRET,
    SecretContext.TEST: HARDLY_A_SECRET,
}
"""The most that a secret is rated where its context is this. The production policy accepts no secret of severity low."""


def weigh(secret_class: SecretClass, contexts: Iterable[SecretContext]) -> Rating:
    """The lowest of the ratings of the class and the contexts."""
    ratings = [CLASS_RATINGS[secret_class], *(CONTEXT_RATINGS[context] for context in contexts)]
    return min(severity for severity, _ in ratings), min(confidence for _, confidence in ratings)
