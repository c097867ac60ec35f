"""Recognizes digests: of a file, a commit, a password. None can be used in place of what it was made from."""

from __future__ import annotations

import re

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.names import assigned_name
from scangate.secrets.places import keys_around
from scangate.secrets.text import ScannedText
from scangate.secrets.values import word_set, words_of

_FORMATS = re.compile(
    r"(?:sha(?:1|224|256|384|512)|md5|blake[23]\w*)[-:=][A-Za-z0-9+/=_-]{20,}"
    # https://passlib.readthedocs.io/en/stable/modular_crypt_format.html
    r"|\$(?:2[abxy]?|5|6|1|y|7|apr1|argon2\w*|scrypt|pbkdf2[\w-]*|sha\d+|S|P|H)\$[./A-Za-z0-9$=,+-]{16,}"
    r"|(?:md5|sha1|sha256|sha512)\$[^$]{0,40}\$[0-9a-f]{32,}"
    r"|(?:pbkdf2_sha\d+|bcrypt_sha256|argon2|scrypt|pbkdf2:sha\d+:\d+)\$.{16,}"
    r"|\{(?:SSHA?|SHA|SMD5|MD5|CRYPT|SHA256|SHA512|bcrypt)\}.{8,}"
)
_DIGEST_WORDS = word_set(
    """hash hashes hashed digest digests checksum checksums sha md sum integrity etag fingerprint thumbprint commit revision rev
    gitsha crc"""
)
_HEX = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}")
_STRUCTURED = (SecretClass.PASSWORD, SecretClass.TOKEN, SecretClass.KEY)


def is_digest(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is a digest, by its form or its name. In a place that is for a password's digest, its class decides."""
    if detection.secret_class in _STRUCTURED:
        return False
    if _FORMATS.fullmatch(detection.value):
        return True
    names = [assigned_name(detection, text)]
    if detection.secret_class is SecretClass.RANDOM or _HEX.fullmatch(detection.value):
        names += keys_around(text, detection.start)
    return any(not _DIGEST_WORDS.isdisjoint(words_of(name)) for name in names)
