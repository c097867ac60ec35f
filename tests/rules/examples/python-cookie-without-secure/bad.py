"""Cookies that browsers send over plain HTTP as well."""

from django.http import HttpResponse
from flask import make_response


def choose():
    answer = make_response("")
    answer.set_cookie("colour", "red", secure=False)  # expect: python-cookie-without-secure
    answer.set_cookie("colour", "red")  # expect: python-cookie-without-secure
    answer.set_cookie(key="colour", value="red", httponly=True)  # expect: python-cookie-without-secure
    return answer


def view(request):
    answer = HttpResponse("")
    answer.set_signed_cookie("number", "1")  # expect: python-cookie-without-secure
    return answer


def lambda_handler(event, context):
    return {"statusCode": 200, "headers": {"Set-Cookie": "session=1; Path=/; HttpOnly"}}  # expect: python-cookie-without-secure
