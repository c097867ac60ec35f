"""Redirects by a header."""

from flask import make_response, request


def jump():
    answer = make_response("", 302)
    answer.headers["Location"] = request.args["to"]  # expect: python-open-redirect
    return answer
