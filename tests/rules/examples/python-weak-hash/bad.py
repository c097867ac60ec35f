"""Broken hashes that protect something."""

import hashlib
from hashlib import md5


def sign(body):
    return hashlib.sha1(body + KEY).hexdigest()  # expect: python-weak-hash


def make_token(user):
    return md5(f"{user.id}{user.email}".encode()).hexdigest()  # expect: python-weak-hash


def store(client_secret):
    digest = hashlib.new("md5", client_secret).hexdigest()  # expect: python-weak-hash
    request_signature = hashlib.md5(digest).hexdigest()  # expect: python-weak-hash
    return request_signature
