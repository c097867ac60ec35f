"""Password hashes that are cheap to guess."""

import hashlib

import bcrypt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

hashlib.pbkdf2_hmac("sha256", password, salt, 1000)  # expect: python-password-hash-low-cost
hashlib.pbkdf2_hmac("sha256", password, salt, iterations=10_000)  # expect: python-password-hash-low-cost
PBKDF2HMAC(algorithm=hashes.SHA256(), length=32, salt=salt, iterations=5000)  # expect: python-password-hash-low-cost
bcrypt.hashpw(password, bcrypt.gensalt(rounds=4))  # expect: python-password-hash-low-cost
bcrypt.gensalt(6)  # expect: python-password-hash-low-cost
