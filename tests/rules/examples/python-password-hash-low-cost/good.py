"""Password hashes with a sound cost."""

import hashlib

import bcrypt

hashlib.pbkdf2_hmac("sha256", password, salt, 600_000)
hashlib.pbkdf2_hmac("sha256", password, salt, ITERATIONS)
bcrypt.hashpw(password, bcrypt.gensalt())
bcrypt.gensalt(rounds=12)
