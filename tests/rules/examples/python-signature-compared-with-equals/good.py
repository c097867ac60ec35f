import hashlib
import hmac


def is_signed(key, body, signature):
    wanted = hmac.new(key, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, signature)


def is_same_file(left, right):
    digest = hashlib.sha256(left).hexdigest()
    return digest == hashlib.sha256(right).hexdigest()
