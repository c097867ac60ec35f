"""Whole files that hold no secret and must never block a build, each with the reason."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from .generators_tokens import TOKEN_KINDS
from .markup import Make, expand
from .quiet_references import REFERENCES
from .quiet_texts import TEXTS
from .quiet_values import VALUES
from .shapes import shape

__all__ = ["Variant", "quiet_variants", "write_variants"]


@dataclass(frozen=True, slots=True)
class Variant:
    """A file that must not block: its path, its text, and why it holds no secret."""

    path: str
    text: str
    why: str


def quiet_variants(seed: int) -> Iterator[Variant]:
    """All variants; digests, ciphertext and identifiers in them are made from ``seed``."""
    random = Random(f"{seed} quiet")
    for path, why, template in re.findall(r"^=== (\S+) :: (.*)\n((?:(?!=== ).*\n)*)", REFERENCES + TEXTS + VALUES, re.MULTILINE):
        file = expand(path, template, random, QUIET_KINDS, "quiet")
        yield Variant(file.path, file.text, why)


def write_variants(folder: Path, seed: int) -> tuple[Variant, ...]:
    """Writes every variant to ``folder/NUMBER/PATH``, and returns them with these paths."""
    written = []
    for number, variant in enumerate(quiet_variants(seed), start=1):
        place = Variant(f"{number:03}/{variant.path}", variant.text, variant.why)
        (folder / place.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / place.path).write_bytes(place.text.encode())
        written.append(place)
    return tuple(written)


def _base64(octets: int) -> Make:
    return lambda random: base64.b64encode(random.randbytes(octets)).decode()


QUIET_KINDS: Mapping[str, Make] = {
    **TOKEN_KINDS,
    **{f"b64-{octets}": _base64(octets) for octets in (8, 12, 16, 20, 24, 32, 48)},
    "hex80": shape("[0-9a-f]{80}"),
    "gpg24": shape("[0-9A-F]{24}"),
    "crc": shape("[A-Za-z0-9+/]{4}"),
    # the pair of Amazon's documentation, in two halves, so that it is not in this file
    "aws-example-id": lambda _: "AKIAIOSF" + "ODNN7EXAMPLE",
    "aws-example-key": lambda _: "wJalrXUtnFEMI/K7MDENG" + "/bPxRfiCYEXAMPLEKEY",
}
