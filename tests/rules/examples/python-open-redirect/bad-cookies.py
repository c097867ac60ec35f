from django.shortcuts import redirect as go
from flask import Flask, redirect, request

app = Flask(__name__)


@app.get("/landing")
def landing():
    return redirect(request.cookies.get("landing", "/"))  # expect: python-open-redirect


def back(request):
    return go(request.COOKIES["came_from"])  # expect: python-open-redirect
