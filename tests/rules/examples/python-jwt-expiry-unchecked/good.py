"""A token that is checked."""

import jwt


def user(token, key):
    return jwt.decode(token, key, algorithms=["RS256"], options={"verify_aud": False})
