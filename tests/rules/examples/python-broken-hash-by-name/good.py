"""Hashes that are not broken, and a checksum."""

import hashlib
import hmac


def digest(data, key, other):
    name = "sha256"
    hashlib.new(name, data)
    hashlib.new(other, data)
    checksum = "md5"
    hashlib.new(checksum, data, usedforsecurity=False)
    return hmac.digest(key, data, "sha256")
