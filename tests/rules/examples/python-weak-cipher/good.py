"""Current ciphers."""

from Crypto.Cipher import AES, ChaCha20_Poly1305
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

AES.new(key, AES.MODE_GCM)
ChaCha20_Poly1305.new(key=key)
Cipher(algorithms.AES(key), modes.GCM(nonce))
AESGCM(key).encrypt(nonce, data, None)
