"""Constant initialisation vectors and nonces."""

from Crypto.Cipher import AES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES.new(key, AES.MODE_CBC, b"0123456789abcdef")  # expect: python-static-iv
AES.new(key, AES.MODE_CBC, iv=b"\x00" * 16)  # expect: python-static-iv
AES.new(key, AES.MODE_GCM, nonce=bytes(12))  # expect: python-static-iv
Cipher(algorithms.AES(key), modes.CBC(bytes.fromhex("00112233445566778899aabbccddeeff")))  # expect: python-static-iv
