"""Numbers of the operating system's generator, and a number that grants nothing."""

import random
import secrets

from flask import make_response, session


def remember():
    answer = make_response("")
    answer.set_cookie("remember", secrets.token_urlsafe(), secure=True, httponly=True)
    session["key"] = random.SystemRandom().getrandbits(64)
    colours = {"first": random.choice(["red", "blue"])}
    return answer, colours
