"""Private keys of all formats: as blocks, as JSON Web Keys, and after a name."""

from __future__ import annotations

import pytest

from scangate.secrets.detectors import private_keys
from tests.support.fake_secrets import seeded_text
from tests.support.secret_places import check_hostile, check_places, detections

BODY = "\n".join(seeded_text(f"line {number}", 64) for number in range(8))
FOUND: tuple[tuple[str, str], ...] = (("jwk.json", '{"kty": "EC", "crv": "P-256", "x": "abc", "d": "{key}"}'),)
SILENT: tuple[tuple[str, str], ...] = (
    ("jwk.json", '{"kty": "EC", "crv": "P-256", "x": "abc", "y": "def"}'),
    ("a.py", 'KEY = "-----BEGIN PRIVATE KEY-----" + body + "-----END PRIVATE KEY-----"'),
    ("a.py", "# PrivateKey = <key>"),
)
KEYS = {
    "putty-private-key": "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 8\n"
    + BODY
    + "\nPrivate-MAC: ab\n",
    "pgp-private-key": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: x\n\n"
    + BODY
    + "\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n",
    "private-key": 'key = "-----BEGIN RSA PRIVATE KEY-----\\n' + BODY.replace("\n", "\\n") + '\\n-----END RSA PRIVATE KEY-----\\n"',
    "minisign-secret-key": "untrusted comment: minisign encrypted secret key\nRW" + seeded_text("minisign", 210),
    "wireguard-private-key": "[Interface]\nPrivateKey = " + seeded_text("wireguard", 42) + "Q=\n",
}


@pytest.mark.parametrize(("path", "template"), FOUND)
def test_secrets_are_found_in_their_places(path: str, template: str) -> None:
    check_places(private_keys, template, path)


@pytest.mark.parametrize(("path", "text"), SILENT)
def test_references_and_other_texts_are_not(path: str, text: str) -> None:
    assert not detections(private_keys, text, path)


@pytest.mark.parametrize("rule", KEYS)
def test_private_keys_are_found(rule: str) -> None:
    (found,) = detections(private_keys, KEYS[rule])
    written = KEYS[rule][found.start : found.end]
    assert found.rule == rule
    assert len(written) > 40
    assert (rule in {"pgp-private-key", "private-key"}) == written.startswith("-----BEGIN ")


def test_hostile_text_takes_linear_time() -> None:
    check_hostile(
        private_keys,
        ["-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n", "PuTTY-User-Key-File-2: a\n", "secret_key=a"],
        length=30_000,
    )
