"""Makes values of a shape: literal text, ``[A-Z0-9]{20}``, ``[a-f]{8,12}``, ``(one|two)``, and named digests at the end."""

from __future__ import annotations

import base64
import re
import string
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from random import Random

from .markup import Make

__all__ = ["literal_start", "shape"]

PART = re.compile(r"\[(?P<set>[^\]]+)\](?:\{(?P<least>\d+)(?:,(?P<most>\d+))?\})?|\((?P<choices>[^)]*)\)|\\?(?P<sign>.)")
RANGE = re.compile(r"(.)-(.)|(.)", re.DOTALL)
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


def shape(form: str) -> Make:
    """What makes values of the shape. ``{crc}`` at its end is a checksum of six characters; ``{b64:...}`` encodes a shape."""
    if form.startswith("{b64:"):
        inner = shape(form[len("{b64:") : -1])
        return lambda random: base64.b64encode(inner(random).encode()).decode()
    ending = ENDINGS.get(form[form.rfind("{") :])
    if ending:
        form = form[: form.rfind("{")]
    make = partial(_sample, [part.groupdict() for part in PART.finditer(form)])
    return make if ending is None else _ended(make, ending)


def literal_start(form: str) -> str:
    """The text with which every value of the shape begins."""
    return re.split(r"[\[({\\]", form, maxsplit=1)[0]


def _sample(parts: list[dict[str, str | None]], random: Random) -> str:
    return "".join(_part(part, random) for part in parts)


def _part(part: dict[str, str | None], random: Random) -> str:
    if part["sign"]:
        return part["sign"]
    if part["choices"]:
        return random.choice(part["choices"].split("|"))
    least = int(part["least"] or 1)
    return "".join(random.choices(_alphabet(part["set"] or ""), k=random.randint(least, int(part["most"] or least))))


def _alphabet(ranges: str) -> str:
    def signs(found: re.Match[str]) -> str:
        first, last, one = found.groups()
        return one or "".join(map(chr, range(ord(first), ord(last) + 1)))

    return "".join(map(signs, RANGE.finditer(ranges)))


def _ended(make: Callable[[Random], str], ending: Callable[[str], str]) -> Make:
    def ended(random: Random) -> str:
        value = make(random)
        return value + ending(value)

    return ended


def _crc(value: str) -> str:
    """CRC-32 of what is behind the prefix, as six digits of base 62: see GitHub's note on its token formats of April 2021."""
    number, digits = zlib.crc32(value.rpartition("_")[2].encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits


ENDINGS: Mapping[str, Callable[[str], str]] = {"{crc}": _crc}
