"""Passwords hashed with general-purpose hashes."""

import hashlib
from hashlib import sha256


def store(user, password):
    user.digest = hashlib.sha256(password.encode()).hexdigest()  # expect: python-password-fast-hash
    user.digest = sha256((user.salt + password).encode("utf-8")).hexdigest()  # expect: python-password-fast-hash
    user.digest = hashlib.md5(user.raw_password).hexdigest()  # expect: python-password-fast-hash
    state = hashlib.sha512()
    state.update(password.encode())  # expect: python-password-fast-hash
    user.digest = state.hexdigest()
