"""Values that the server has determined or checked."""

from django.contrib.auth import authenticate
from django.http import HttpResponse
from flask import Flask, request, session

app = Flask(__name__)


@app.post("/role")
def role():
    session["page"] = int(request.form["page"])
    wanted = request.form["role"]
    if wanted not in ("reader", "writer"):
        return "no such role"
    session["role"] = wanted
    return ""


def login(request):
    user = authenticate(request, username=request.POST["name"], password=request.POST["password"])
    request.session["user"] = user
    request.session["is_admin"] = request.user.is_superuser
    return HttpResponse("")
