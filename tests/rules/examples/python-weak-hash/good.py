"""Sound hashes, and digests that protect nothing."""

import hashlib
import hmac


def sign(body):
    return hmac.new(KEY, body, hashlib.sha256).hexdigest()


def make_token(user):
    return hashlib.md5(user, usedforsecurity=False).hexdigest()


def etag(body):
    checksum = hashlib.md5(body).hexdigest()
    cache_key = hashlib.sha1(body).hexdigest()
    design = hashlib.md5(body)
    return checksum + cache_key + design.hexdigest()


def store(client_secret):
    return hashlib.sha256(client_secret).hexdigest()
