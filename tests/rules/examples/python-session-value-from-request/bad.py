"""Values of a session that a client chooses."""

from django.http import HttpResponse
from flask import Flask, request, session

app = Flask(__name__)


@app.post("/role")
def role():
    session["role"] = request.form["role"]  # expect: python-session-value-from-request
    session[request.form["key"]] = "1"  # expect: python-session-value-from-request
    session.setdefault("account", request.cookies.get("account"))  # expect: python-session-value-from-request
    session.update(request.form)  # expect: python-session-value-from-request
    session.update(role=request.args["role"])  # expect: python-session-value-from-request
    return ""


def become(request):
    request.session["is_admin"] = request.POST.get("admin")  # expect: python-session-value-from-request
    return HttpResponse("")
