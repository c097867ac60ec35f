"""Texts with secrets in places that a test marks, so that no test file has a value in it.

``{pw}`` is a password, ``{other}`` another one, ``{basic}`` is ``admin:`` and the password in Base64, ``{encoded}`` the password in
Base64, ``{key}`` 64 characters of Base64, ``{hex}`` 32 hexadecimal digits, ``{crypt}`` a hash of crypt(3).
"""

from __future__ import annotations

import base64
import re
from typing import NamedTuple

from scangate.secrets.detection import Detection
from scangate.secrets.detectors import Detector
from scangate.secrets.text import ScannedText
from tests.support.fake_secrets import fake_secret, seeded_text

PASSWORD = fake_secret("place")
OTHER = fake_secret("other place")
KEY = base64.b64encode(seeded_text("key", 48).encode()).decode()
HEX = seeded_text("hex", 32, "0123456789abcdef")
CRYPT = "$2y$" + "10$" + seeded_text("crypt", 53)
# marker: as written, decoded
VALUES = {
    "{pw}": (PASSWORD, PASSWORD),
    "{other}": (OTHER, OTHER),
    "{basic}": (base64.b64encode(f"admin:{PASSWORD}".encode()).decode(), PASSWORD),
    "{encoded}": (base64.b64encode(PASSWORD.encode()).decode(), PASSWORD),
    "{key}": (KEY, KEY),
    "{hex}": (HEX, HEX),
    "{crypt}": (CRYPT, CRYPT),
}
_MARKER = re.compile("|".join(map(re.escape, VALUES)))


class Place(NamedTuple):
    """Where a secret is found, what it is, and whom and what it is for."""

    start: int
    written: str
    value: str
    user: str = ""
    host: str = ""


def fill(template: str) -> tuple[str, list[Place]]:
    """The text with values in place of its markers, and the places of the values."""
    parts, places, length, end = [], [], 0, 0
    for marker in _MARKER.finditer(template):
        before = template[end : marker.start()]
        written, value = VALUES[marker[0]]
        places.append(Place(length + len(before), written, value))
        parts += [before, written]
        length += len(before) + len(written)
        end = marker.end()
    return "".join([*parts, template[end:]]), places


def detections(detector: Detector, text: str, path: str = "file", content_type: str = "") -> list[Detection]:
    """What a detector finds, in the order of the text, each once."""
    return sorted(set(detector.find(ScannedText(path, content_type, text))))


def check_places(detector: Detector, template: str, path: str = "file", content_type: str = "") -> list[Detection]:
    """Asserts that a detector finds each marked value, in its place exactly, and nothing else; what it found."""
    text, places = fill(template)
    found = detections(detector, text, path, content_type)
    assert [Place(each.start, text[each.start : each.end], each.value) for each in found] == places
    assert {each.rule for each in found} <= set(detector.RULES)
    return found


def check_hostile(
    detector: Detector, pieces: list[str], path: str = "file", content_type: str = "", *, length: int = 60_000
) -> None:
    """Asserts that a detector reads hostile text to its end; a pattern that tries all ways to read it would not end."""
    for piece in pieces:
        for lead in ("", pieces[0]):
            text = lead + piece * (length // len(piece))
            assert all(0 <= each.start <= each.end <= len(text) for each in detections(detector, text, path, content_type))
