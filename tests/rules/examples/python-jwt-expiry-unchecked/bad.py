"""A token that never expires."""

import jwt


def user(token, key):
    return jwt.decode(token, key, algorithms=["RS256"], options={"verify_exp": False})  # expect: python-jwt-expiry-unchecked
