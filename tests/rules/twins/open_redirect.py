"""Weak and safe twins: redirects."""

from django.http import HttpResponseRedirect
from django.shortcuts import redirect as django_redirect
from django.utils.http import url_has_allowed_host_and_scheme
from fastapi.responses import RedirectResponse
from flask import Flask, make_response, redirect, request, url_for
from fastapi import FastAPI

app = Flask(__name__)
api = FastAPI()


@app.get("/weak-1")
def weak_flask():
    return redirect(request.args["next"])


@app.get("/safe-1")
def safe_flask():
    return redirect(url_for("home", page=request.args["next"]))


def weak_django(request):
    return HttpResponseRedirect(request.GET["next"])


def safe_django(request):
    target = request.GET["next"]
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={"example.org"}):
        target = "/"
    return django_redirect(target)


@app.get("/weak-3")
def weak_header():
    answer = make_response("", 302)
    answer.headers["Location"] = request.args["to"]
    return answer


@app.get("/safe-3")
def safe_header():
    answer = make_response("", 302)
    answer.headers["Location"] = "/home"
    return answer


@api.get("/weak-4")
def weak_fastapi(target: str):
    return RedirectResponse(target)


@api.get("/safe-4")
def safe_fastapi(page: int):
    return RedirectResponse(f"/pages/{page}")


def weak_lambda(event, context):
    return {"statusCode": 302, "headers": {"Location": event["queryStringParameters"]["to"]}}


def safe_lambda(event, context):
    return {"statusCode": 302, "headers": {"Location": "https://example.org/"}}
