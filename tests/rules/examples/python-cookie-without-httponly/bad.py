"""Cookies that scripts can read."""

from flask import make_response


def choose():
    answer = make_response("")
    answer.set_cookie("basket", "1", secure=True)  # expect: python-cookie-without-httponly
    answer.set_cookie("basket", "1", secure=True, httponly=False)  # expect: python-cookie-without-httponly
    return answer
