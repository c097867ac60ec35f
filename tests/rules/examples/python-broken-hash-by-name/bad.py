"""Broken hashes that are named in a variable or in a call of hmac."""

import hashlib
import hmac

ALGORITHM = "md5"


def digest(data, key):
    name = "sha1"
    hashlib.new(name, data)  # expect: python-broken-hash-by-name
    hashlib.new(ALGORITHM, data)  # expect: python-broken-hash-by-name
    hmac.new(key, data, "md5")  # expect: python-broken-hash-by-name
    return hmac.digest(key, data, "sha1")  # expect: python-broken-hash-by-name
