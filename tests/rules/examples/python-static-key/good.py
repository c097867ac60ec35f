"""Keys that come from outside the source."""

import os

from Crypto.Cipher import AES
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

AES.new(os.environb[b"KEY"], AES.MODE_GCM)
Fernet(Fernet.generate_key())
AESGCM(AESGCM.generate_key(256))
