import jwt


def subject(token, key):
    options = {"verify_signature": False, "verify_exp": False}
    return jwt.decode(token, key, options=options)["sub"]  # expect: python-jwt-unverified
