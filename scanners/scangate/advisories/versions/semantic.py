"""Semantic versions (https://semver.org/#spec-item-11) of npm, crates.io, Hex and Pub, and Go's, which have a ``v`` in front."""

from __future__ import annotations

import re
from typing import Self

from scangate.advisories.versions.ordered import OrderedVersion

_SEMANTIC = re.compile(r"[v=]?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.+-]*))?", re.ASCII)
_GO_PRERELEASE = re.compile(r"(\d+(?:\.\d+){0,2})(beta|rc|alpha)(\d+)", re.ASCII)

Part = tuple[int, int, str]


class SemanticVersion(OrderedVersion):
    """A semantic version; parts that are left out, as records do, are 0. What follows a ``+`` does not count."""

    @classmethod
    def parse_text(cls, text: str) -> Self | None:
        """See `OrderedVersion`."""
        match = _SEMANTIC.fullmatch(text.strip())
        if match is None:
            return None
        numbers = tuple(int(part or 0) for part in match.group(1, 2, 3))
        before = tuple(map(identifier_key, match[4].split("."))) if match[4] else ()
        return cls(text.strip(), (numbers, not before, before, *cls.build_key(match[5] or "")), is_prerelease=bool(before))

    @classmethod
    def build_key(cls, build: str) -> tuple[object, ...]:
        """What the part after the ``+`` adds to the key: nothing."""
        del build
        return ()


class PubVersion(SemanticVersion):
    """A version of Dart's pub, for which a build follows the version without one (https://dart.dev/tools/pub/versioning)."""

    @classmethod
    def build_key(cls, build: str) -> tuple[object, ...]:
        """The identifiers of the build, which are compared like those of a pre-release."""
        return (tuple(map(identifier_key, build.split("."))) if build else (),)


class GoVersion(SemanticVersion):
    """A version of a Go module (https://go.dev/ref/mod#versions), or of the toolchain, such as 1.21rc2."""

    @classmethod
    def parse_text(cls, text: str) -> Self | None:
        """See `OrderedVersion`."""
        plain = text.strip().removeprefix("go")
        toolchain = _GO_PRERELEASE.fullmatch(plain)
        if toolchain is not None:
            numbers = [*toolchain[1].split("."), "0", "0"][:3]
            plain = f"{'.'.join(numbers)}-{toolchain[2]}.{toolchain[3]}"
        found = super().parse_text(plain)
        return None if found is None else cls(text.strip(), found.key, is_prerelease=found.is_prerelease)


def identifier_key(identifier: str) -> Part:
    """The key of one identifier: numbers come first, by their value; other identifiers are ordered as ASCII."""
    return (0, int(identifier), "") if identifier.isdigit() else (1, 0, identifier)
