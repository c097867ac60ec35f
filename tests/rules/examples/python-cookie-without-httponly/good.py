"""Cookies that scripts cannot read, and one that a script has to."""

from flask import make_response


def choose():
    answer = make_response("")
    answer.set_cookie("basket", "1", secure=True, httponly=True)
    answer.set_cookie("csrftoken", "1", secure=True, httponly=False)
    return answer
