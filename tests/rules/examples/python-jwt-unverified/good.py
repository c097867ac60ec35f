"""Tokens that are verified."""

import jwt

jwt.decode(token, key, algorithms=["RS256"])
jwt.decode(token, key, algorithms=["RS256"], options={"verify_signature": True})
jwt.decode(token, key, algorithms=["RS256"], options={"verify_aud": False})
jwt.get_unverified_header(token)
