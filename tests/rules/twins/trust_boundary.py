"""Weak and safe twins: session values set from a request."""

import flask
from django.http import HttpResponse
from flask import Flask, request, session

app = Flask(__name__)


@app.post("/weak-1")
def weak_value():
    session["role"] = request.form["role"]
    return "ok"


@app.post("/safe-1")
def safe_value():
    session["role"] = "reader"
    return request.form["role"][:0]


@app.post("/weak-2")
def weak_key():
    flask.session[request.form["name"]] = "10340"
    return "ok"


@app.post("/safe-2")
def safe_key():
    name = request.form["name"]
    if name == "theme":
        flask.session["theme"] = "dark"
    return "ok"


def weak_django(request):
    request.session["is_admin"] = request.POST.get("admin")
    return HttpResponse("")


def safe_django(request):
    request.session["is_admin"] = request.user.is_superuser
    return HttpResponse("")


@app.post("/weak-4")
def weak_update():
    session.update(request.form)
    return "ok"


@app.post("/safe-4")
def safe_checked():
    role = request.form["role"]
    if role not in ("reader", "writer"):
        return "no"
    session["role"] = role
    return "ok"


@app.post("/weak-5")
def weak_setdefault():
    session.setdefault("account", request.cookies.get("account"))
    return "ok"


@app.post("/safe-5")
def safe_number():
    session["page"] = int(request.form["page"])
    return "ok"
