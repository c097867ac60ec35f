"""Secrets from the random module."""

import random
import string
from random import choice


def invite(user):
    reset_token = "".join(random.choice(string.ascii_letters) for _ in range(32))  # expect: python-predictable-secret
    user.otp = random.randint(100000, 999999)  # expect: python-predictable-secret
    session_id = "%032x" % random.getrandbits(128)  # expect: python-predictable-secret
    return reset_token, session_id


def generate_password(length):
    return "".join(choice(string.printable) for _ in range(length))  # expect: python-predictable-secret


def create_api_key():
    alphabet = string.ascii_letters
    return "".join(random.choices(alphabet, k=40))  # expect: python-predictable-secret
