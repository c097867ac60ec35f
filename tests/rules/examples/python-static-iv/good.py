"""Fresh initialisation vectors and nonces."""

import os

from Crypto.Cipher import AES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES.new(key, AES.MODE_CBC, os.urandom(16))
AES.new(key, AES.MODE_CBC, iv=message[:16])
AES.new(key, AES.MODE_GCM)
Cipher(algorithms.AES(key), modes.CBC(iv))
