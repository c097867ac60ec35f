"""Weak and safe twins: cookies."""

from django.http import HttpResponse
from fastapi import FastAPI, Response
from flask import Flask, make_response, request

app = Flask(__name__)
api = FastAPI()


@app.get("/weak-1")
def weak_secure_false():
    answer = make_response("ok")
    answer.set_cookie("choice", "a", secure=False, httponly=True)
    return answer


@app.get("/safe-1")
def safe_flags():
    answer = make_response("ok")
    answer.set_cookie("choice", "a", secure=True, httponly=True, samesite="Lax")
    return answer


@app.get("/weak-2")
def weak_default():
    answer = make_response("ok")
    answer.set_cookie("session_id", request.args["s"])
    return answer


@app.get("/safe-2")
def safe_lambda_header():
    return "ok", 200, {"Set-Cookie": "session_id=1; Secure; HttpOnly; SameSite=Lax"}


def weak_django(request):
    answer = HttpResponse("ok")
    answer.set_cookie("sid", "1", httponly=True)
    return answer


def safe_django(request):
    answer = HttpResponse("ok")
    answer.set_cookie("sid", "1", httponly=True, secure=True)
    return answer


@api.get("/weak-4")
def weak_fastapi(response: Response):
    response.set_cookie(key="token", value="x", secure=True, httponly=False)
    return {}


@api.get("/safe-4")
def safe_fastapi(response: Response):
    response.set_cookie(key="token", value="x", secure=True, httponly=True, samesite="strict")
    return {}


def weak_lambda(event, context):
    return {"statusCode": 200, "headers": {"Set-Cookie": "session=abc; Path=/"}, "body": ""}


def safe_lambda(event, context):
    return {"statusCode": 200, "headers": {"Set-Cookie": "session=abc; Path=/; Secure; HttpOnly"}, "body": ""}
