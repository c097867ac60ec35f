"""Block ciphers in ECB mode."""

from Crypto.Cipher import AES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES.new(key, AES.MODE_ECB)  # expect: python-ecb-mode
AES.new(key, mode=AES.MODE_ECB)  # expect: python-ecb-mode
Cipher(algorithms.AES(key), modes.ECB())  # expect: python-ecb-mode
