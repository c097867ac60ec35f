"""Tokens that anybody can write."""

import jwt
from jose import jwt as jose_jwt

jwt.decode(token, options={"verify_signature": False})  # expect: python-jwt-unverified
jwt.decode(token, key, verify=False)  # expect: python-jwt-unverified
jwt.decode(token, key, algorithms=["HS256", "none"])  # expect: python-jwt-unverified
jwt.encode(payload, None, algorithm="none")  # expect: python-jwt-unverified
jose_jwt.decode(token, key, options={"verify_aud": False, "verify_signature": False})  # expect: python-jwt-unverified
