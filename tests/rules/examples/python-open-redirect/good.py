"""Redirects inside the application and checked targets."""

from urllib.parse import urlparse

from django.shortcuts import redirect as go
from django.utils.http import url_has_allowed_host_and_scheme
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from flask import Flask, redirect, request, url_for

app = Flask(__name__)
api = FastAPI()


@app.route("/login")
def login():
    target = request.args.get("next")
    if not target or urlparse(target).netloc:
        target = url_for("index")
    return redirect(target)


@app.route("/user/<name>")
def user(name):
    if request.args.get("old"):
        return redirect(url_for("user", name=name))
    if request.args.get("https"):
        return redirect(request.url.replace("http://", "https://"))
    if request.args.get("docs"):
        return redirect("https://docs.example.com/" + name)
    return redirect(f"/people/{name}")


@api.get("/out")
async def out(number: int, name: str):
    if number:
        return RedirectResponse(f"/items/{number}")
    return RedirectResponse("/search?q=" + name)


def after_login(request):
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    return go(target)


def set_language(request):
    target = request.POST.get("next", request.GET.get("next"))
    if target and not url_has_allowed_host_and_scheme(url=target, allowed_hosts={request.get_host()}):
        target = "/"
    response = go(target) if target else None
    if request.POST.get("language"):
        response = go(translate_url(target, "de"))
    return response


def show(request):
    return go("book-detail", slug=request.POST["slug"])


def handler(event, context):
    return {"statusCode": 302, "headers": {"Location": f"https://www.example.com/{event['path']}"}}
