"""Password hashes with a cost, and other data."""

import hashlib

import argon2
import bcrypt


def store(user, password):
    user.digest = argon2.PasswordHasher().hash(password)
    user.digest = bcrypt.hashpw(password.encode(), bcrypt.gensalt())
    user.digest = hashlib.pbkdf2_hmac("sha256", password.encode(), user.salt, 600_000)
    user.digest = hashlib.scrypt(password.encode(), salt=user.salt, n=2**14, r=8, p=1)


def etag(body, password_policy):
    return hashlib.sha256(body).hexdigest() + hashlib.sha256(password_policy).hexdigest()


def is_pwned(password):
    return hashlib.sha1(password.encode()).hexdigest()[:5] in ranges()
