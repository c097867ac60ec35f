"""Recognizes encrypted values: they may be in a repository."""

from __future__ import annotations

import re

from scangate.model import SecretClass
from scangate.secrets.detection import Detection
from scangate.secrets.names import assigned_name
from scangate.secrets.places import file_name, keys_around
from scangate.secrets.text import ScannedText
from scangate.secrets.values import words_of

_FORMATS = re.compile(
    r"\s*(?:"
    r"ENC\[(?:AES256_GCM|PKCS7|GPG|KMS|VAULT)|ENC\(|"  # sops and eyaml, Jasypt: https://getsops.io/docs/, http://www.jasypt.org/
    r"\$ANSIBLE_VAULT;|"  # https://docs.ansible.com/ansible/latest/vault_guide/
    r"vault:v\d+:|"  # https://developer.hashicorp.com/vault/docs/secrets/transit
    r"\{cipher\}|"  # https://docs.spring.io/spring-cloud-config/reference/server/encryption-and-decryption.html
    r"AQ(?:IC|EC)AH|"  # the blob of AWS KMS: https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
    r"gAAAAA|"  # Fernet with a time before 2106: https://github.com/fernet/spec
    r"encrypted:|enc:v?\d*:?|"  # https://dotenvx.com/docs/
    r"-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED FILE)-----|age-encryption\.org/|"
    r"U2FsdGVkX1|"  # "Salted__" of openssl enc: https://docs.openssl.org/master/man1/openssl-enc/
    r"EJ\[1:|"  # https://github.com/Shopify/ejson
    r"AgA[A-Za-z0-9+/]{200}|"  # https://github.com/bitnami-labs/sealed-secrets
    r"v\d:\w+:[A-Za-z0-9+/=]+:[A-Za-z0-9+/=]+"
    r")"
)
_JWE_HEADER = re.compile(r"eyJ[\w-]+\.[\w-]*\.[\w-]+\.[\w-]+\.[\w-]+")
_ENCRYPTING_KEYS = frozenset({"encrypteddata", "encrypted_data", "encrypted", "ciphertext", "sealedsecret", "secure", "sops"})
_CIPHER_WORDS = frozenset(["encrypted", "encr", "enc", "cipher", "ciphertext", "ciphertexts", "sealed", "ejson", "sops"])
_ENCRYPTED_FILES = re.compile(r".*\.(?:enc|gpg|asc|age|sops\.\w+|enc\.\w+)")
_ANSIBLE_VAULT = re.compile(r"!vault\b")


def is_ciphertext(detection: Detection, text: ScannedText) -> bool:
    """Whether the value is encrypted, by its form, its name, or the keys around it."""
    if _FORMATS.match(detection.value) or _JWE_HEADER.fullmatch(detection.value):
        return True
    if detection.secret_class is SecretClass.TOKEN:
        return False
    before = text.text[max(text.line_start(detection.start), detection.start - 80) : detection.start]
    if _ANSIBLE_VAULT.search(before) or _FORMATS.search(before[-20:] + detection.value[:40]):
        return True
    if not _CIPHER_WORDS.isdisjoint(words_of(assigned_name(detection, text))):
        return True
    if _ENCRYPTED_FILES.fullmatch(file_name(text)) and detection.secret_class is SecretClass.RANDOM:
        return True
    return any(key.lower() in _ENCRYPTING_KEYS for key in keys_around(text, detection.start))
