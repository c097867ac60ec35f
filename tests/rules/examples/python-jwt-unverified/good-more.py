import jwt


def subject(token, key):
    options = {"require": ["exp"]}
    return jwt.decode(token, key, algorithms=["ES256"], options=options)["sub"]
