"""Recognizes encrypted values: they may be in a repository."""

from __future__ import annotations

import re
from itertools import pairwise

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.names import assigned_name
from scangate.secrets.places import file_name, keys_around
from scangate.secrets.text import ScannedText
from scangate.secrets.values import is_drawn, words_of

_FORMATS = re.compile(
    r"\s*(?:"
    r"\{[A-Za-z0-9+/]{43}[A-Za-z0-9+/=]*\}\s*\Z|"  # https://maven.apache.org/guides/mini/guide-encryption.html
    r"ENC\[(?:AES256_GCM|PKCS7|GPG|KMS|VAULT)|ENC\(|"  # sops and eyaml, Jasypt: https://getsops.io/docs/, http://www.jasypt.org/
    r"\$ANSIBLE_VAULT;|"  # https://docs.ansible.com/ansible/latest/vault_guide/
    r"vault:v\d+:|"  # https://developer.hashicorp.com/vault/docs/secrets/transit
    r"\{cipher\}|"  # https://docs.spring.io/spring-cloud-config/reference/server/encryption-and-decryption.html
    r"AQ(?:IC|EC)AH[A-Za-z0-9+/]{80}|"  # the blob of AWS KMS: https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
    r"gAAAAA[\w-]{90}|"  # Fernet with a time before 2106: https://github.com/fernet/spec
    r"(?:encrypted|enc:v?\d*):?[A-Za-z0-9+/=_-]{40}|"  # https://dotenvx.com/docs/
    r"-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE)-----|age-encryption\.org/|"
    r"U2FsdGVkX1[A-Za-z0-9+/]{30}|"  # "Salted__" of openssl enc: https://docs.openssl.org/master/man1/openssl-enc/
    r"EJ\[1:|"  # https://github.com/Shopify/ejson
    r"AgA[A-Za-z0-9+/]{200}|"  # https://github.com/bitnami-labs/sealed-secrets
    r"v\d:\w+:[A-Za-z0-9+/=]{16,}:[A-Za-z0-9+/=]{16,}"
    r")"
)
_JWE_HEADER = re.compile(r"eyJ[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+")
BEFORE, MAX_FORMAT = 20, 400  # characters before a value, and of it
_ENCRYPTED_MAPPINGS = frozenset({"encrypteddata", "encrypted_data", "sealedsecret", "sops"})
_LONG_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{80,}={0,2}")
_ENCRYPTED_KEYS = frozenset({"encrypted", "ciphertext", "secure"})
_CIPHER_WORDS = frozenset(["encrypted", "encr", "enc", "sealed", "ejson", "sops"])
_ENCRYPTED_PAIRS = frozenset(
    {("encrypted", "key"), ("wrapped", "key"), ("sealed", "key")}
)  # https://www.rfc-editor.org/rfc/rfc7516#section-2
_NOT_ENCRYPTED = frozenset({"password", "passphrase", "secret"})  # what opens the encrypted key
_CIPHER_NOUNS = frozenset(["cipher", "ciphertext", "ciphertexts"])
_ENCRYPTED_FILES = re.compile(r".*\.(?:enc|gpg|asc|age|sops\.\w+|enc\.\w+)")
_ANSIBLE_VAULT = re.compile(r"!vault\b")


def is_ciphertext(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is encrypted, by its form, its name, or the keys around it."""
    if _FORMATS.match(detection.value) or _JWE_HEADER.fullmatch(detection.value):
        return True
    if detection.secret_class is SecretClass.TOKEN:
        return False
    before = text.text[max(text.line_start(detection.start), detection.start - 80) : detection.start]
    around = before[-BEFORE:] + detection.value[:MAX_FORMAT]
    is_tagged = _ANSIBLE_VAULT.search(before) is not None and not is_drawn(detection.value)
    if is_tagged or any(match.start() <= len(before[-BEFORE:]) for match in _FORMATS.finditer(around)):
        return True
    return _is_name_of_ciphertext(assigned_name(detection, text)) or _is_in_ciphertexts(detection, text)


def _is_in_ciphertexts(detection: Detection, text: ScannedText) -> bool:
    """Whether the file, or a mapping around the value, has encrypted values."""
    if _ENCRYPTED_FILES.fullmatch(file_name(text)) and detection.secret_class is SecretClass.RANDOM:
        return True
    keys = [key.lower() for key in keys_around(text, detection.start)]
    if not _ENCRYPTED_MAPPINGS.isdisjoint(keys) or (bool(keys) and keys[0] in _ENCRYPTED_KEYS):
        return True
    return _LONG_BASE64.fullmatch(detection.value) is not None and not _ENCRYPTED_KEYS.isdisjoint(keys)


def _is_name_of_ciphertext(name: str) -> bool:
    """Whether a name says that its value is encrypted: a cipher's secret or key is not."""
    words = words_of(name)
    if words[-1:] and words[-1] in _CIPHER_NOUNS:
        return True
    if any(pair in _ENCRYPTED_PAIRS for pair in pairwise(words)) and _NOT_ENCRYPTED.isdisjoint(words):
        return True
    return not _CIPHER_WORDS.isdisjoint(words) and not {"key", "keys"} & set(words)
