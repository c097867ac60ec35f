"""Redirects to where a request says."""

from django.http import HttpResponseRedirect
from django.shortcuts import redirect as go
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from flask import Flask, redirect, request

app = Flask(__name__)
api = FastAPI()


@app.route("/login")
def login():
    target = request.args.get("next")
    if target:
        return redirect(target)  # expect: python-open-redirect
    return redirect(request.form["next"] or "/")  # expect: python-open-redirect


@api.get("/out")
async def out(url: str):
    return RedirectResponse(url=url)  # expect: python-open-redirect


def after_login(request):
    if request.POST:
        return HttpResponseRedirect(request.POST.get("next", "/"))  # expect: python-open-redirect
    return go("https://" + request.GET["host"])  # expect: python-open-redirect


def handler(event, context):
    target = event["queryStringParameters"]["to"]
    return {"statusCode": 302, "headers": {"Location": target}}  # expect: python-open-redirect
