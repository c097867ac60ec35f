"""Authenticated modes."""

from Crypto.Cipher import AES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES.new(key, AES.MODE_GCM)
Cipher(algorithms.AES(key), modes.GCM(nonce))
