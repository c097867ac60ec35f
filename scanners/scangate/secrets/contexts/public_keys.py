"""Recognizes keys that are published: public keys, certificates, publishable keys of services."""

from __future__ import annotations

import re

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.names import MAX_DISTANCE, NameKind, assigned_name, kind_of_name
from scangate.secrets.text import ScannedText
from scangate.secrets.values import words_of

_FORMATS = re.compile(
    r"-----BEGIN (?:[A-Z0-9 ]+ )?(?:PUBLIC KEY|CERTIFICATE)|"
    r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\w+|sk-ssh-\S+) AAAA|AAAA[BCE]3NzaC"
    r"|age1[a-z0-9]{50,}|RW[A-Za-z0-9+/]{54}|pk[._](?:live|test)[_A-Za-z0-9]|"
    # https://docs.mapbox.com/help/dive-deeper/access-tokens/, https://supabase.com/docs/guides/api/api-keys,
    # https://razorpay.com/docs/payments/dashboard/account-settings/api-keys/, https://www.pubnub.com/docs/general/setup/account-setup
    r"pk\.eyJ1Ijoi|sb_publishable_|rzp_(?:live|test)_[0-9A-Za-z]{14}(?![0-9A-Za-z])|(?:pub|sub)-c-[0-9a-f]{8}-|"
    # the DER of a public key or a certificate in base64: https://www.rfc-editor.org/rfc/rfc5280
    r"MII[BCDEFGHIJ][A-Za-z0-9+/]{2,3}ANBgkqhkiG9w0BAQ|MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQ|MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE|MCowBQYDK2VwAyEA"
)
# The token of a picture, which every reader of a page sees: https://docs.codecov.com/docs/status-badges
_BADGE = re.compile(r"/(?:badge|graphs/\w{1,20})\.svg\?token=\Z")
_BADGE_TOKEN = re.compile(r"[A-Za-z0-9]{10}(?![A-Za-z0-9])")
_PUBLIC_WORDS = frozenset(["public", "pub", "publishable", "certificate", "cert", "certs", "sitekey", "vapid", "anon"])
_SECRET_WORDS = frozenset({"private", "secret", "secrets"})
_PGP_WORDS = frozenset({"gpg", "pgp", "keyid"})
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{16}|(?:[0-9A-Fa-f]{4} ?){10}")
_SITE_KEY = re.compile(r"(?i)site_?-?key|client_?-?id\Z")


def is_public_key(detection: Detection, text: ScannedText) -> bool:
    """Whether the key is public, by its form or its name."""
    if _FORMATS.match(detection.value):
        return True
    if detection.secret_class in (SecretClass.TOKEN, SecretClass.KEY, SecretClass.PASSWORD):
        return False
    before = text.text[max(detection.start - MAX_DISTANCE, 0) : detection.start]
    if _BADGE.search(before) and _BADGE_TOKEN.match(detection.value):
        return True
    name = assigned_name(detection, text)
    if _FINGERPRINT.fullmatch(detection.value) and not _PGP_WORDS.isdisjoint(words_of(name)):
        return True
    if kind_of_name(name) is NameKind.PASSWORD or not _SECRET_WORDS.isdisjoint(words_of(name)):
        return False  # the private key to a public one, or what protects it
    return not _PUBLIC_WORDS.isdisjoint(words_of(name)) or _SITE_KEY.search(name) is not None
