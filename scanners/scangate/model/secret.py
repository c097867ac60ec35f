"""A secret in a file: where its characters are, which detectors found it, and how much it weighs; never the characters."""

from __future__ import annotations

import enum

import msgspec

from scangate.model.location import Span
from scangate.model.severity import Severity


class SecretWeight(enum.StrEnum):
    """Where a secret is redacted. STRONG: wherever its characters occur in any output. WEAK: in its own place only, because it may
    as well be a name, a placeholder or a checksum."""

    STRONG = "strong"
    WEAK = "weak"

    @classmethod
    def of(cls, severity: Severity) -> SecretWeight:
        """The weight of a secret that is reported with ``severity``: strong from medium on, and if the severity is unknown."""
        return cls.WEAK if severity in (Severity.INFO, Severity.LOW) else cls.STRONG


class Secret(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True):
    """One secret. ``spans``: its value from first to last character, in several pieces where the source puts it together from
    literals (``"ab" + "cd"``); nothing else is in them, no quotes, no names, no operators. ``detectors``: the rules that found it.
    ``is_exact``: the engine has made the extent so; what a detector reports may be a part of the value, or more.
    """

    spans: tuple[Span, ...]
    detectors: tuple[str, ...] = ()
    weight: SecretWeight = SecretWeight.STRONG
    is_exact: bool = False

    def __post_init__(self) -> None:
        if not self.spans:
            raise ValueError("a secret without a place")
