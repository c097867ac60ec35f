"""Weak and safe twins: predictable values."""

import random
import secrets
import string

from flask import Flask, make_response, session

app = Flask(__name__)


@app.get("/weak-1")
def weak_cookie():
    answer = make_response("ok")
    number = str(random.random())[2:]
    answer.set_cookie("rememberMe", number, secure=True, httponly=True, samesite="Lax")
    return answer


@app.get("/safe-1")
def safe_cookie():
    answer = make_response("ok")
    number = secrets.token_urlsafe(32)
    answer.set_cookie("rememberMe", number, secure=True, httponly=True, samesite="Lax")
    return answer


@app.get("/weak-2")
def weak_token():
    token = "".join(random.choice(string.ascii_letters) for _ in range(32))
    return {"token": token}


@app.get("/safe-2")
def safe_token():
    token = "".join(secrets.choice(string.ascii_letters) for _ in range(32))
    return {"token": token}


@app.get("/weak-3")
def weak_session():
    session["user_key"] = random.getrandbits(64)
    return "ok"


@app.get("/safe-3")
def safe_session():
    session["user_key"] = random.SystemRandom().getrandbits(64)
    return "ok"


@app.get("/weak-4")
def weak_generator():
    generator = random.Random()
    password = generator.randint(100000, 999999)
    return {"password": password}


@app.get("/safe-4")
def safe_generator():
    generator = secrets.SystemRandom()
    password = generator.randint(100000, 999999)
    return {"password": password}


@app.get("/weak-5")
def weak_normal():
    value = random.normalvariate(0, 1)
    cookie = f"SafeUser{value}"
    answer = make_response("ok")
    answer.set_cookie("id", cookie, secure=True, httponly=True)
    return answer


@app.get("/safe-5")
def safe_sample():
    answer = make_response("ok")
    answer.set_cookie("id", secrets.token_hex(16), secure=True, httponly=True)
    return answer
