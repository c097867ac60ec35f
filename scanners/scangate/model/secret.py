"""A secret in a file: where its characters are, which detectors found it, and how much it weighs; never the characters."""

from __future__ import annotations

import msgspec

from scangate.model.location import Span
from scangate.model.severity import Severity
from scangate.model.string_enum import StrEnum


class SecretWeight(StrEnum):
    """Where a secret is redacted. STRONG: wherever its characters occur in any output. WEAK: in its own place only, because it may
    as well be a name, a placeholder or a checksum."""

    STRONG = "strong"
    WEAK = "weak"

    @classmethod
    def of(cls, severity: Severity) -> SecretWeight:
        """The weight of a secret that is reported with ``severity``: strong from medium on, and if the severity is unknown."""
        return cls.WEAK if severity in (Severity.INFO, Severity.LOW) else cls.STRONG


class SecretClass(StrEnum):
    """How a detector knows that a text is a secret, the most specific first."""

    TOKEN = "token"  # noqa: S105 -- the format of a provider
    KEY = "key"  # key material
    PASSWORD = "password"  # noqa: S105  # pragma: allowlist secret -- in a place that is for a password by a format
    ASSIGNMENT = "assignment"  # assigned to a name that says so
    RANDOM = "random"  # its characters look random


class SecretContext(StrEnum):
    """What a value or its surroundings say against a secret."""

    # no secret at all
    REFERENCE = "reference"  # names where the secret is: a variable, a path, a secret store, a call
    CIPHERTEXT = "ciphertext"  # encrypted
    DIGEST = "digest"  # a hash, a checksum
    PUBLIC_KEY = "public-key"
    IDENTIFIER = "identifier"  # names a resource, an account, an action, a setting
    TRANSLATION = "translation"  # text for people
    # hardly a secret
    PLACEHOLDER = "placeholder"  # written to be replaced
    DOCUMENTATION = "documentation"  # an example from documentation
    DEFAULT = "default"  # a well-known default, such as the name of the product
    SAME_AS_USER = "same-as-user"  # the value is the user name
    LOCAL_HOST = "local-host"  # a service on this machine or of a CI job
    TEST = "test"  # made up for a test


class SecretAssessment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, order=True, omit_defaults=True):
    """Why a secret has its severity: its class, what speaks against it, and the detectors that found it, by their rule ids."""

    secret_class: SecretClass
    contexts: tuple[SecretContext, ...] = ()
    detectors: tuple[str, ...] = ()


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
