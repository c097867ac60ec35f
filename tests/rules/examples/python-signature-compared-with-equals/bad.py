import hashlib
import hmac


def is_signed(key, body, signature):
    wanted = hmac.new(key, body, hashlib.sha256).hexdigest()
    if signature != wanted:  # expect: python-signature-compared-with-equals
        return False
    return wanted == signature  # expect: python-signature-compared-with-equals


def is_signed_at_once(key, body, signature):
    return hmac.new(key, body, hashlib.sha256).digest() == signature  # expect: python-signature-compared-with-equals
