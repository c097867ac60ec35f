"""Finds private keys in the formats of PEM, PuTTY, OpenPGP, JWK, minisign, WireGuard, and PEM in one line.

https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html, https://www.rfc-editor.org/rfc/rfc9580#section-6.2,
https://www.rfc-editor.org/rfc/rfc7517, https://jedisct1.github.io/minisign/,
https://www.wireguard.com/quickstart/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scangate.model import SecretClass
from scangate.secrets.candidates import detect
from scangate.secrets.detection import Detection
from scangate.secrets.lazy_pattern import LazyPattern
from scangate.secrets.text import ScannedText

PUTTY, PGP, JWK, MINISIGN, WIREGUARD, PEM = (
    "putty-private-key",
    "pgp-private-key",
    "jwk-private-key",
    "minisign-secret-key",
    "wireguard-private-key",
    "private-key",
)
RULES: Mapping[str, str] = {
    PUTTY: "PuTTY private key",
    PGP: "OpenPGP private key",
    JWK: "Private key as a JSON Web Key",
    MINISIGN: "Secret key of minisign",
    WIREGUARD: "Private or preshared key of WireGuard",
    PEM: "Private key",
}

_BODY = r"(?:[A-Za-z0-9+/=]{1,76}(?:\n|\\r\\n|\\n)[ \t]{0,40}){1,400}"
_PUTTY = LazyPattern(
    rf"PuTTY-User-Key-File-[123]: [\w-]{{1,40}}(?:\n|\\n)(?s:.{{0,8000}}?)Private-Lines: \d{{1,3}}(?:\n|\\n)"
    rf"[ \t]{{0,40}}(?P<key>{_BODY})"
)
_PEM = LazyPattern(
    r"-----BEGIN (?P<kind>[A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?)-----(?P<key>(?:\\[nrt]|"
    r"[A-Za-z0-9+/=\s:,\\\"'.+|>-]){64,20000}?)-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
)
_MINISIGN = LazyPattern(r"untrusted comment: [^\n]{0,200}(?:secret|encrypted)[^\n]{0,100}\n(?P<key>RW[A-Za-z0-9+/]{200,230}={0,2})")
_WIREGUARD = LazyPattern(
    r"^[ \t]{0,8}(?P<name>PrivateKey|PresharedKey)[ \t]{0,4}=[ \t]{0,4}(?P<key>[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)", re.MULTILINE
)
_KEY_TYPES = frozenset({"RSA", "EC", "OKP", "AKP"})


def find(text: ScannedText) -> Iterator[Detection]:
    """The private keys of each format; of a PEM block all of it, of the others what follows the header or the name."""
    if text.has("key"):
        yield from _blocks(text)
        if text.has("privatekey", "presharedkey"):
            for found in _WIREGUARD.finditer(text.text):
                yield from detect(WIREGUARD, found.start("key"), found["key"], name=found["name"], secret_class=SecretClass.KEY)
    if text.has("untrusted comment:"):
        yield from _matches(MINISIGN, _MINISIGN, text.text)
    if text.is_document and text.has("kty"):
        yield from _json_web_keys(text)


def _blocks(text: ScannedText) -> Iterator[Detection]:
    if text.has("putty-user-key-file-"):
        yield from _matches(PUTTY, _PUTTY, text.text)
    if text.has("private key"):
        for found in _PEM.finditer(text.text):  # with its header, where detect-secrets reports it
            rule = PGP if "PGP" in found["kind"] else PEM
            yield from detect(rule, found.start(), found[0], secret_class=SecretClass.KEY)


def _matches(rule: str, pattern: LazyPattern, text: str) -> Iterator[Detection]:
    for found in pattern.finditer(text):
        yield from _key(rule, found)


def _key(rule: str, found: re.Match[str]) -> Iterator[Detection]:
    key = found["key"]
    written = key.strip()
    start = found.start("key") + len(key) - len(key.lstrip())
    yield from detect(rule, start, written, secret_class=SecretClass.KEY)


def _json_web_keys(text: ScannedText) -> Iterator[Detection]:
    for entry in text.entries:
        kind = entry.sibling("kty")
        if (entry.key == "d" and kind in _KEY_TYPES and len(entry.value) >= 32) or (entry.key == "k" and kind == "oct"):
            written = text.text[entry.start : entry.end]
            yield from detect(JWK, entry.start, written, name=entry.key, secret_class=SecretClass.KEY)
