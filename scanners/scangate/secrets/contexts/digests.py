"""Recognizes digests: of a file, a commit, a password. None can be used in place of what it was made from."""

from __future__ import annotations

import re

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.names import MAX_DISTANCE, assigned_name, says_secret
from scangate.secrets.places import keys_around
from scangate.secrets.text import ScannedText
from scangate.secrets.values import is_drawn, word_set, words_of

_FORMATS = re.compile(
    r"(?i:sha1[-:=](?:[0-9a-f]{40}|[A-Za-z0-9+/_-]{27}=?)|md5[-:=](?:[0-9a-f]{32}|[A-Za-z0-9+/_-]{22}(?:==)?))"
    r"|(?:sha(?:224|256|384|512)|blake[23]\w*)[-:=][A-Za-z0-9+/=_-]{38,}"
    # https://passlib.readthedocs.io/en/stable/modular_crypt_format.html
    r"|\$(?:2[abxy]?|5|6|1|y|7|apr1|argon2\w*|scrypt|pbkdf2[\w-]*|sha\d+|S|P|H)\$[./A-Za-z0-9$=,+-]{16,}"
    r"|(?:md5|sha1|sha256|sha512)\$[^$]{0,40}\$[0-9a-f]{32,}"
    r"|(?:pbkdf2_sha\d+|bcrypt_sha256|argon2|scrypt)\$[^$]*\$.{16,}|(?:scrypt|pbkdf2)(?::\w+)+\$.{16,}"
    r"|\{(?:SSHA|SHA|SHA256|SHA512)\}.{27,}|\{S?MD5\}.{22,}|\{(?:CRYPT|bcrypt)\}.{13,}"
)
_DIGEST_WORDS = word_set(
    """hash hashes hashed digest digests checksum checksums sha md sum integrity etag fingerprint thumbprint commit revision rev
    gitsha crc"""
)
# https://docs.oasis-open.org/wss/v1.1/wss-v1.1-spec-os-UsernameTokenProfile.pdf
_PASSWORD_DIGEST = re.compile(r"#PasswordDigest[\"'][^<>]{0,80}>\Z")
_HASHED_WORDS, _ALGORITHMS = frozenset({"hashed", "hashes", "digest", "digests"}), frozenset({"sha", "md", "crc", "checksum"})
_HEX = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}|[0-9a-fA-F]{64}|[0-9a-fA-F]{96}|[0-9a-fA-F]{128}")
_NAMED_DIGEST = re.compile(r"(?:[A-Za-z]+[.:-])+(?:[0-9a-f]{40}|[0-9a-f]{64})")  # what a type or a kind of thing is stored under
_BRACKETS = "}])"  # of a mapping or a list around a bare value
_STRUCTURED = (SecretClass.PASSWORD, SecretClass.TOKEN, SecretClass.KEY)


def _is_hash_of_secret(words: list[str]) -> bool:
    """Whether the words of a name are those of a secret, and after them a hash: "pwd_hash_nt", not "hash_secret"."""
    return "hash" in words[1:] and not words.index("hash") < max(
        at for at, word in enumerate(words) if word != "hash" and says_secret(word)
    )


def is_digest(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is a digest, by its form or its name. In a place that is for a password's digest, its class decides."""
    if detection.secret_class in _STRUCTURED:
        before = text.text[max(detection.start - MAX_DISTANCE, 0) : detection.start]
        return _PASSWORD_DIGEST.search(before) is not None
    if _FORMATS.fullmatch(detection.value):
        return True
    name, is_hex = assigned_name(detection, text), _HEX.fullmatch(detection.value.rstrip(_BRACKETS)) is not None
    words = set(words_of(name))
    if says_secret(name) and is_drawn(detection.value):
        # hash_secret is the secret of a hash, but md5_password a digest, and a hashed_password too
        is_hashed = is_hex and _is_hash_of_secret(words_of(name))
        return is_hashed or not words.isdisjoint(_HASHED_WORDS) or (is_hex and not words.isdisjoint(_ALGORITHMS))
    if not words.isdisjoint(_DIGEST_WORDS) or (_NAMED_DIGEST.fullmatch(detection.value) and not says_secret(name)):
        return True
    if detection.secret_class is not SecretClass.RANDOM and not is_hex:
        return False
    return any(not _DIGEST_WORDS.isdisjoint(words_of(key)) for key in keys_around(text, detection.start))
