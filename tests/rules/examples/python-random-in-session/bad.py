"""Predictable numbers that become cookies and session values."""

import random

from flask import make_response, session


def remember():
    answer = make_response("")
    number = str(random.normalvariate(0, 1))
    answer.set_cookie("remember", number, secure=True, httponly=True)  # expect: python-random-in-session
    session["key"] = random.getrandbits(64)  # expect: python-random-in-session
    generator = random.Random()
    answer.set_cookie("other", f"user-{generator.random()}", secure=True, httponly=True)  # expect: python-random-in-session
    return answer
