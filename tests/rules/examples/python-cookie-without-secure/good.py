"""Cookies with the attribute, by a setting, or removed."""

from flask import make_response

from shop import settings


def choose():
    answer = make_response("")
    answer.set_cookie("colour", "red", secure=True)
    answer.set_cookie("colour", "red", secure=settings.SECURE)
    answer.set_cookie("colour", "red", **settings.COOKIES)
    answer.set_cookie("colour", "", max_age=0)
    return answer


def lambda_handler(event, context):
    return {"statusCode": 200, "headers": {"Set-Cookie": "session=1; Path=/; Secure; HttpOnly"}}
