"""Encryption keys written in the source; all are made up."""

from Crypto.Cipher import AES
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

AES.new(b"not-a-real-key-1", AES.MODE_GCM)  # expect: python-static-key
Fernet("bm90LWEtcmVhbC1rZXktbm90LWEtcmVhbC1rZXktMTI=")  # expect: python-static-key
AESGCM(bytes.fromhex("000102030405060708090a0b0c0d0e0f"))  # expect: python-static-key
AES.new("not-a-real-key-2".encode(), AES.MODE_GCM)  # expect: python-static-key
