"""Ciphers that are broken or outdated."""

from Crypto.Cipher import ARC4, DES, DES3
from Cryptodome.Cipher import Blowfish
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

DES.new(key, DES.MODE_CBC, iv)  # expect: python-weak-cipher
DES3.new(key, DES3.MODE_CBC, iv)  # expect: python-weak-cipher
ARC4.new(key)  # expect: python-weak-cipher
Blowfish.new(key, Blowfish.MODE_CBC, iv)  # expect: python-weak-cipher
Cipher(algorithms.TripleDES(key), modes.CBC(iv))  # expect: python-weak-cipher
Cipher(algorithms.ARC4(key), mode=None)  # expect: python-weak-cipher
